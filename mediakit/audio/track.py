"""The finished sound of one clip: made once, measured as written, then copied into every deliverable.

    read or generate -> measure -> plan the gain -> encode -> measure the file -> (correct, encode again)

Promise: the file is AAC-LC, 48 kHz, stereo, as long as the picture to the sample; its integrated loudness is what the
preset asks for within 0.2 LU and its true peak stays under the preset's, both measured on the file. Sound for which
that is not possible or not wanted (digital silence, hiss, under 400 ms) is treated by the rules of `level`, and the
rule is named in `facts`. Memory does not grow with the length of the clip; `work` takes up to 46 MB a minute meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mediakit.audio.bed import open_bed
from mediakit.audio.curve import Spans, duck_curve, fade_curve, milliseconds
from mediakit.audio.encode import write_aac
from mediakit.audio.hear import Heard, finite
from mediakit.audio.hush import without_speech
from mediakit.audio.level import NEAR_SILENT_LUFS, GainMode, GainPlan, apply_gain, plan_gain
from mediakit.audio.meter import Meter, MsValues, Profile, from_db, measure
from mediakit.audio.pcm import RATE, Block, Scratch, even, to_samples
from mediakit.audio.source import read_sound
from mediakit.audio.speech import SpeechFinder
from mediakit.audio.timeline import Reading
from mediakit.errors import Fault, FileError
from mediakit.model import Seconds
from mediakit.presets.schema import Sound

_OTHER_METERS_DB = 0.1
"""Kept free under the ceiling: two true-peak meters differ by this much."""
_ENCODER_DB = 0.25
"""Kept free for what the encoder adds to peaks, at first; more when the file shows that it was not enough."""
_CLOSE_LU = 0.2
_FURTHER_DB = 0.15
"""Added for every try: what an encoder does to a single click is not the same twice."""
_TRIES = 6
_CUT_FADE_S = 0.02
_START_FADE_S = 0.005
_RULES: dict[GainMode, str] = {
    "linear": "one gain for the whole clip",
    "limiter": "gain with a look-ahead true-peak limiter",
    "short": "under 400 ms: brought to the target by its mean power, by 12 dB at most",
    "near-silent": "quieter than -50 LUFS: only noise, kept under -60 LUFS",
    "silent": "nothing to hear: left as it is",
}


@dataclass(frozen=True, slots=True)
class Track:
    """A soundtrack on disk. `loudness_lufs` and `true_peak_dbtp` are those of the file; None: nothing to measure.

    gain_mode: how its level was reached, see `facts["rule"]`. facts: JSON-able, for the report and the manifest.
    """

    path: Path
    duration_s: float
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    gain_mode: GainMode
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Take:
    """Sound that can be played again and again, not yet at its level.

    fades: what its two ends get. loudest_lufs: it is not made louder than this, whatever the preset wants.
    """

    blocks: Callable[[], Iterator[Block]]
    profile: Profile
    fades: MsValues
    facts: dict[str, object]
    loudest_lufs: float = 0.0


@dataclass(frozen=True, slots=True)
class _Desk:
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
        return milliseconds(self.samples)

    @property
    def fade_s(self) -> float:
        """The preset's fade, but no more than a quarter of the clip at each end."""
        return min(self.sound.fade_s, self.samples / RATE / 4)


def make_track(  # noqa: PLR0913 - all but one by name; the caller has them from different rooms
    source: Path | None,
    *,
    audio_stream: int | None,
    start_s: Seconds,
    duration_s: Seconds,
    sound: Sound,
    bed: Path | None,
    work: Path,
    audio_kbps: int,
    threads: int = 1,
    heard: Heard | None = None,
) -> Track | None:
    """The soundtrack of a clip as `work/sound.m4a`, or None where the clip is to have no audio stream.

    source: the clip; audio_stream: its index in the file, None where the clip has no sound. start_s: where the picture
    begins on the file's clock; duration_s: how long it is. bed: the music, for `music` and `mix`, and on top of `hush`.
    work: a private folder for this and for temporaries. heard: what `hear` found, so that speech is looked for once.

    Raises FileError: CORRUPT or TRUNCATED sound, a bed that cannot be used, no bed where one is needed, DISK_FULL.
    MissingPartError where `mix` or `hush` needs a part that is not installed.
    """
    desk = _Desk(source, audio_stream, start_s, to_samples(duration_s), sound, bed, work, threads, heard)
    if sound.mode == "mute" or desk.samples <= 0:
        return None
    try:
        take = _take(desk)
        return None if take is None else _finish(take, desk, audio_kbps)
    finally:
        for scratch in ("original", "bed", "room"):
            (work / f"{scratch}.f32").unlink(missing_ok=True)


def _take(desk: _Desk) -> _Take | None:
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
    return _original(desk, speech=False)[0]


def _original(desk: _Desk, *, speech: bool) -> tuple[_Take | None, Scratch, Spans]:
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
        facts["speech"] = [[start, end] for start, end in spans]
    fades = fade_curve(
        desk.length_ms,
        in_s=_START_FADE_S if reading.first == 0 else 0.0,
        out_s=_CUT_FADE_S if reading.last >= desk.samples else 0.0,
    )
    return _Take(scratch.blocks, profile, fades, facts), scratch, spans


def _music(desk: _Desk) -> _Take:
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
    fades = fade_curve(desk.length_ms, in_s=desk.fade_s, out_s=desk.fade_s)
    return _Take(bed.blocks, bed.profile().under(fades), fades, facts)


def _mix(desk: _Desk) -> _Take:
    """The bed under the original, further down where somebody speaks."""
    original, _, spans = _original(desk, speech=True)
    music = _music(desk)
    if original is None or original.profile.integrated_lufs() < NEAR_SILENT_LUFS:
        return _Take(music.blocks, music.profile, music.fades, music.facts | {"original": "nothing to hear in it"})
    below_db = desk.sound.bed_under_db
    ducked = duck_curve(desk.length_ms, spans, desk.sound.duck_db)
    return _together(original, music, -below_db, ducked, {"bed_under_db": below_db, "duck_db": desk.sound.duck_db})


def _hush(desk: _Desk) -> _Take | None:
    """The original without speech; where there is a bed, the bed over what is left."""
    original, scratch, spans = _original(desk, speech=True)
    if original is None:
        return None
    with Scratch(desk.work / "room.f32") as room:
        meter = Meter()
        for block in without_speech(scratch, spans):
            room.append(block)
            meter.add(block)
    hushed = _Take(room.blocks, meter.profile(), original.fades, original.facts)
    if desk.bed is None:
        return replace(hushed, loudest_lufs=_as_loud_as_it_was(original.profile, hushed.profile, desk))
    music = _music(desk)
    if hushed.profile.integrated_lufs() < NEAR_SILENT_LUFS:
        return _Take(music.blocks, music.profile, music.fades, hushed.facts | music.facts)
    return _together(hushed, music, desk.sound.bed_under_db, 1.0, {})


def _as_loud_as_it_was(original: Profile, room: Profile, desk: _Desk) -> float:
    """Where the room lies once the whole clip is at its target: louder, a shop without voices is only noise."""
    return desk.sound.loudness_lufs + room.integrated_lufs() - original.integrated_lufs()


def _together(
    own: _Take, music: _Take, bed_over_db: float, ducked: MsValues | float, facts: dict[str, object]
) -> _Take:
    """The two at once, the bed `bed_over_db` louder than the clip's own sound, times `ducked`."""
    bed_gain = from_db(own.profile.integrated_lufs() + bed_over_db - music.profile.integrated_lufs())
    curve = music.fades * bed_gain * ducked

    def blocks() -> Iterator[Block]:
        for above, below in zip(even(own.blocks()), even(apply_gain(music.blocks(), curve)), strict=True):
            yield above + below

    return _Take(blocks, measure(blocks()), own.fades, own.facts | music.facts | facts)


def _finish(take: _Take, desk: _Desk, kbps: int) -> Track:
    """Bring `take` to its level, write it, measure what was written, and correct until it holds."""
    target = min(desk.sound.loudness_lufs, take.loudest_lufs)
    ceiling = desk.sound.true_peak_dbtp - _OTHER_METERS_DB
    path = desk.work / "sound.m4a"
    aim, room = target, ceiling - _ENCODER_DB
    tries = 0
    while True:
        tries += 1
        plan = plan_gain(take.profile, aim, room)
        meter = Meter()
        finished = apply_gain(take.blocks(), plan.gain * take.fades)
        write_aac(path, finished, kbps=kbps, threads=desk.threads, played=meter.add)
        written = meter.profile()
        over_db = written.true_peak_dbtp - ceiling
        off_lu = written.integrated_lufs() - target if plan.mode in ("linear", "limiter") else 0.0
        holds = over_db <= 0 and abs(off_lu) <= _CLOSE_LU
        if holds or tries == _TRIES:
            return _track(path, take, plan, written, {"tries": tries, "on_target": holds})
        if over_db > 0:
            room -= over_db + _FURTHER_DB * tries
        aim -= off_lu if abs(off_lu) > _CLOSE_LU else 0.0


def _track(path: Path, take: _Take, plan: GainPlan, written: Profile, more: dict[str, object]) -> Track:
    loudness, peak = finite(written.integrated_lufs()), finite(written.true_peak_dbtp)
    facts: dict[str, object] = take.facts | {
        "loudness_lufs": loudness,
        "true_peak_dbtp": peak,
        "gain_mode": plan.mode,
        "rule": _RULES[plan.mode],
        "gain_db": round(plan.gain_db, 2),
        "limited_db": round(plan.limited_db, 2),
    }
    return Track(path, written.samples / RATE, loudness, peak, plan.mode, facts | more)
