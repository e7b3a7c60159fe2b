"""Damaged and hostile sound: refused by name, or read to its exact length; never anything else."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sound_kit import RATE, noise, write_sound

from mediakit.audio.source import read_sound
from mediakit.audio.track import make_track
from mediakit.errors import Fault, FileError
from mediakit.presets.schema import Sound

KINDS = {
    "a.m4a": "aac",
    "a.wav": "pcm_s16le",
    "a.mka": "opus",
    "a.flac": "flac",
    "a.mp3": "mp3",
    "a.mov": "pcm_s24le",
    "a.avi": "ac3",
}


@pytest.fixture(scope="module", params=sorted(KINDS))
def good(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    name = str(request.param)
    codec = {"opus": "libopus", "mp3": "libmp3lame"}.get(KINDS[name], KINDS[name])
    path = write_sound(tmp_path_factory.mktemp("good") / name, noise(1.5), codec=codec)
    return name, path.read_bytes()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), flips=st.integers(1, 200), keep=st.floats(0.1, 1.0))
def test_flipped_bytes_and_missing_ends(
    good: tuple[str, bytes], tmp_path: Path, seed: int, flips: int, keep: float
) -> None:
    name, data = good
    rng = np.random.default_rng(seed)
    damaged = np.frombuffer(data, np.uint8)[: max(16, int(len(data) * keep))].copy()
    damaged[rng.integers(0, len(damaged), flips)] = rng.integers(0, 256, flips)
    path = tmp_path / name
    path.write_bytes(damaged.tobytes())
    try:
        out = np.concatenate(list(read_sound(path, None, samples=2 * RATE)), axis=1)
    except FileError as why:
        assert why.code in (Fault.NOT_MEDIA, Fault.CORRUPT, Fault.TRUNCATED, Fault.UNSUPPORTED_CODEC)
        assert name in why.message and why.hint
    else:
        assert out.shape == (2, 2 * RATE)


@pytest.mark.parametrize(
    "script",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{other}'\n",
        "<?xml version='1.0'?><MPD><BaseURL>{other}</BaseURL></MPD>",
    ],
)
@pytest.mark.parametrize("name", ["clip.mp4", "bed.mp3"])
def test_a_script_that_names_another_file_opens_nothing(tmp_path: Path, script: str, name: str) -> None:
    other = write_sound(tmp_path / "other.wav", noise(2))
    path = tmp_path / name
    path.write_text(script.format(other=other))
    with pytest.raises(FileError) as caught:
        list(read_sound(path, None))
    assert caught.value.code is Fault.NOT_MEDIA


def test_samples_that_are_no_numbers_do_not_spread(tmp_path: Path) -> None:
    """Float files can hold NaN and infinity: they must not reach the meter or the encoder."""
    sound = noise(4)
    sound[0, 5000] = np.nan
    sound[1, 70_000:70_100] = np.inf
    source = write_sound(tmp_path / "a.wav", sound)
    work = tmp_path / "work"
    work.mkdir()
    track = make_track(
        source,
        audio_stream=0,
        start_s=Fraction(0),
        duration_s=Fraction(4),
        sound=Sound(),
        bed=None,
        work=work,
        audio_kbps=128,
    )
    assert track is not None
    assert track.loudness_lufs == pytest.approx(-14.0, abs=0.3)
