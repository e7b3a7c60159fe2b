"""What of a clip must not be known again, hidden while it is rendered: where, when, and the mattes that say so to ffmpeg.

Each place is replaced by the mean colours of a few cells across it, smoothly enlarged: a blur kernel can be undone, three
means across a head cannot. A place keeps its cell size as long as it is hidden; it is held HELD_S before its first and after
its last sighting, where it goes on at its pace, and goes straight between sightings: it neither flickers nor opens.

ffmpeg draws it: one small matte video for each cell size, with exactly the clip's own times, merges the picture with a copy
of itself that was shrunk to the cells and enlarged again. Memory grows neither with how many places are hidden nor with the
length of the clip.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Size
from mediakit.video.clip import ClipInfo

HELD_S = 0.4
"""Before the first and after the last sighting; looks are an eighth of a second apart."""
CELLS = 3
"""Mean colours across a place, at most: cells come in powers of two, so there are one and a half to three."""
LEAST_CELL_PX, MOST_CELL_PX = 4, 256
MATTE_EDGE_PX = 480
RIM = 0.12
"""How far the soft edge reaches beyond the place, as a share of its shorter side."""

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Veiled:
    """One place that is hidden: its box at each of `times_s` (growing), from `begin_s` to `end_s`, in px as shown.

    `is_round`: an oval, as a head is; else the whole box.
    """

    times_s: tuple[float, ...]
    boxes: tuple[Box, ...]
    begin_s: float
    end_s: float
    is_round: bool = True

    def at(self, t_s: float) -> Box | None:
        """Where it is at a moment; None where it is not hidden then."""
        if not self.begin_s <= t_s <= self.end_s:
            return None
        edges = np.array([(box.x, box.y, box.w, box.h) for box in self.boxes])
        x, y, w, h = (float(np.interp(t_s, self.times_s, edges[:, n])) for n in range(4))
        dx, dy = self._goes_on(t_s)
        return Box(x + dx, y + dy, w, h)

    def _goes_on(self, t_s: float) -> tuple[float, float]:
        """How far it went beyond its first or last sighting, at the pace it had there."""
        if len(self.times_s) < 2 or self.times_s[0] <= t_s <= self.times_s[-1]:
            return 0.0, 0.0
        here, near = (0, 1) if t_s < self.times_s[0] else (-1, -2)
        share = (t_s - self.times_s[here]) / (self.times_s[here] - self.times_s[near] or 1.0)
        (x, y), (x0, y0) = self.boxes[here].centre, self.boxes[near].centre
        return share * (x - x0), share * (y - y0)

    @property
    def cell_px(self) -> int:
        """The size of its cells: fixed, and coarse enough for the largest it ever is."""
        across = max(min(box.w, box.h) for box in self.boxes)
        return int(min(MOST_CELL_PX, max(LEAST_CELL_PX, 2 ** math.ceil(math.log2(max(across / CELLS, 1.0))))))


@dataclass(frozen=True, slots=True)
class Matte:
    """A matte video and the cell size it is for, in stored pixels of the upright clip."""

    path: Path
    cell_px: int


def veiled(
    sightings: Iterable[tuple[float, Box]], *, shot: tuple[float, float], is_round: bool, grow: float = 1.0
) -> Veiled | None:
    """A place from its sightings inside one shot, its boxes `grow` times as large; None where there are none."""
    inside = sorted(((t_s, box) for t_s, box in sightings if shot[0] - 1e-6 <= t_s < shot[1]), key=lambda one: one[0])
    if not inside:
        return None
    boxes = tuple(_grown(box, grow) for _, box in inside)
    times = tuple(t_s for t_s, _ in inside)
    return Veiled(times, boxes, max(shot[0], times[0] - HELD_S), min(shot[1], times[-1] + HELD_S), is_round)


def write_mattes(
    places: Sequence[Veiled], info: ClipInfo, frame_times_s: Sequence[float], tick: Fraction, folder: Path, name: str
) -> tuple[Matte, ...]:
    """One matte a cell size, `name`-<cell>.nut in `folder`, a frame for every frame of the clip and one more; `tick` is its
    clock's."""
    cells = sorted({place.cell_px for place in places})
    scale = min(1.0, MATTE_EDGE_PX / max(info.size.width_px, info.size.height_px))
    size = Size(*(max(16, round(side * scale / 2) * 2) for side in (info.size.width_px, info.size.height_px)))
    mattes = []
    for cell in cells:
        path = folder / f"{name}-{cell}.nut"
        _write(path, [place for place in places if place.cell_px == cell], info, frame_times_s, tick, size)
        mattes.append(Matte(path, cell))
    return tuple(mattes)


def _write(
    path: Path, places: Sequence[Veiled], info: ClipInfo, times_s: Sequence[float], tick: Fraction, size: Size
) -> None:
    import av

    across, down = size.width_px / info.size.width_px, size.height_px / info.size.height_px
    with av.open(str(path), "w", format="nut") as file:
        stream = file.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = size.width_px, size.height_px, "yuv420p"
        stream.codec_context.time_base = tick
        waiting = sorted(places, key=lambda place: place.begin_s)
        now: list[Veiled] = []
        # One more than the clip has: a matte that ends with it may take the clip's last frame along.
        for t_s in (*times_s, times_s[-1] + float(1 / info.fps)):
            now = [place for place in now if t_s <= place.end_s]
            while waiting and waiting[0].begin_s <= t_s:
                now.append(waiting.pop(0))
            frame = av.VideoFrame.from_ndarray(_planes(_drawn(now, t_s, size, across, down)), format="yuv420p")
            frame.pts, frame.time_base = round(t_s / tick), tick
            file.mux(stream.encode(frame))
        file.mux(stream.encode())


def _drawn(places: Sequence[Veiled], t_s: float, size: Size, across: float, down: float) -> Grey:
    """255 where something is hidden, 0 where nothing is, soft between."""
    matte = np.zeros((size.height_px, size.width_px), np.uint8)
    for place in places:
        box = place.at(t_s)
        if box is None:
            continue
        _draw(matte, Box(box.x * across, box.y * down, box.w * across, box.h * down), is_round=place.is_round)
    return matte


def _draw(matte: Grey, box: Box, *, is_round: bool) -> None:
    rim = max(0.8, RIM * min(box.w, box.h))
    room = math.ceil(3 * rim) + 2
    left, top = max(0, math.floor(box.x) - room), max(0, math.floor(box.y) - room)
    under = matte[top : max(top, math.ceil(box.bottom) + room), left : max(left, math.ceil(box.right) + room)]
    if not under.size:
        return
    part = np.zeros_like(under)
    x, y = box.x - left, box.y - top
    if is_round:
        middle, radii = _fixed(x + box.w / 2, y + box.h / 2), _fixed(box.w / 2 + 1, box.h / 2 + 1)
        cv2.ellipse(part, middle, radii, 0, 0, 360, 255, -1, cv2.LINE_AA, 4)
    else:
        low, high = (math.floor(x) - 1, math.floor(y) - 1), (math.ceil(x + box.w), math.ceil(y + box.h))
        cv2.rectangle(part, low, high, 255, -1)
    soft = cv2.GaussianBlur(cv2.dilate(part, np.ones((3, 3), np.uint8), iterations=max(1, round(rim))), (0, 0), rim / 2)
    np.maximum(under, np.maximum(soft, part), out=under)


def _fixed(x: float, y: float) -> tuple[int, int]:
    """Sixteenths of a pixel, as OpenCV draws with shift 4."""
    return round(x * 16), round(y * 16)


def _planes(matte: Grey) -> Grey:
    """The matte as all three planes of 4:2:0, the way PyAV takes them."""
    rows, cols = matte.shape
    chroma = cv2.resize(matte, (cols // 2, rows // 2), interpolation=cv2.INTER_AREA)
    flat = np.concatenate([matte.reshape(-1), chroma.reshape(-1), chroma.reshape(-1)])
    return np.asarray(flat.reshape(rows * 3 // 2, cols), np.uint8)


def _grown(box: Box, factor: float) -> Box:
    x, y = box.centre
    return Box(x - factor * box.w / 2, y - factor * box.h / 2, factor * box.w, factor * box.h)
