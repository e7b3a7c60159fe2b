"""Photos cut off, disguised or damaged: an error by name, never another exception; and where a picture ends."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from exported_photos import AS_SHOT, NOTE, SRGB, picture, saved, thumbnail_bytes, with_gps, xmp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mediakit.errors import Fault, FileError
from mediakit.platforms.check import check_file
from mediakit.platforms.picture_end import end_of_picture, uses_arithmetic_coding
from mediakit.platforms.schema import Target
from mediakit.platforms.targets import resolve


def damaged(tmp_path: Path, fmt: str, keep: float) -> Path:
    path = saved(tmp_path / f"cut.{fmt.lower()}", Image.effect_noise((400, 400), 60).convert("RGB"), fmt)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    return path


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("keep", [0.3, 0.7, 0.97])
def test_a_cut_file_is_an_error_by_name(tmp_path: Path, fmt: str, keep: float) -> None:
    with pytest.raises(FileError) as caught:
        check_file(damaged(tmp_path, fmt, keep), AS_SHOT)
    assert caught.value.code in (Fault.TRUNCATED, Fault.CORRUPT)
    assert caught.value.message and caught.value.hint


def test_what_is_no_picture_is_an_error_by_name(tmp_path: Path) -> None:
    for content, code in (
        (b"", Fault.EMPTY),
        (b"just words", Fault.NOT_MEDIA),
        (b"ID3\x03" + bytes(99), Fault.NO_PICTURE),
    ):
        (tmp_path / "x.jpg").write_bytes(content)
        with pytest.raises(FileError) as caught:
            check_file(tmp_path / "x.jpg", NOTE)
        assert caught.value.code == code
    for path in (tmp_path, tmp_path / "missing.jpg"):
        with pytest.raises(FileError) as caught:
            check_file(path, NOTE)
        assert caught.value.code == Fault.UNREADABLE


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png", compress_level=9)
    with pytest.raises(FileError) as caught:
        check_file(tmp_path / "bomb.png", AS_SHOT)
    assert caught.value.code == Fault.TOO_LARGE


SAVED = st.tuples(
    st.integers(1, 60), st.integers(1, 60), st.integers(1, 100), st.booleans(), st.sampled_from([0, 1, 2])
)


@settings(max_examples=60, deadline=None)
@given(SAVED, st.binary(max_size=60))
def test_the_end_of_a_jpeg_is_found_to_the_byte(options: tuple[int, int, int, bool, int], extra: bytes) -> None:
    width, height, quality, progressive, subsampling = options
    memory = io.BytesIO()
    image = Image.effect_noise((width, height), 80).convert("RGB")
    image.save(
        memory, "JPEG", quality=quality, progressive=progressive, subsampling=subsampling, exif=thumbnail_bytes()
    )
    data = memory.getvalue()
    assert end_of_picture(data + extra, "jpeg") == len(data)
    assert not uses_arithmetic_coding(data)


@pytest.mark.parametrize("fmt", ["png", "webp"])
def test_the_end_of_other_pictures_is_found_to_the_byte(fmt: str) -> None:
    memory = io.BytesIO()
    picture((33, 21)).save(memory, fmt)
    data = memory.getvalue()
    assert end_of_picture(data + b"PK\x03\x04", fmt) == len(data)
    assert end_of_picture(data[:-9], fmt) is None


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_damage_gets_past_a_file_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Bytes exchanged anywhere: the answer is a list of checks or a FileError, never another exception."""
    fmt = data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))
    memory = io.BytesIO()
    picture((48, 64)).save(memory, fmt, exif=with_gps(), xmp=xmp('exif:GPSLatitude="1"'), icc_profile=SRGB)
    content = bytearray(memory.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / f"fuzz.{fmt.lower()}"
    path.write_bytes(content)
    try:
        assert check_file(path, AS_SHOT)
    except FileError as error:
        assert error.message and error.hint


@pytest.mark.corpus
@pytest.mark.slow
def test_real_and_hostile_photos_are_answered(corpus: Path) -> None:
    """Every photo there is: checks or a FileError with words, and nothing else."""
    targets: list[Target] = list(resolve(["xiaohongshu.image", "as-shot.image"]))
    seen = 0
    for path in sorted(p for folder in ("photos", "hostile") for p in (corpus / folder).rglob("*") if p.is_file()):
        for target in targets[: 1 if path.stat().st_size > 3_000_000 else 2]:
            try:
                checks = check_file(path, target)
            except FileError as error:
                assert error.message and error.hint, path
            else:
                assert checks, path
                json.dumps([[held.measured, held.limit] for held in checks])
            seen += 1
    assert seen > 150
