"""The finished sound of one clip: made once, measured as written, then copied into every deliverable.

    read or generate -> measure -> plan the gain -> encode -> measure the file -> (correct, encode again)

Promise: the file is AAC-LC, 48 kHz, stereo, as long as the picture to the sample; its integrated loudness is what the
preset asks for within 0.2 LU and its true peak stays under the preset's, both measured on the file. Sound for which
that is not possible or not wanted (digital silence, hiss, under 400 ms) is treated by the rules of `level`, and the
rule is named in `facts`. Memory does not grow with the length of the clip; `work` takes up to 46 MB a minute meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mediakit.audio.encode import write_aac
from mediakit.audio.hear import Heard, finite
from mediakit.audio.level import GainMode, GainPlan, apply_gain, plan_gain
from mediakit.audio.meter import Summary
from mediakit.audio.pcm import RATE, to_samples
from mediakit.audio.take import Desk, Take, take_for
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
_SHORT_FORM_S = 3.0
"""A short-term window of EBU R 128: what is shorter has an integrated loudness, but of a few windows."""
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
    desk = Desk(source, audio_stream, start_s, to_samples(duration_s), sound, bed, work, threads, heard)
    if sound.mode == "mute" or desk.samples <= 0:
        return None
    try:
        take = take_for(desk)
        return None if take is None else _finish(take, desk, audio_kbps)
    finally:
        for scratch in ("original", "bed", "room"):
            (work / f"{scratch}.f32").unlink(missing_ok=True)


def _rule(mode: GainMode, samples: int) -> str:
    """How the level was reached, in words; of a clip under 3 s also that it was measured on a few windows only."""
    short = mode in ("linear", "limiter") and samples < _SHORT_FORM_S * RATE
    return f"{_RULES[mode]}; under 3 s, so its loudness is that of a few windows of 400 ms" if short else _RULES[mode]


def _finish(take: Take, desk: Desk, kbps: int) -> Track:
    """Bring `take` to its level, write it, measure what was written, and correct until it holds."""
    target = min(desk.sound.loudness_lufs, take.loudest_lufs)
    ceiling = desk.sound.true_peak_dbtp - _OTHER_METERS_DB
    path = desk.work / "sound.m4a"
    aim, room = target, ceiling - _ENCODER_DB
    tries = 0
    while True:
        tries += 1
        plan = plan_gain(take.profile, aim, room)
        meter = Summary()
        finished = apply_gain(apply_gain(take.blocks(), take.fades), plan.gain)
        write_aac(path, finished, kbps=kbps, threads=desk.threads, played=meter.add)
        loudness, peak = meter.finish()
        written = _Written(meter.samples, loudness, peak)
        over_db = peak - ceiling
        off_lu = loudness - target if plan.mode in ("linear", "limiter") else 0.0
        holds = over_db <= 0 and abs(off_lu) <= _CLOSE_LU
        if holds or tries == _TRIES:
            return _track(path, take, plan, written, {"tries": tries, "on_target": holds})
        if over_db > 0:
            room -= over_db + _FURTHER_DB * tries
        aim -= off_lu if abs(off_lu) > _CLOSE_LU else 0.0


@dataclass(frozen=True, slots=True)
class _Written:
    """What the written file measures."""

    samples: int
    loudness_lufs: float
    true_peak_dbtp: float


def _track(path: Path, take: Take, plan: GainPlan, written: _Written, more: dict[str, object]) -> Track:
    loudness, peak = finite(written.loudness_lufs), finite(written.true_peak_dbtp)
    facts: dict[str, object] = take.facts | {
        "loudness_lufs": loudness,
        "true_peak_dbtp": peak,
        "gain_mode": plan.mode,
        "rule": _rule(plan.mode, written.samples),
        "gain_db": round(plan.gain_db, 2),
        "limited_db": round(plan.limited_db, 2),
    }
    return Track(path, written.samples / RATE, loudness, peak, plan.mode, facts | more)
