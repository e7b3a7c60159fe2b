"""Bad clips are named, quickly and in little memory; hostile ones open nothing they were not given."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from clip_maker import encode, ffmpeg, picture, tone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediakit.errors import Fault, FileError
from mediakit.presets.schema import Limits
from mediakit.video.probe import probe

EXPECTED = {
    "bit_errors.mp4": Fault.CORRUPT,
    "cut_in_middle_faststart.mp4": Fault.TRUNCATED,
    "empty.mp4": Fault.EMPTY,
    "invalid-bitstream.webm": Fault.CORRUPT,
    "moov_missing.mp4": Fault.TRUNCATED,
    "result.webm": Fault.EMPTY,
    "sample_malformed_free_box.mp4": Fault.CORRUPT,
    "sample_missing_stsd.mp4": Fault.CORRUPT,
    "sample_with_invalid_nalu.mp4": Fault.CORRUPT,
    "text_renamed.mov": Fault.NOT_MEDIA,
}


def fault_of(path: Path, limits: Limits | None = None) -> Fault | None:
    """The name of what is wrong, None for a good clip; any other exception fails the test."""
    try:
        probe(path, limits or Limits())
    except FileError as error:
        assert error.message.endswith((".", "?"))
        assert error.hint
        return error.code
    return None


@pytest.mark.corpus
@pytest.mark.parametrize("name", EXPECTED)
def test_the_corpus_corrupt_clips_are_named_in_seconds(corpus: Path, name: str) -> None:
    started = time.monotonic()
    assert fault_of(corpus / "video" / "corrupt" / name) is EXPECTED[name]
    assert time.monotonic() - started < 5


@pytest.mark.corpus
def test_every_corrupt_clip_of_the_corpus_has_an_expectation(corpus: Path) -> None:
    assert {path.name for path in (corpus / "video" / "corrupt").iterdir()} == set(EXPECTED)


@pytest.mark.corpus
def test_good_clips_of_the_corpus_are_not_refused(corpus: Path) -> None:
    no_clips = {
        "bbb_mono_16kHz_23.05kbps_amrwb.3gp": Fault.NO_PICTURE,
        "sample_ac3_aac.mp4": Fault.NO_PICTURE,
        "sample_audio_only.mp4": Fault.NO_PICTURE,
        "bitmap.mp4": Fault.TOO_SMALL,
    }
    files = [*(corpus / "video").glob("*.*"), *(corpus / "video" / "derived").glob("*.*")]
    found = {path.name: fault_of(path) for path in files if path.is_file()}
    assert {name: fault for name, fault in found.items() if fault is not None} == no_clips


@pytest.mark.corpus
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is there on Linux only")
def test_memory_stays_under_a_gigabyte(corpus: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from mediakit.video.probe import probe\nfrom mediakit.presets.schema import Limits\n"
        "from mediakit.errors import FileError\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):\n"
        "    try: probe(path, Limits())\n"
        "    except FileError: pass\n"
        "print(pathlib.Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    command = [sys.executable, "-c", code, str(corpus / "video" / "corrupt")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert 0 < int(done.stdout) < 600_000  # kB; not ru_maxrss, which begins with what the parent had before exec


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small good clip with sound, index first."""
    path = tmp_path_factory.mktemp("good") / "good.mp4"
    encode(*picture(seconds=2), *tone(2), to=path, options=("-c:a", "aac", "-movflags", "+faststart"))
    return path.read_bytes()


@pytest.mark.parametrize("share", [0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_cut_clip_is_truncated(tmp_path: Path, good: bytes, share: float) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(good[: max(8, int(len(good) * share))])
    assert fault_of(path) in (Fault.TRUNCATED, Fault.CORRUPT)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), flips=st.integers(1, 40))
def test_flipped_bytes_are_named_or_harmless_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, good: bytes, seed: int, flips: int
) -> None:
    rng = np.random.default_rng(seed)
    data = bytearray(good)
    for at in rng.integers(0, len(data), flips):
        data[at] ^= int(rng.integers(1, 256))
    path = tmp_path_factory.mktemp("flip") / "x.mp4"
    path.write_bytes(data)
    fault_of(path)


MAGICS = [
    b"\x1aE\xdf\xa3",
    b"RIFF\x00\x10\x00\x00AVI ",
    b"FLV\x01",
    b"\x00\x00\x01\xba",
    b"OggS",
    b"\0\0\0\x18ftypisom",
]


@settings(max_examples=40, deadline=None)
@given(data=st.binary(min_size=1, max_size=3000), head=st.sampled_from([b"", *MAGICS]))
def test_noise_with_any_magic_is_named(tmp_path_factory: pytest.TempPathFactory, data: bytes, head: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "x.mp4"
    path.write_bytes(head + data)
    assert fault_of(path) is not None


SCRIPTS = {
    "concat": "ffconcat version 1.0\nfile secret.mp4\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsecret.mp4\n#EXT-X-ENDLIST\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period/></MPD>',
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    "ass": "[Script Info]\nTitle: x\n",
    "svg": "<svg xmlns='http://www.w3.org/2000/svg'><image href='secret.mp4'/></svg>",
}


@pytest.mark.parametrize("kind", SCRIPTS)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_script_with_the_name_of_a_clip_is_no_clip(tmp_path: Path, good: bytes, kind: str, suffix: str) -> None:
    (tmp_path / "secret.mp4").write_bytes(good)
    path = tmp_path / f"clip{suffix}"
    path.write_text(SCRIPTS[kind])
    assert fault_of(path) is Fault.NOT_MEDIA


def test_sound_alone_and_a_cover_picture_are_no_moving_picture(tmp_path: Path) -> None:
    ffmpeg(*tone(1), "-c:a", "aac", tmp_path / "sound.mp4")
    assert fault_of(tmp_path / "sound.mp4") is Fault.NO_PICTURE
    ffmpeg(*picture(w=64, h=64, seconds=0.04), "-frames:v", "1", tmp_path / "cover.jpg")
    both = ("-map", "0", "-map", "1", "-c:a", "aac", "-c:v", "copy", "-disposition:v", "attached_pic")
    ffmpeg(*tone(1), "-i", tmp_path / "cover.jpg", *both, tmp_path / "cover.mp4")
    assert fault_of(tmp_path / "cover.mp4") is Fault.NO_PICTURE


def test_a_photo_named_like_a_clip(tmp_path: Path) -> None:
    ffmpeg(*picture(w=64, h=64, seconds=0.04), "-frames:v", "1", tmp_path / "x.jpg")
    (tmp_path / "x.jpg").rename(tmp_path / "x.mp4")
    assert fault_of(tmp_path / "x.mp4") is Fault.MISLABELLED


def test_limits_are_held_before_the_work(tmp_path: Path) -> None:
    path = encode(*picture(w=640, h=360, seconds=2), to=tmp_path / "x.mp4")
    assert fault_of(path, Limits(max_clip_mb=0.01)) is Fault.TOO_LARGE
    assert fault_of(path, Limits(max_clip_megapixels=0.1)) is Fault.TOO_LARGE
    assert fault_of(path, Limits(max_frames=20)) is Fault.TOO_LARGE
    assert fault_of(path, Limits(max_clip_s=1.5)) is Fault.TOO_LONG
    assert fault_of(path, Limits(min_side_px=400)) is Fault.TOO_SMALL
    assert fault_of(path) is None


def test_links_and_folders_are_not_followed(tmp_path: Path, good: bytes) -> None:
    (tmp_path / "real.mp4").write_bytes(good)
    (tmp_path / "link.mp4").symlink_to(tmp_path / "real.mp4")
    (tmp_path / "folder.mp4").mkdir()
    assert fault_of(tmp_path / "link.mp4") is Fault.UNREADABLE
    assert fault_of(tmp_path / "folder.mp4") is Fault.UNREADABLE
    assert fault_of(tmp_path / "gone.mp4") is Fault.UNREADABLE


def test_a_container_that_is_not_read_says_so(tmp_path: Path) -> None:
    ffmpeg(*picture(w=64, h=64, seconds=0.5), "-c:v", "mjpeg", "-f", "nut", tmp_path / "x.nut")
    assert fault_of(tmp_path / "x.nut") is Fault.NOT_MEDIA
