"""Bystanders in clips: are they hidden in every frame, does the main person stay, and what does it take, beside `deface`?

    python benchmarks/clip_bystanders.py --corpus ../shared/corpus [--deface /path/to/bin/deface] [--clips 3]

Clips are made here (`moving_people.py`): one person in front, three in the background who walk in, across and out at
different speeds, their faces 40 to 110 px high, over photos of shops; where every face is, is known exactly. No detector
judges: a face counts as hidden in a frame when at most 0.4 of the fine detail (mean absolute Laplacian) of its box is left.
Times are CPU seconds of whole commands, run in turn; deface (github.com/ORB-HD/deface, MIT) runs at its defaults, and hides
the person in front as well, since it tells nobody apart.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from moving_people import FPS, FRAME, Person, Route, Scene, background, person, write_clip
from numpy.typing import NDArray

from mediakit.model import Box

SECONDS = 5.0
LEFT = 0.4
OURS = (
    "import sys, mediakit; r = mediakit.process(sys.argv[1], to=('as-shot.video',), out=sys.argv[2], jobs=1, overrides="
    "{'privacy.bystanders': 'blur', 'develop.white_balance': 0, 'develop.auto_tone': 0, 'clip.denoise': 0});"
    "print(sys.argv[2] + '/' + next(d.path for o in r.outcomes for d in o.delivered))"
)
FRONT = ("biden.jpg", "girl-1.jpg", "obama.jpg", "girl-3.jpg")
BEHIND = ("obama2.jpg", "girl-2.jpg", "img12.jpg", "john2.jpeg", "alex_lacamoire1.jpg", "lin-manuel-miranda.png")
Pixels = NDArray[np.uint8]


@dataclass(slots=True)
class Tally:
    """What became of faces in frames."""

    hidden: list[list[bool]] = field(default_factory=list)
    """For each bystander, frame by frame, those in which the face is seen."""
    front: list[float] = field(default_factory=list)
    """Detail left in the face in front."""
    cpu_s: float = 0.0

    @property
    def recall(self) -> float:
        """Share of faces in frames that are hidden."""
        return float(np.mean([one for track in self.hidden for one in track]))

    @property
    def gaps(self) -> int:
        """How often a face that was hidden comes back for a while and is hidden again: what flicker is."""
        return sum(_gaps(track) for track in self.hidden)


def _gaps(track: list[bool]) -> int:
    changes = [here for before, here in zip([None, *track], track, strict=False) if here is not before]
    return max(0, sum(changes) - 1)


def crossing(start: float, speed: float, y: float, bob: float) -> Route:
    """Across the picture at `speed` widths a second, nodding by `bob`."""
    return lambda t: (start + speed * t, y + bob * float(np.sin(2 * np.pi * 1.7 * t)))


def scenes(corpus: Path, count: int) -> list[Scene]:
    """One person in front and three behind, each clip with other people, places and speeds."""
    people, shops = corpus / "photos" / "people", sorted((corpus / "photos" / "retail").glob("*.jpg"))
    random = np.random.default_rng(12)
    made = []
    for n in range(count):
        front = person(people / FRONT[n % len(FRONT)], 300)
        assert front is not None
        cast: list[tuple[Person, Route]] = []
        for k in range(3):
            who = person(people / BEHIND[(3 * n + k) % len(BEHIND)], int(random.integers(40, 110)))
            speed = float(random.choice([-1, 1]) * random.uniform(0.06, 0.3))
            start = float(random.uniform(0.1, 0.9)) - speed * SECONDS / 2
            if who is not None:
                cast.append((who, crossing(start, speed, float(random.uniform(0.18, 0.4)), 0.006)))
        cast.append((front, crossing(0.5, 0.0, 0.62, 0.004)))
        made.append(Scene(background(shops[(7 * n) % len(shops)]), tuple(cast), SECONDS))
    return made


def run(command: list[str]) -> tuple[str, float]:
    """What a command says last, and the CPU seconds it and its children took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return (done.stdout.strip().splitlines() or [""])[-1], taken


def detail(frame: Pixels, box: Box) -> float:
    """Mean absolute Laplacian of the inner face."""
    x, y, w, h = (round(v) for v in (box.x + 0.1 * box.w, box.y + 0.1 * box.h, 0.8 * box.w, 0.8 * box.h))
    part = cv2.cvtColor(frame[max(0, y) : y + h, max(0, x) : x + w], cv2.COLOR_BGR2GRAY)
    return float(np.abs(cv2.Laplacian(part, cv2.CV_32F)).mean())


def is_seen(box: Box, before: list[Box]) -> bool:
    """Whether all of a face is in the picture, and nobody drawn later (`before` it) covers a part of it."""
    inside = box.x >= 0 and box.y >= 0 and box.right <= FRAME.width_px and box.bottom <= FRAME.height_px
    x, y = box.centre
    apart = [
        np.hypot((x - one.centre[0]) / (1.6 * one.w + box.w / 2), (y - one.centre[1]) / (1.9 * one.h + box.h / 2))
        for one in before
    ]
    return inside and all(distance > 1 for distance in apart)


def hold(source: Path, made: Path, truth: list[list[Box]], tally: Tally) -> None:
    """Add what became of one clip's faces."""
    before, after = cv2.VideoCapture(str(source)), cv2.VideoCapture(str(made))
    tracks: list[list[bool]] = [[] for _ in truth[0][:-1]]
    for boxes in truth:
        (fine, was), (still, now) = before.read(), after.read()
        if not fine or not still:
            raise SystemExit(f"{made if fine else source} ends after {len(tally.front)} of {len(truth)} frames")
        for n, (track, box) in enumerate(zip(tracks, boxes[:-1], strict=True)):
            if is_seen(box, boxes[n + 1 :]):
                track.append(detail(now, box) <= LEFT * detail(was, box))
        tally.front.append(detail(now, boxes[-1]) / detail(was, boxes[-1]))
    tally.hidden += tracks


def main() -> None:
    """Make the clips, run both, print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--deface", type=Path)
    parser.add_argument("--clips", type=int, default=3)
    said = parser.parse_args()
    ours, theirs = Tally(), Tally()
    with tempfile.TemporaryDirectory() as folder:
        for n, scene in enumerate(scenes(said.corpus, said.clips)):
            clip = Path(folder) / f"{n}.mp4"
            truth = write_clip([scene], clip)
            path, taken = run([sys.executable, "-c", OURS, str(clip), str(Path(folder) / f"out{n}")])
            ours.cpu_s += taken
            hold(clip, Path(path), truth, ours)
            if said.deface is not None:
                other = Path(folder) / f"deface{n}.mp4"
                _, taken = run([str(said.deface), str(clip), "-o", str(other)])
                theirs.cpu_s += taken
                hold(clip, other, truth, theirs)
    for name, tally in (("mediakit", ours), ("deface", theirs)):
        if tally.front:
            print(
                f"{name}: hidden in {tally.recall:.4f} of {sum(map(len, tally.hidden))} faces in frames, {tally.gaps} gaps, "
                f"detail left in the person in front {np.mean(tally.front):.2f}, "
                f"{tally.cpu_s / said.clips / SECONDS:.2f} CPU s for a second at {FRAME} and {FPS} frames"
            )


if __name__ == "__main__":
    main()
