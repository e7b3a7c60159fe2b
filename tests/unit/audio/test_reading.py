from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_kit import RATE, judge_ffmpeg, needs_ffmpeg, noise, rms_db, tone, write_sound

from mediakit.audio.source import read_sound
from mediakit.audio.timeline import Reading, TimeLine
from mediakit.errors import Fault, FileError


def whole(path: Path, **how) -> np.ndarray:
    return np.concatenate(list(read_sound(path, None, **how)), axis=1)


def test_plain_sound_comes_out_as_it_is(tmp_path: Path) -> None:
    sound = noise(1.234)
    np.testing.assert_array_equal(whole(write_sound(tmp_path / "a.wav", sound)), sound)


@pytest.mark.parametrize("seconds", [0.5, 1.0, 2.0])
def test_exactly_as_many_samples_as_asked_for(tmp_path: Path, seconds: float) -> None:
    path = write_sound(tmp_path / "a.wav", tone(1.0))
    reading = Reading()
    out = whole(path, samples=round(seconds * RATE), reading=reading)
    assert out.shape == (2, round(seconds * RATE))
    assert reading.last == min(RATE, out.shape[1])
    assert not out[:, reading.last :].any()


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100, 96_000])
def test_any_rate_becomes_48_khz_in_step(tmp_path: Path, rate: int) -> None:
    """A click at 0.7 s stays at 0.7 s."""
    sound = np.zeros((2, rate), np.float32)
    sound[:, round(0.7 * rate)] = 0.9
    out = whole(write_sound(tmp_path / "a.wav", sound, rate=rate), samples=RATE)
    assert abs(int(np.abs(out[0]).argmax()) - round(0.7 * RATE)) <= RATE // rate + 1


def test_mono_is_heard_on_both_sides(tmp_path: Path) -> None:
    out = whole(write_sound(tmp_path / "a.wav", noise(0.5)[:1], layout="mono"))
    np.testing.assert_array_equal(out[0], out[1])
    assert rms_db(out) > -25


def test_surround_keeps_what_the_centre_says(tmp_path: Path) -> None:
    six = np.zeros((6, RATE), np.float32)
    six[2] = tone(1.0)[0]
    out = whole(write_sound(tmp_path / "a.wav", six, layout="5.1"))
    np.testing.assert_allclose(out[0], out[1], atol=1e-6)
    assert rms_db(out) == pytest.approx(rms_db(six[2]) - 3.0, abs=0.1)


def test_the_pictures_clock_decides_what_is_heard(tmp_path: Path) -> None:
    sound = noise(2.0)
    path = write_sound(tmp_path / "a.wav", sound)
    later = whole(path, start_s=Fraction(1, 2), samples=RATE)
    np.testing.assert_array_equal(later, sound[:, RATE // 2 : RATE // 2 + RATE])
    earlier = whole(path, start_s=Fraction(-1, 2), samples=RATE)
    assert not earlier[:, : RATE // 2 - 1].any()
    np.testing.assert_array_equal(earlier[:, RATE // 2 + 240 :], sound[:, 240 : RATE // 2])


def frames_of(sound: np.ndarray, size: int) -> list[tuple[av.AudioFrame, int]]:
    """Frames of `size` samples, each with its place."""
    made = []
    for at in range(0, sound.shape[1], size):
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound[:, at : at + size]), format="fltp", layout="stereo"
        )
        frame.sample_rate = RATE
        made.append((frame, at))
    return made


def laid(frames: list[tuple[av.AudioFrame, int | None]], samples: int | None) -> tuple[np.ndarray, Reading]:
    reading = Reading()
    line = TimeLine(samples, reading)
    blocks = [block for frame, at in frames for block in line.add(frame, at)] + list(line.finish())
    return np.concatenate(blocks, axis=1), reading


def test_a_gap_is_silence_of_its_length_with_soft_edges() -> None:
    frames = frames_of(tone(2.0, level=0.5), 960)
    out, reading = laid([f for f in frames if not RATE // 2 <= f[1] < RATE], 2 * RATE)
    assert reading.gaps == 1
    assert not out[:, RATE // 2 : RATE].any()
    np.testing.assert_array_equal(out[:, RATE + 240 :], tone(2.0, level=0.5)[:, RATE + 240 :])
    assert np.abs(np.diff(out)).max() < 0.05


def test_stamps_that_are_a_little_off_move_nothing() -> None:
    rng = np.random.default_rng(5)
    sound = noise(1.0)
    jittered = [(frame, at + int(rng.integers(-480, 480))) for frame, at in frames_of(sound, 1024)]
    jittered[0] = (jittered[0][0], 0)
    out, reading = laid(jittered, RATE)
    assert reading.gaps == 0
    np.testing.assert_array_equal(out, sound)


def test_what_overlaps_is_cut() -> None:
    sound = noise(1.0)
    frames = frames_of(sound, 4800)
    again = frames_of(sound, 4800)
    out, _ = laid(frames[:6] + again[3:], RATE)
    np.testing.assert_array_equal(out, sound)


@settings(max_examples=30, deadline=None)
@given(
    jumps=st.lists(st.integers(-60_000, 200_000), min_size=1, max_size=12),
    samples=st.integers(1, 150_000),
    size=st.sampled_from([160, 1024, 4096]),
)
def test_the_line_has_its_length_whatever_the_stamps_say(jumps: list[int], samples: int, size: int) -> None:
    at, frames = 0, []
    for jump in jumps:
        at += jump
        frames += [(frame, at + place) for frame, place in frames_of(noise(0.1), size)]
    out, reading = laid(frames, samples)
    assert out.shape == (2, samples)
    assert 0 <= reading.first <= reading.last <= samples
    assert np.isfinite(out).all()


def test_a_form_that_changes_half_way_is_followed() -> None:
    mono = av.AudioFrame.from_ndarray(noise(0.5)[:1, :8000], format="fltp", layout="mono")
    mono.sample_rate = 16_000
    out, _ = laid([*frames_of(noise(0.5), 4800), (mono, RATE // 2)], RATE)
    before, after = rms_db(out[:, : RATE // 2]), rms_db(out[:, RATE // 2 + 500 : -500])
    assert after == pytest.approx(before - 3.0, abs=0.5)  # one channel shared by two loudspeakers


@pytest.mark.parametrize("content", [b"", b"no sound at all" * 100, b"#EXTM3U\nfile:///etc/passwd\n"])
def test_what_is_no_sound_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "it's: a [odd]\nname.mp4"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        whole(path)
    assert caught.value.code is Fault.NOT_MEDIA
    assert caught.value.hint


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        whole(tmp_path / "gone.wav")
    assert caught.value.code is Fault.UNREADABLE


@needs_ffmpeg
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_sound_that_stops_decoding_half_way_is_named(tmp_path: Path, share: float) -> None:
    good = tmp_path / "good.m4a"
    write_sound(tmp_path / "a.wav", noise(6.0))
    judge_ffmpeg("-i", str(tmp_path / "a.wav"), "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", str(good))
    data = bytearray(good.read_bytes())
    start = data.index(b"mdat") + 4
    damaged_from = start + int((len(data) - start) * share)
    data[damaged_from:] = np.random.default_rng(1).integers(0, 256, len(data) - damaged_from, np.uint8).tobytes()
    broken = tmp_path / "broken.m4a"
    broken.write_bytes(data)
    with pytest.raises(FileError) as caught:
        whole(broken, samples=6 * RATE)
    assert caught.value.code is Fault.CORRUPT
    assert "broken.m4a" in caught.value.message
    assert "mute or music" in caught.value.hint


@needs_ffmpeg
def test_sound_that_breaks_off_is_named(tmp_path: Path) -> None:
    good = tmp_path / "good.m4a"
    write_sound(tmp_path / "a.wav", noise(6.0))
    judge_ffmpeg("-i", str(tmp_path / "a.wav"), "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", str(good))
    broken = tmp_path / "broken.m4a"
    broken.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    with pytest.raises(FileError) as caught:
        whole(broken, samples=6 * RATE)
    assert caught.value.code is Fault.TRUNCATED


@needs_ffmpeg
@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp3", "libmp3lame"),
        ("a.opus", "libopus"),
        ("a.flac", "flac"),
        ("a.mkv", "ac3"),
        ("a.ts", "aac"),
        ("a.avi", "mp2"),
    ],
)
def test_codecs_and_containers_come_out_alike(tmp_path: Path, name: str, codec: str) -> None:
    """The same sound through each: a burst at one second stays there, within a hundredth, at its level."""
    sound = noise(2.0, level=0.001)
    sound[:, RATE : RATE + 9600] += tone(0.2, level=0.5)
    write_sound(tmp_path / "a.wav", sound)
    judge_ffmpeg("-i", str(tmp_path / "a.wav"), "-c:a", codec, "-b:a", "192k", str(tmp_path / name))
    reading = Reading()
    with av.open(str(tmp_path / name)) as container:
        first = container.streams.audio[0].start_time or 0
        start = first * container.streams.audio[0].time_base
    out = whole(tmp_path / name, start_s=start, samples=2 * RATE, reading=reading)
    loud = np.flatnonzero(np.abs(out).max(axis=0) > 0.2)
    assert abs(loud[0] / RATE - 1.0) < 0.06  # some containers do not declare the encoder's delay
    assert rms_db(out[:, loud[0] : loud[-1]]) == pytest.approx(rms_db(tone(0.2, level=0.5)), abs=0.5)
    assert reading.lost_s == 0
