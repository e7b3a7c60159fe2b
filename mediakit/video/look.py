"""Look at a clip once: what its frames show, how bright and coloured it is, and the frames that scoring wants to see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediakit.frame.clip import merge
from mediakit.look.measure import Tone, measure, merge_tones
from mediakit.model import Findings, Note
from mediakit.pixels.noise import measure_noise
from mediakit.video.clip import ClipInfo
from mediakit.video.sample import Sample, sample_frames, sample_with_runs
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
    count = math.ceil(float(info.duration) * FRAMES_A_SECOND)
    count = min(max(count, LEAST_FRAMES), MOST_FRAMES)
    samples, runs = sample_with_runs(path, info, count=count, long_edge_px=LOOKING_EDGE_PX)
    seen, tones, notes = [], [], set()
    for sample in samples:
        findings, missed = look_at(sample.rgb, info.size)
        to_sample = sample.rgb.shape[1] / info.size.width_px
        faces = [face.box.scaled(to_sample) for face in findings.main_faces]
        seen.append(findings)
        tones.append(measure(sample.rgb, skin_boxes=faces))
        notes |= set(missed)
    return ClipLook(
        samples=tuple(samples),
        seen=tuple(seen),
        findings=merge(seen),
        tone=merge_tones(tones),
        runs=tuple(tuple(run) for run in runs),
        notes=tuple(sorted(notes, key=lambda note: note.code)),
        noise=_noise(path, info),
    )


def _noise(path: Path, info: ClipInfo) -> float:
    """Of the frame that is quickest to reach near the middle, at its own size: small copies hide it."""
    full = max(info.size.width_px, info.size.height_px)
    return measure_noise(sample_frames(path, info, count=1, long_edge_px=full)[0].rgb).luma
