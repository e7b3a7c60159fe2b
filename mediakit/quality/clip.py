"""How good a clip is for posting, 0..100, why, and when it is at its worst.

What a frame shows is judged as a photo's is, over frames sampled from the whole clip; what only time shows (shake, flicker,
black and frozen stretches, faces) and what is heard come from `clip_parts`. The parts are put together as a photo's are;
`moments` names the worst looks into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from mediakit.look.measure import Tone, measure, merge_tones
from mediakit.model import Crop, Face, Findings, Part, Score, Size
from mediakit.quality import measures
from mediakit.quality.clip_parts import ClipSound, face_time_part, merged, motion_parts, sound_parts, stretches_part
from mediakit.quality.impression import Impression, impression
from mediakit.quality.moments import BLACK, FROZEN, begun, blank_part, worst_moments
from mediakit.quality.motion import Motion, measure_motion
from mediakit.quality.parts import impression_part, resolution_part
from mediakit.quality.photo import frame_parts
from mediakit.quality.total import total

Pixels = NDArray[np.uint8]
Timed = tuple[float, Sequence[Part]]

MOST_SEEN = 3
"""Frames that the network looks at: a clip is one scene, and costs no more than 0.15 of its length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSeen:
    """What is known of a clip's picture.

    frames: (H, W, 3) uint8 sRGB, sampled over its length, at least one; times_s: when each is shown; findings: what each
    shows, in pixels of their own size, empty where nobody looked; runs: neighbouring frames from moments `run_times_s`.
    tone: the light of them all (`look.merge_tones`), measured here where nobody has.
    """

    frames: Sequence[Pixels]
    times_s: Sequence[float]
    findings: Sequence[Findings] = ()
    runs: Sequence[Sequence[Pixels]] = ()
    run_times_s: Sequence[float] = ()
    tone: Tone | None = None


def score_clip(
    seen: ClipSeen,
    *,
    shown: Size,
    source: Size | None = None,
    crop: Crop | None = None,
    sound: ClipSound | None = None,
) -> Score:
    """The score of a clip of `shown` pixels; source, crop: what a deliverable was cut from; sound: None where it has none."""
    felt = _impression_of(seen.frames)
    looks = _looks(seen, felt)
    motions = [measure_motion([[measures.luma(frame) for frame in run]]) for run in seen.runs]
    motion = merged([one for one in motions if one is not None])
    parts = [
        impression_part(felt.opinion),
        *_middle_parts([parts for _, parts in looks]),
        resolution_part(shown, source, crop),
    ]
    blanks = _blanks(seen)
    parts += motion_parts(motion) if motion else []
    parts += [_stretches(motion, blanks)] if len(blanks) > 1 else []
    clear = [look for look, (_, blank) in zip(looks, blanks, strict=True) if blank[0].value > 0]
    faces = face_time_part(seen.findings)
    parts += [faces] if faces else []
    parts += sound_parts(sound) if sound else []
    return replace(total(parts), moments=worst_moments([*clear, *begun(blanks), *_shaken(seen.run_times_s, motions)]))


def _looks(seen: ClipSeen, felt: Impression) -> list[Timed]:
    """The parts of each sampled frame. What the network saw in a few holds for all, as their light does: it is one scene."""
    tone = seen.tone or merge_tones([measure(frame) for frame in seen.frames])
    found: list[Timed] = []
    for number, frame in enumerate(seen.frames):
        work = measures.working_copy(frame)
        findings = seen.findings[number] if number < len(seen.findings) else None
        faces = _faces_in(work, findings)
        found.append((seen.times_s[number], frame_parts(work, faces, felt, tone)))
    return found


def _faces_in(work: Pixels, findings: Findings | None) -> list[Face]:
    if findings is None:
        return []
    scale = work.shape[1] / findings.size.width_px
    return [Face(face.box.scaled(scale), face.confidence) for face in findings.main_faces]


def _middle_parts(looks: Sequence[Sequence[Part]]) -> list[Part]:
    """Each part at its median over the frames: a moment of blur in a pan is no fault of the clip."""
    parts = []
    for same in zip(*looks, strict=True):
        middle = median(part.value for part in same)
        example = min(same, key=lambda part: abs(part.value - middle))
        parts.append(Part(example.name, middle, example.weight, f"{example.measured} (median frame)", example.tip))
    return parts


def _impression_of(frames: Sequence[Pixels]) -> Impression:
    """The network's impression of a few frames, each answer at its median: one frame in three, at most three."""
    count = min(MOST_SEEN, max(1, len(frames) // 3))
    picked = [frames[(2 * number + 1) * len(frames) // (2 * count)] for number in range(count)]
    looked = [impression(frame) for frame in picked]
    return Impression(*(median(getattr(one, field.name) for one in looked) for field in fields(Impression)))


def _blanks(seen: ClipSeen) -> list[Timed]:
    """For each sampled frame, whether it is black or the same as the one before."""
    greys = [measures.luma(measures.thumbnail(frame, 160)) for frame in seen.frames]
    return [
        (time_s, [blank_part(grey, greys[number - 1] if number else None)])
        for number, (time_s, grey) in enumerate(zip(seen.times_s, greys, strict=True))
    ]


def _stretches(motion: Motion | None, blanks: Sequence[Timed]) -> Part:
    """What the runs say (a frame that stands still for a moment), or the samples (a black second), whichever is worse."""
    facts = [parts[0].measured for _, parts in blanks]
    black = max(motion.black if motion else 0.0, facts.count(BLACK) / len(facts))
    frozen = max(motion.frozen if motion else 0.0, facts.count(FROZEN) / len(facts))
    return stretches_part(black, frozen)


def _shaken(times_s: Sequence[float], motions: Sequence[Motion | None]) -> list[Timed]:
    """Shake and flicker of each run, at its moment."""
    return [(time_s, motion_parts(one)) for time_s, one in zip(times_s, motions, strict=False) if one is not None]
