from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_kit import RATE, noise, rms_db, silence, tone, write_sound

from mediakit.audio.bed import Bed, check_bed, crossfade, open_bed
from mediakit.audio.meter import measure
from mediakit.errors import DataError, Fault, FileError


def bed_of(tmp_path: Path, sound: np.ndarray, seconds: float, crossfade_s: float = 2.0) -> Bed:
    path = write_sound(tmp_path / "bed.wav", sound)
    return open_bed(path, round(seconds * RATE), crossfade_s=crossfade_s, scratch=tmp_path / "bed.f32")


def played(bed: Bed) -> np.ndarray:
    return np.concatenate(list(bed.blocks()), axis=1)


def beats(seconds: float, bpm: float, *, seed: int = 0) -> np.ndarray:
    """Drums and a changing chord on a grid: music enough for a loop to be right or wrong."""
    rng = np.random.default_rng(seed)
    sound = silence(seconds)
    step = 60 / bpm * RATE
    hit = rng.normal(0, 1, 4800) * np.exp(-np.arange(4800) / 700)
    for beat in range(round(seconds * RATE / step)):
        at = round(beat * step)
        size = min(4800, sound.shape[1] - at)
        sound[:, at : at + size] += (hit[:size] * (0.5 if beat % 4 == 0 else 0.2)).astype(np.float32)
        hz = (220, 275, 330, 247)[beat // 4 % 4]
        note = tone(min(step, sound.shape[1] - at) / RATE, hz=hz, level=0.05)
        sound[:, at : at + note.shape[1]] += note * np.linspace(1, 0, note.shape[1], dtype=np.float32)
    return sound


def test_a_bed_that_is_long_enough_is_played_as_it_is(tmp_path: Path) -> None:
    sound = noise(5)
    bed = bed_of(tmp_path, sound, 3.0)
    assert bed.loop is None
    np.testing.assert_array_equal(played(bed), sound[:, bed.start : bed.start + 3 * RATE])


@pytest.mark.parametrize("seconds", [5.001, 17.0, 40.0])
def test_music_never_ends_early(tmp_path: Path, seconds: float) -> None:
    out = played(bed_of(tmp_path, noise(5), seconds))
    assert out.shape[1] == round(seconds * RATE)
    tenths = out[:, : out.shape[1] // 4800 * 4800].reshape(2, -1, 4800)
    assert (np.sqrt(np.mean(np.square(tenths), axis=(0, 2))) > 0.05).all()


@pytest.mark.parametrize("bed_s", [1.0, 4.3, 23.0])
@pytest.mark.parametrize("hz", [61.7, 330.0, 1234.5])
def test_a_steady_tone_loops_without_any_seam(tmp_path: Path, bed_s: float, hz: float) -> None:
    """A tone that fits no whole number of times: only a loop that meets itself to the sample stays a tone."""
    sound = tone(bed_s, hz=hz)
    out = played(bed_of(tmp_path, sound, bed_s * 2.7))
    assert np.abs(np.diff(out)).max() <= np.abs(np.diff(sound)).max() * 1.02
    envelope = np.sqrt(np.mean(np.square(out[0, : len(out[0]) // 2400 * 2400]).reshape(-1, 2400), axis=1))
    assert envelope.max() / envelope.min() < 1.12  # 1 dB, and 50 ms windows of a low tone vary by themselves


def test_noise_loops_at_constant_power(tmp_path: Path) -> None:
    out = played(bed_of(tmp_path, noise(6), 25.0))
    half_seconds = np.square(out[:, : 49 * 24_000]).reshape(2, -1, 24_000).mean(axis=(0, 2))
    assert 10 * np.log10(half_seconds.max() / half_seconds.min()) < 0.5


@pytest.mark.parametrize("bpm", [92.0, 118.5, 140.0])
def test_beats_stay_on_the_grid_through_the_loop(tmp_path: Path, bpm: float) -> None:
    """Cut off in mid-bar, the piece still loops by a whole number of beats."""
    bed = bed_of(tmp_path, beats(21.3, bpm), 60.0)
    assert bed.loop is not None
    in_beats = bed.loop.period / RATE * bpm / 60
    assert abs(in_beats - round(in_beats)) * 60 / bpm < 0.012
    assert bed.loop.period > 0.5 * 21.3 * RATE


def test_the_loop_has_no_jump_that_the_music_does_not_have(tmp_path: Path) -> None:
    sound = beats(13.0, 101.0, seed=4)
    bed = bed_of(tmp_path, sound, 60.0)
    out = played(bed)
    assert bed.loop is not None
    for join in range(bed.loop.start + bed.loop.period - bed.start, out.shape[1], bed.loop.period):
        around = np.diff(out[:, max(0, join - 100) : join + bed.loop.overlap + 100])
        assert np.abs(around).max() <= np.abs(np.diff(sound)).max() * 1.05


@pytest.mark.parametrize("bpm", [83.0, 120.0])
@pytest.mark.parametrize("bed_s", [6.0, 7.003])
def test_one_round_says_how_loud_all_of_them_are(tmp_path: Path, bpm: float, bed_s: float) -> None:
    bed = bed_of(tmp_path, beats(bed_s, bpm), 31.0, crossfade_s=1.0)
    assert bed.loop is not None
    quick, whole = bed.profile(), measure(bed.blocks())
    assert quick.samples == whole.samples and quick.energy.shape == whole.energy.shape == quick.peak.shape
    assert quick.integrated_lufs() == pytest.approx(whole.integrated_lufs(), abs=0.01)
    assert quick.true_peak_dbtp == pytest.approx(whole.true_peak_dbtp, abs=0.05)
    late = slice(-5000, None)
    close = np.abs(quick.energy[late].reshape(-1, 20).sum(axis=1) - whole.energy[late].reshape(-1, 20).sum(axis=1))
    assert close.max() <= 0.05 * whole.energy[late].reshape(-1, 20).sum(axis=1).max()


def test_silence_before_the_music_is_skipped(tmp_path: Path) -> None:
    bed = bed_of(tmp_path, np.concatenate([silence(2.0), noise(4.0)], axis=1), 10.0)
    assert bed.start == pytest.approx(2 * RATE, abs=50)
    assert rms_db(played(bed)[:, : RATE // 10]) > -25


def test_the_pieces_own_fade_out_is_not_looped(tmp_path: Path) -> None:
    fading = noise(20.0) * np.interp(np.arange(20 * RATE), [0, 14 * RATE, 20 * RATE], [1, 1, 0.001]).astype(np.float32)
    bed = bed_of(tmp_path, fading, 60.0)
    seconds = np.square(played(bed)).reshape(2, 60, RATE).mean(axis=(0, 2))
    assert 10 * np.log10(seconds.max() / seconds.min()) < 14


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 5000), st.floats(0, 1))
def test_a_crossfade_of_a_signal_with_itself_is_the_signal(samples: int, correlation: float) -> None:
    sound = noise(0.2)[:, :samples]
    np.testing.assert_allclose(crossfade(sound, sound, 1.0), sound, atol=1e-5)
    mixed = crossfade(sound, sound * 0, correlation)
    assert np.abs(mixed[:, -1]).max() <= np.abs(sound).max()


def test_a_crossfade_of_unrelated_sound_keeps_the_power() -> None:
    out = crossfade(noise(4.0, seed=1), noise(4.0, seed=2), 0.0)
    powers = np.square(out).reshape(2, 8, -1).mean(axis=(0, 2))
    assert 10 * np.log10(powers.max() / powers.min()) < 0.3


@pytest.mark.parametrize(
    ("sound", "fault"),
    [
        (tone(0.4), Fault.TOO_SHORT),
        (silence(5.0), Fault.TOO_SHORT),
        (np.concatenate([silence(4), tone(0.3)], 1), Fault.TOO_SHORT),
    ],
)
def test_a_bed_with_nothing_in_it_is_refused_by_name(tmp_path: Path, sound: np.ndarray, fault: Fault) -> None:
    with pytest.raises(FileError) as caught:
        bed_of(tmp_path, sound, 10.0)
    assert caught.value.code is fault
    assert "bed.wav" in caught.value.message


def test_a_bed_that_is_not_audio_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "logo.mp3"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 500)
    with pytest.raises(FileError, match=r"logo\.mp3"):
        open_bed(path, RATE, crossfade_s=1.0, scratch=tmp_path / "s")
    assert not (tmp_path / "s").exists()
    with pytest.raises(DataError, match=r"logo\.mp3"):
        check_bed(path)


def test_check_bed_knows_a_good_one_from_a_short_one(tmp_path: Path) -> None:
    check_bed(write_sound(tmp_path / "good.wav", tone(1.5)))
    with pytest.raises(DataError, match=r"only 0\.5 s"):
        check_bed(write_sound(tmp_path / "short.wav", tone(0.5)))


@pytest.mark.parametrize("bpm", [72.0, 96.0, 131.0])
def test_a_piece_composed_as_a_ring_is_played_round_as_it_is(tmp_path: Path, bpm: float) -> None:
    """Whole bars, nothing cut off: every round is the same, to the sample."""
    length = round(48 * 60 / bpm * RATE)
    ring = beats(length / RATE, bpm)[:, :length]
    bed = bed_of(tmp_path, ring, 2.5 * length / RATE)
    assert bed.loop is not None
    assert (bed.loop.period, bed.loop.overlap) == (length, 0)
    out = played(bed)
    np.testing.assert_array_equal(out[:, length : 2 * length], ring)


@pytest.mark.parametrize("cut_beats", [0.3, 0.5, 7.6])
def test_a_piece_cut_off_between_beats_is_no_ring(tmp_path: Path, cut_beats: float) -> None:
    piece = beats(40.0, 96.0)[:, : round((40.0 - cut_beats * 60 / 96) * RATE)]
    bed = bed_of(tmp_path, piece, 90.0)
    assert bed.loop is not None
    assert bed.loop.period < piece.shape[1]


@pytest.mark.parametrize("name", ["muselle/beds/counter-light.ogg", "yunwu-tea/beds/first-steep.ogg"])
def test_the_beds_that_come_with_the_presets_are_rings(tmp_path: Path, name: str) -> None:
    path = Path(__file__).resolve().parents[3] / "presets" / name
    bed = open_bed(path, 90 * RATE, crossfade_s=2.0, scratch=tmp_path / "s")
    assert bed.loop is not None
    assert bed.loop.overlap == 0
    out = played(bed)
    join = slice(bed.loop.period - 480, bed.loop.period + 480)
    assert np.abs(np.diff(out[:, join])).max() <= np.abs(np.diff(out[:, : 10 * RATE])).max()
