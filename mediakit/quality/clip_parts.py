"""What only a clip has: shake, flicker, stretches with nothing to see, faces over time, sound. Each as a part of its score.

No threshold of a brand lives here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mediakit.model import Findings, Part
from mediakit.quality.motion import Motion
from mediakit.quality.parts import ramp

FINE_GAP_DB, POOR_GAP_DB = 22.0, 6.0
"""How far speech stands above what is under it: from 22 dB on nothing disturbs, at 6 dB nobody follows."""
FINE_FLOOR_LUFS, POOR_FLOOR_LUFS = -50.0, -24.0
"""What the quietest tenth of the sound stays under: a quiet shop, a fan beside the phone."""
LEAST_SPEECH_S = 1.0
SMALL_FACE, FINE_FACE = 0.05, 0.1
"""Of the height of the frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipSound:
    """What is heard of a clip.

    clipped: the share of samples at full scale; silent: nothing worth hearing. floor_lufs: what the quietest tenth stays
    under, None where it is not known or meant to be there (a music bed). speech_gap_db: how far speech stands above what is
    under it, None where nobody speaks or nobody listened.
    """

    clipped: float = 0.0
    silent: bool = False
    floor_lufs: float | None = None
    speech_gap_db: float | None = None


def merged(motions: Sequence[Motion]) -> Motion | None:
    """The motion of a clip whose runs were measured one by one; None where there are none."""
    if not motions:
        return None
    return Motion(
        shake=float(np.median([one.shake for one in motions])),
        flicker=float(np.median([one.flicker for one in motions])),
        frozen=float(np.mean([one.frozen for one in motions])),
        black=float(np.mean([one.black for one in motions])),
    )


def motion_parts(motion: Motion) -> list[Part]:
    """Shake, and jumps of brightness."""
    return [shake_part(motion.shake), flicker_part(motion.flicker)]


def shake_part(shake: float) -> Part:
    """shake: jumps of the frame in thousandths of its width."""
    tip = "Rest the phone or your elbows on something." if shake > 6 else ""
    measured = f"the frame jumps {shake / 10:.2f} % of its width from picture to picture"
    return Part("shake", ramp(shake, 18, 1.5), 0.3, measured, tip)


def flicker_part(flicker: float) -> Part:
    """flicker: jumps of mean brightness between neighbours, levels of 255."""
    tip = "Lamps flicker: set the camera to 50 Hz or use daylight." if flicker > 2.5 else ""
    measured = f"brightness jumps {flicker:.2f} levels of 255 between pictures"
    return Part("flicker", ramp(flicker, 6, 0.8), 0.12, measured, tip)


def stretches_part(black: float, frozen: float) -> Part:
    """Shares of the looks into the clip that were black, or stood still."""
    worst = max(frozen, black)
    tip = "Cut the black or frozen stretches." if worst > 0.2 else ""
    measured = f"{100 * black:.0f} % of the looks into it black, {100 * frozen:.0f} % frozen"
    return Part("stretches", ramp(worst, 1.0, 0.05), 0.25, measured, tip)


def face_time_part(seen: Sequence[Findings]) -> Part | None:
    """How long and how large faces are in the picture; None for a clip that is not about anybody.

    Somebody seen in fewer than a quarter of the looks walked through: the clip is about something else.
    """
    shares = [max(face.box.h for face in one.main_faces) / one.size.height_px for one in seen if one.main_faces]
    if not seen or len(shares) < max(1, len(seen) / 4):
        return None
    middle = sorted(shares)[len(shares) // 2]
    value = ramp(middle, SMALL_FACE / 2, FINE_FACE)
    measured = f"a face in {100 * len(shares) / len(seen):.0f} % of the looks, {100 * middle:.0f} % of the height"
    tip = "Move closer to the person: on a phone the face is small." if middle < SMALL_FACE else ""
    return Part("face-time", value, 0.08, measured, tip)


def sound_parts(sound: ClipSound) -> list[Part]:
    """Clipping or silence, noise under it, speech over what is under it."""
    if sound.silent:
        return [Part("sound", 0.7, 0.1, "the sound track is silent", "Add a bed, or mute it on purpose.")]
    tip = "Hold the phone further from the loudspeaker." if sound.clipped > 0.002 else ""
    fact = f"{100 * sound.clipped:.2f} % of the sound clipped"
    found = [Part("sound", ramp(sound.clipped, 0.02, 0.0002), 0.15, fact, tip)]
    if sound.speech_gap_db is not None:
        found.append(_speech_part(sound.speech_gap_db))
    elif sound.floor_lufs is not None:
        found.append(_sound_noise_part(sound.floor_lufs))
    return found


def _speech_part(gap_db: float) -> Part:
    """Where somebody speaks, what is under the voice is what matters, not how loud it is."""
    tip = "Go closer with the phone or a microphone: the voice hardly stands out." if gap_db < 12 else ""
    value = ramp(gap_db, POOR_GAP_DB, FINE_GAP_DB)
    return Part("speech", value, 0.12, f"speech {gap_db:.0f} dB above what is under it", tip)


def _sound_noise_part(floor_lufs: float) -> Part:
    tip = "A fan or music hums throughout: move away from it, or lay a bed over it." if floor_lufs > -32 else ""
    value = ramp(floor_lufs, POOR_FLOOR_LUFS, FINE_FLOOR_LUFS)
    return Part("sound-noise", value, 0.06, f"its quietest tenth at {floor_lufs:.0f} LUFS", tip)
