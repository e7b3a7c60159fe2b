"""What a clip is to sound like before it has its level: the original, the bed, both, or the original without voices.

One function for each mode of the preset. What comes out is a `Take`: sound that can be played again and again, measured
already, with what there is to say about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from mediakit.audio.bed import open_bed
from mediakit.audio.curve import Spans, duck_curve, fade_curve, milliseconds
from mediakit.audio.hear import Heard, finite
from mediakit.audio.level import NEAR_SILENT_LUFS, apply_gain
from mediakit.audio.meter import Meter, MsValues, Profile, from_db, measure
from mediakit.audio.pcm import RATE, Block, Scratch, even
from mediakit.audio.source import read_sound
from mediakit.audio.speech import SpeechFinder
from mediakit.audio.timeline import Reading
from mediakit.errors import Fault, FileError
from mediakit.model import Seconds
from mediakit.presets.schema import Sound

_CUT_FADE_S = 0.02
_START_FADE_S = 0.005
_ATTACK_FADE_S = 0.01
"""Music that begins on a beat is not faded in: that would take the beat away."""


@dataclass(frozen=True, slots=True)
class Take:
    """Sound that can be played again and again, not yet at its level.

    fades: what its two ends get. loudest_lufs: it is not made louder than this, whatever the preset wants.
    """

    blocks: Callable[[], Iterator[Block]]
    profile: Profile
    fades: MsValues
    facts: dict[str, object]
    loudest_lufs: float = 0.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What every step below needs to know."""

    source: Path | None
    audio_stream: int | None
    start_s: Seconds
    samples: int
    sound: Sound
    bed: Path | None
    work: Path
    threads: int
    heard: Heard | None

    @property
    def length_ms(self) -> int:
        """How long the sound is to be."""
        return milliseconds(self.samples)

    @property
    def fade_s(self) -> float:
        """The preset's fade, but no more than a quarter of the clip at each end."""
        return min(self.sound.fade_s, self.samples / RATE / 4)


def take_for(desk: Desk) -> Take | None:
    """The sound that the preset's mode asks for, None where there is nothing to keep."""
    mode = desk.sound.mode
    has_sound = desk.source is not None and desk.audio_stream is not None
    if mode == "music":
        return _music(desk)
    if not has_sound:
        return _music(desk) if mode == "mix" else None
    if mode == "mix":
        return _mix(desk)
    if mode == "hush":
        return _hush(desk)
    if mode == "presenter":
        return _presenter(desk)
    return _original(desk, speech=False)[0]


def _original(desk: Desk, *, speech: bool) -> tuple[Take | None, Scratch, Spans]:
    """The clip's own sound, and where in it somebody speaks."""
    assert desk.source is not None
    meter, reading = Meter(), Reading()
    known = desk.heard.speech if desk.heard is not None and desk.heard.speech_sought else None
    finder = SpeechFinder() if speech and known is None else None
    with Scratch(desk.work / "original.f32") as scratch:
        for block in read_sound(
            desk.source,
            desk.audio_stream,
            start_s=desk.start_s,
            samples=desk.samples,
            threads=desk.threads,
            reading=reading,
        ):
            scratch.append(block)
            meter.add(block)
            if finder is not None:
                finder.add(block)
    spans = finder.spans() if finder is not None else known or ()
    if reading.last == 0:
        return None, scratch, ()
    profile = meter.profile()
    facts: dict[str, object] = {
        "original_lufs": finite(profile.integrated_lufs()),
        "original_true_peak_dbtp": finite(profile.true_peak_dbtp),
    }
    if reading.lost_s:
        facts["lost_s"] = round(reading.lost_s, 3)
    if speech:
        facts["speech"] = as_lists(spans)
    fades = fade_curve(
        desk.length_ms,
        in_s=_START_FADE_S if reading.first == 0 else 0.0,
        out_s=_CUT_FADE_S if reading.last >= desk.samples else 0.0,
    )
    return Take(scratch.blocks, profile, fades, facts), scratch, spans


def _music(desk: Desk) -> Take:
    """The bed alone."""
    if desk.bed is None:
        raise FileError(
            Fault.MISSING_PART,
            f"The sound is to be `{desk.sound.mode}`, but there is no music.",
            "Give a music file, or add a bed to the preset.",
        )
    bed = open_bed(
        desk.bed,
        desk.samples,
        crossfade_s=desk.sound.crossfade_s,
        scratch=desk.work / "bed.f32",
        threads=desk.threads,
    )
    facts: dict[str, object] = {"bed": desk.bed.name}
    if bed.loop is not None:
        facts["bed_loop_s"] = round(bed.loop.period / RATE, 3)
        facts["bed_crossfade_s"] = round(bed.loop.overlap / RATE, 3)
    facts["bed_begins_s"] = round(bed.start / RATE, 3)
    in_s = min(desk.fade_s, _ATTACK_FADE_S) if bed.on_beat else desk.fade_s
    fades = fade_curve(desk.length_ms, in_s=in_s, out_s=desk.fade_s)
    return Take(bed.blocks, bed.profile().under(fades), fades, facts)


def _mix(desk: Desk) -> Take:
    """The bed under the original, further down where somebody speaks."""
    original, _, spans = _original(desk, speech=True)
    music = _music(desk)
    if original is None or original.profile.integrated_lufs() < NEAR_SILENT_LUFS:
        return Take(music.blocks, music.profile, music.fades, music.facts | {"original": "nothing to hear in it"})
    below_db = desk.sound.bed_under_db
    ducked = duck_curve(desk.length_ms, spans, desk.sound.duck_db)
    return _together(original, music, -below_db, ducked, {"bed_under_db": below_db, "duck_db": desk.sound.duck_db})


def _hush(desk: Desk) -> Take | None:
    """The original without speech; where there is a bed, the bed over what is left."""
    from mediakit.audio.hush import without_speech  # here and below: new music must not wait for what it does not use

    original, scratch, spans = _original(desk, speech=True)
    if original is None:
        return None
    hushed = _kept(without_speech(scratch, spans), desk, original.fades, original.facts)
    if desk.bed is None:
        return replace(hushed, loudest_lufs=_as_loud_as_it_was(original.profile, hushed.profile, desk))
    music = _music(desk)
    if hushed.profile.integrated_lufs() < NEAR_SILENT_LUFS:
        return Take(music.blocks, music.profile, music.fades, hushed.facts | music.facts)
    return _together(hushed, music, desk.sound.bed_under_db, 1.0, {})


def _presenter(desk: Desk) -> Take | None:
    """The near voice, everything else down; where nobody is near, the original less its voices."""
    from mediakit.audio.hush import without_speech
    from mediakit.audio.nearness import listener, near_and_far
    from mediakit.audio.presenter import only_near

    original, scratch, spans = _original(desk, speech=True)
    if original is None:
        return None
    heard = listener()
    for block in scratch.blocks():
        heard.add(block)
    voices = near_and_far(heard.levels(), spans)
    facts = original.facts | {"near": as_lists(voices.near), "far": as_lists(voices.far)}
    if not voices.near:
        room = _kept(without_speech(scratch, spans), desk, original.fades, facts | {"presenter": "nobody is near"})
        return replace(room, loudest_lufs=_as_loud_as_it_was(original.profile, room.profile, desk))
    return _kept(only_near(scratch, voices, desk.sound.presenter_drop_db), desk, original.fades, facts)


def _kept(blocks: Iterable[Block], desk: Desk, fades: MsValues, facts: dict[str, object]) -> Take:
    """`blocks` on disk, measured."""
    with Scratch(desk.work / "room.f32") as room:
        meter = Meter()
        for block in blocks:
            room.append(block)
            meter.add(block)
    return Take(room.blocks, meter.profile(), fades, facts)


def as_lists(spans: Spans) -> list[list[float]]:
    """Stretches as JSON has them."""
    return [[start_s, end_s] for start_s, end_s in spans]


def _as_loud_as_it_was(original: Profile, room: Profile, desk: Desk) -> float:
    """Where the room lies once the whole clip is at its target: louder, a shop without voices is only noise."""
    return desk.sound.loudness_lufs + room.integrated_lufs() - original.integrated_lufs()


def _together(own: Take, music: Take, bed_over_db: float, ducked: MsValues | float, facts: dict[str, object]) -> Take:
    """The two at once, the bed `bed_over_db` louder than the clip's own sound, times `ducked`."""
    bed_gain = from_db(own.profile.integrated_lufs() + bed_over_db - music.profile.integrated_lufs())
    curve = music.fades * bed_gain * ducked

    def blocks() -> Iterator[Block]:
        for above, below in zip(even(own.blocks()), even(apply_gain(music.blocks(), curve)), strict=True):
            yield above + below

    return Take(blocks, measure(blocks()), own.fades, own.facts | music.facts | facts)
