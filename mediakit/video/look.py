"""Look at a clip once: what its frames show, how bright and coloured it is, and the frames that scoring wants to see.

Either by jumping through the clip (`look_at_clip`), which is quick where nothing else is asked, or from every frame that
passes on a walk that is taken anyway (`Looker`), which costs no decoding of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediakit.frame.clip import merge
from mediakit.look.measure import Tone, measure, merge_tones
from mediakit.model import Findings, Note
from mediakit.pixels.noise import measure_noise
from mediakit.video.clip import ClipInfo
from mediakit.video.passing import Gathered
from mediakit.video.sample import Passing, Sample, sample_frames, sample_with_runs
from mediakit.vision.look import look_at

Pixels = NDArray[np.uint8]

LEAST_FRAMES, MOST_FRAMES = 5, 15
FRAMES_A_SECOND = 1.0
LOOKING_EDGE_PX = 640


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipLook:
    """What a clip shows. `seen` are the findings of each of `samples`; `findings` is their sum as one picture's."""

    samples: tuple[Sample, ...]
    seen: tuple[Findings, ...]
    findings: Findings
    tone: Tone
    runs: tuple[tuple[Pixels, ...], ...]
    notes: tuple[Note, ...]
    noise: float = 0.0
    """Of a frame in full size: the standard deviation of its luma noise, in levels of 255."""

    @property
    def frames(self) -> list[Pixels]:
        """The sampled pictures, in order of time: (H, W, 3) uint8 sRGB as shown."""
        return [sample.rgb for sample in self.samples]


def look_at_clip(path: Path, info: ClipInfo) -> ClipLook:
    """Sample the clip evenly and look at every sample. Raises FileError(corrupt) where nothing decodes."""
    samples, runs = sample_with_runs(path, info, count=_count(info), long_edge_px=LOOKING_EDGE_PX)
    views = _Views(info)
    for sample in samples:
        views.add(sample)
    return views.as_look(runs, _noise(path, info))


@dataclass(slots=True)
class Looker:
    """Looks at the same moments as `look_at_clip`, at frames that pass in order of time."""

    path: Path
    info: ClipInfo
    gathered: Gathered = field(init=False)
    views: _Views = field(init=False)

    def __post_init__(self) -> None:
        self.gathered = Gathered(self.info, count=_count(self.info), long_edge_px=LOOKING_EDGE_PX)
        self.views = _Views(self.info)

    def look(self, frame: Passing) -> tuple[float, Findings] | None:
        """One more frame. Where it is one of the samples: when that is, and what it shows."""
        sample = self.gathered.take(frame)
        return None if sample is None else (sample.t_s, self.views.add(sample))

    def finish(self) -> ClipLook:
        """Everything, once the last frame has passed. Raises FileError(corrupt) where nothing decodes."""
        if not self.views.samples:
            return look_at_clip(self.path, self.info)
        return self.views.as_look(self.gathered.runs, _noise(self.path, self.info))


@dataclass(slots=True)
class _Views:
    """What the samples show, one after the other."""

    info: ClipInfo
    samples: list[Sample] = field(default_factory=list)
    seen: list[Findings] = field(default_factory=list)
    tones: list[Tone] = field(default_factory=list)
    notes: set[Note] = field(default_factory=set)

    def add(self, sample: Sample) -> Findings:
        findings, missed = look_at(sample.rgb, self.info.size)
        to_sample = sample.rgb.shape[1] / self.info.size.width_px
        faces = [face.box.scaled(to_sample) for face in findings.main_faces]
        self.samples.append(sample)
        self.seen.append(findings)
        self.tones.append(measure(sample.rgb, skin_boxes=faces))
        self.notes |= set(missed)
        return findings

    def as_look(self, runs: list[list[Pixels]], noise: float) -> ClipLook:
        return ClipLook(
            samples=tuple(self.samples),
            seen=tuple(self.seen),
            findings=merge(self.seen),
            tone=merge_tones(self.tones),
            runs=tuple(tuple(run) for run in runs),
            notes=tuple(sorted(self.notes, key=lambda note: note.code)),
            noise=noise,
        )


def _count(info: ClipInfo) -> int:
    return min(max(math.ceil(float(info.duration) * FRAMES_A_SECOND), LEAST_FRAMES), MOST_FRAMES)


def _noise(path: Path, info: ClipInfo) -> float:
    """Of the frame that is quickest to reach near the middle, at its own size: small copies hide it."""
    full = max(info.size.width_px, info.size.height_px)
    return measure_noise(sample_frames(path, info, count=1, long_edge_px=full)[0].rgb).luma
