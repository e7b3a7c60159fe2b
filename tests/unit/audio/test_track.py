from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from sound_kit import RATE, ebur128, needs_ffmpeg, noise, read_sound_file, rms_db, silence, tone, write_sound

from mediakit.audio.hear import Heard
from mediakit.audio.track import Track, make_track
from mediakit.errors import Fault, FileError
from mediakit.presets.schema import Sound


def made(
    tmp_path: Path,
    mode: str,
    own: np.ndarray | None = None,
    bed: np.ndarray | None = None,
    *,
    seconds: Fraction = Fraction(6),
    speech: tuple[tuple[float, float], ...] = (),
    kbps: int = 128,
    **sound: float,
) -> Track | None:
    work = tmp_path / "work"
    work.mkdir(exist_ok=True)
    source = None if own is None else write_sound(tmp_path / "clip's [1]: 店.mkv", own)
    track = make_track(
        source,
        audio_stream=None if own is None else 0,
        start_s=Fraction(0),
        duration_s=seconds,
        sound=Sound.model_validate({"mode": mode, **sound}),
        bed=None if bed is None else write_sound(tmp_path / "bed.wav", bed),
        work=work,
        audio_kbps=kbps,
        heard=Heard(speech, None, None, 0.0, False, None, float(seconds)) if speech or mode == "mix" else None,
    )
    assert [path.name for path in work.iterdir()] == ([] if track is None else ["sound.m4a"])
    return track


def decoded(track: Track) -> np.ndarray:
    return read_sound_file(track.path)[:, : round(track.duration_s * RATE)]


def aligned_gain_db(out: np.ndarray, reference: np.ndarray) -> float:
    """By how many decibels `out` is `reference`, least squares."""
    return float(
        20 * np.log10(np.sum(out * reference, dtype=np.float64) / np.sum(np.square(reference, dtype=np.float64)))
    )


def test_mute_has_no_sound_at_all(tmp_path: Path) -> None:
    assert made(tmp_path, "mute", tone(6)) is None


@pytest.mark.parametrize("mode", ["keep", "hush"])
def test_a_clip_without_sound_stays_without(tmp_path: Path, mode: str) -> None:
    assert made(tmp_path, mode) is None


@pytest.mark.parametrize("seconds", [Fraction(1, 10), Fraction(1001, 300), Fraction(6), Fraction(61, 7)])
@pytest.mark.parametrize("mode", ["keep", "music", "mix"])
def test_as_long_as_the_picture_to_the_sample(tmp_path: Path, mode: str, seconds: Fraction) -> None:
    track = made(tmp_path, mode, noise(6), noise(4, seed=2), seconds=seconds)
    assert track is not None
    with av.open(str(track.path)) as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.rate, stream.codec_context.layout.name) == ("aac", 48_000, "stereo")
        assert stream.profile == "LC"
        assert abs(stream.duration * stream.time_base - seconds) <= Fraction(1, RATE)
        assert (stream.start_time or 0) == 0


@needs_ffmpeg
@pytest.mark.parametrize("target", [(-14.0, -1.5), (-16.0, -1.0), (-23.0, -3.0)])
@pytest.mark.parametrize("kind", ["quiet", "loud", "clicks"])
def test_loudness_and_peak_hold_on_the_written_file(tmp_path: Path, target: tuple[float, float], kind: str) -> None:
    own = noise(6, level=0.01 if kind == "quiet" else 0.4)
    if kind == "clicks":
        own *= np.float32(0.02)
        own[:, 3000::31_000] = 0.95
    track = made(tmp_path, "keep", own, loudness_lufs=target[0], true_peak_dbtp=target[1])
    assert track is not None
    loudness, peak = ebur128(track.path)
    assert loudness == pytest.approx(target[0], abs=0.5)
    assert peak <= target[1]
    assert track.facts["on_target"] is True
    assert track.loudness_lufs == pytest.approx(loudness, abs=0.1)
    assert track.gain_mode == ("limiter" if kind == "clicks" else "linear") or target[0] == -14.0


def test_keep_changes_nothing_but_the_level(tmp_path: Path) -> None:
    own = sum(tone(6, hz=hz, level=0.01) for hz in (90.0, 311.0, 1234.0, 4800.0))
    track = made(tmp_path, "keep", own, kbps=320)
    assert track is not None
    assert track.gain_mode == "linear"
    out = decoded(track)
    gain = 10 ** (float(track.facts["gain_db"]) / 20)  # type: ignore[arg-type]
    assert aligned_gain_db(out, own * gain) == pytest.approx(0.0, abs=0.05)
    assert rms_db(out - own * gain) < rms_db(out) - 25


def test_sound_in_step_with_the_picture(tmp_path: Path) -> None:
    own = silence(6)
    own[:, round(4.5 * RATE) : round(4.52 * RATE)] = tone(0.02, hz=1000, level=0.5)
    track = made(tmp_path, "keep", own)
    assert track is not None
    out = np.abs(decoded(track)).max(axis=0)
    begins = int(np.flatnonzero(out > 0.3 * out.max())[0])
    assert abs(begins / RATE - 4.5) < 0.002


def test_sound_that_is_cut_off_with_the_picture_fades(tmp_path: Path) -> None:
    track = made(tmp_path, "keep", tone(8, hz=200, level=0.3), kbps=192)
    assert track is not None
    out = decoded(track)
    assert rms_db(out[:, -1440:-960]) > -20
    assert np.abs(out[:, -24:]).max() < 0.1 * np.abs(out).max()


def test_sound_shorter_than_the_picture_is_followed_by_silence(tmp_path: Path) -> None:
    track = made(tmp_path, "keep", noise(4))
    assert track is not None
    out = decoded(track)
    assert not (np.abs(out[:, round(4.05 * RATE) :]) > 1e-4).any()
    assert rms_db(out[:, : 3 * RATE]) > -25


def test_music_fades_at_both_ends_and_nowhere_else(tmp_path: Path) -> None:
    track = made(tmp_path, "music", None, noise(4), seconds=Fraction(20), fade_s=1.0)
    assert track is not None
    out = decoded(track)
    tenths = 10 * np.log10(np.square(out).reshape(2, 200, 4800).mean(axis=(0, 2)) + 1e-12)
    assert tenths[0] < tenths[100] - 12 and tenths[-1] < tenths[100] - 12
    assert np.ptp(tenths[11:-11]) < 1.5
    assert track.facts["bed_loop_s"]


def test_music_wants_a_bed(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        made(tmp_path, "music", noise(6))
    assert caught.value.hint


def test_in_a_mix_the_bed_lies_under_the_original_and_deeper_under_speech(tmp_path: Path) -> None:
    """Two tones nobody can confuse: what became of each is read off by projecting on it."""
    own, bed = tone(12, hz=1000, level=0.1), tone(12, hz=3000, level=0.3)
    track = made(tmp_path, "mix", own, bed, seconds=Fraction(12), speech=((4.0, 8.0),), bed_under_db=10.0, duck_db=12.0)
    assert track is not None
    out = decoded(track)

    def level(hz: float, first_s: float, last_s: float) -> float:
        part = out[0, round(first_s * RATE) : round(last_s * RATE)]
        wave = np.exp(-2j * np.pi * hz * np.arange(part.size) / RATE)
        return float(20 * np.log10(2 * abs(part @ wave) / part.size))

    apart_db = level(1000, 1.5, 3.5) - level(3000, 1.5, 3.5)
    k_weighting_db = 2.9  # BS.1770 hears 3 kHz that much louder than 1 kHz
    assert apart_db - k_weighting_db == pytest.approx(10.0, abs=1.2)
    assert level(3000, 1.5, 3.5) - level(3000, 4.0, 8.0) == pytest.approx(12.0, abs=0.3)
    assert level(3000, 9.0, 10.5) == pytest.approx(level(3000, 1.5, 3.5), abs=0.3)
    assert level(1000, 4.0, 8.0) == pytest.approx(level(1000, 1.5, 3.5), abs=0.2)


@pytest.mark.parametrize("own", [None, silence(6), noise(6, level=0.0003)])
def test_a_mix_with_nothing_to_mix_is_the_bed_at_its_level(tmp_path: Path, own: np.ndarray | None) -> None:
    track = made(tmp_path, "mix", own, noise(6))
    assert track is not None
    assert track.loudness_lufs == pytest.approx(-14.0, abs=0.2)


def test_silence_stays_silence(tmp_path: Path) -> None:
    track = made(tmp_path, "keep", silence(6))
    assert track is not None
    assert (track.gain_mode, track.loudness_lufs, track.true_peak_dbtp) == ("silent", None, None)
    assert not decoded(track).any()


def test_what_is_said_about_it_is_json_without_infinities(tmp_path: Path) -> None:
    for mode, own in (("keep", silence(6)), ("mix", noise(6)), ("keep", tone(0.1))):
        track = made(tmp_path, mode, own, noise(3))
        assert track is not None
        text = json.dumps(track.facts, allow_nan=False)
        assert "rule" in text


def test_damaged_sound_leaves_nothing_behind(tmp_path: Path) -> None:
    source = write_sound(tmp_path / "a.m4a", noise(6), codec="aac")
    data = bytearray(source.read_bytes())
    start, size = data.index(b"mdat") + 4, len(data)
    data[start + 20_000 : size - 3000] = (
        np.random.default_rng(1).integers(0, 256, size - 3000 - start - 20_000, np.uint8).tobytes()
    )
    source.write_bytes(data)
    work = tmp_path / "work"
    work.mkdir()
    with pytest.raises(FileError) as caught:
        make_track(
            source, audio_stream=0, start_s=Fraction(0), duration_s=Fraction(6), sound=Sound(), bed=None, work=work,
            audio_kbps=128,
        )  # fmt: skip
    assert caught.value.code is Fault.CORRUPT
    assert list(work.iterdir()) == []


def test_a_disk_that_is_full_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mediakit.audio import pcm

    class Full:
        closed = False

        def write(self, data: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(pcm.Path, "open", lambda self, mode: Full())
    with pytest.raises(FileError) as caught, pcm.Scratch(tmp_path / "s") as scratch:
        scratch.append(silence(1))
    assert caught.value.code is Fault.DISK_FULL


@pytest.mark.corpus
def test_speech_is_looked_for_where_nobody_has_yet(tmp_path: Path, corpus: Path) -> None:
    unheard = Heard((), None, None, 0.0, False, None, 2.7, speech_sought=False)
    track = make_track(
        corpus / "audio" / "english.wav", audio_stream=0, start_s=Fraction(0), duration_s=Fraction(27, 10),
        sound=Sound(mode="mix"), bed=write_sound(tmp_path / "bed.wav", noise(4)), work=tmp_path, audio_kbps=128,
        heard=unheard,
    )  # fmt: skip
    assert track is not None
    assert track.facts["speech"]


def test_a_bed_that_is_a_ring_goes_round_under_the_clip(tmp_path: Path) -> None:
    """A pulse four times a second, 5 s of it: loops with no crossfade at all."""
    pulse = tone(5, hz=330) * (1 + 0.8 * np.sin(2 * np.pi * 4 * np.arange(5 * RATE) / RATE)).astype(np.float32)
    track = made(tmp_path, "music", None, pulse, seconds=Fraction(17))
    assert track is not None
    assert (track.facts["bed_loop_s"], track.facts["bed_crossfade_s"]) == (5.0, 0.0)
    assert track.loudness_lufs == pytest.approx(-14.0, abs=0.2)


@needs_ffmpeg
@pytest.mark.parametrize("tenths", [4, 7, 13, 29])
def test_a_clip_under_three_seconds_is_brought_to_the_target_and_the_rule_says_so(tmp_path: Path, tenths: int) -> None:
    seconds = Fraction(tenths, 10)
    track = made(tmp_path, "keep", noise(tenths / 10, 0.02), seconds=seconds)
    assert track is not None
    assert track.loudness_lufs == pytest.approx(-14, abs=0.5)
    assert "under 3 s" in str(track.facts["rule"])
    _, peak = ebur128(track.path)
    assert peak <= -1.5


@pytest.mark.parametrize(
    ("own", "mode"),
    [
        (noise(6, 0.02), "linear"),
        (noise(6, 0.02) + 0.9 * (np.arange(6 * RATE) % RATE < 40), "limiter"),
        (noise(6, 0.001), "near-silent"),
        (silence(6), "silent"),
    ],
)
def test_which_rule_was_needed_is_said(tmp_path: Path, own: np.ndarray, mode: str) -> None:
    track = made(tmp_path, "keep", own.astype(np.float32))
    assert track is not None
    assert track.gain_mode == track.facts["gain_mode"] == mode
    assert "under 3 s" not in str(track.facts["rule"])
