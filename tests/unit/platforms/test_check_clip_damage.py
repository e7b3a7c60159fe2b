"""Clips cut off, disguised or damaged: an error by name, never another exception."""

from __future__ import annotations

import json
from pathlib import Path

import av
import pytest
from exported_clips import MOMENTS, remuxed
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mediakit.errors import Fault, FileError
from mediakit.platforms.check import check_file
from mediakit.platforms.targets import resolve


def test_a_cut_clip_is_an_error_by_name(good: Path, tmp_path: Path) -> None:
    content = good.read_bytes()
    for keep in (0.1, 0.5, 0.99):
        (tmp_path / "cut.mp4").write_bytes(content[: int(len(content) * keep)])
        with pytest.raises(FileError) as caught:
            check_file(tmp_path / "cut.mp4", MOMENTS)
        assert caught.value.code == Fault.TRUNCATED


def test_a_clip_without_a_picture_is_an_error_by_name(good: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        check_file(remuxed(good, tmp_path / "a.mp4", "-vn"), MOMENTS)
    assert caught.value.code == Fault.NO_PICTURE


def test_a_playlist_in_disguise_opens_nothing_else(good: Path, tmp_path: Path) -> None:
    for text in (f"#EXTM3U\n#EXTINF:1,\n{good}\n", f"ffconcat version 1.0\nfile {good}\n"):
        (tmp_path / "list.mp4").write_text(text)
        with pytest.raises(FileError) as caught:
            check_file(tmp_path / "list.mp4", MOMENTS)
        assert caught.value.code == Fault.NOT_MEDIA


@pytest.mark.parametrize("number", [3, 14, 28])
def test_damage_anywhere_in_the_last_group_of_pictures_is_found(good: Path, tmp_path: Path, number: int) -> None:
    with av.open(str(good)) as file:
        places = [packet.pos for packet in file.demux(video=0) if packet.size]
    content = bytearray(good.read_bytes())
    content[places[number] : places[number] + 4] = b"\xff\xff\xff\xff"  # the slice would be 4 GB long
    (tmp_path / "late.mp4").write_bytes(content)
    with pytest.raises(FileError) as caught:
        check_file(tmp_path / "late.mp4", MOMENTS)
    assert caught.value.code == Fault.CORRUPT


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_gets_past_a_file_error(good: Path, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(good.read_bytes())
    index_end = content.index(b"mdat")
    for _ in range(data.draw(st.integers(1, 8))):
        last = index_end if data.draw(st.booleans()) else len(content)
        content[data.draw(st.integers(0, last - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "fuzz.mp4").write_bytes(content)
    try:
        assert check_file(tmp_path / "fuzz.mp4", MOMENTS)
    except FileError as error:
        assert error.message and error.hint


@pytest.mark.corpus
@pytest.mark.slow
def test_real_and_broken_clips_are_answered(corpus: Path) -> None:
    note = resolve(["xiaohongshu.video"])[0]
    answered = refused = 0
    for path in sorted(p for p in (corpus / "video").rglob("*") if p.is_file()):
        try:
            checks = check_file(path, note)
        except FileError as error:
            assert error.message and error.hint, path
            refused += 1
        else:
            json.dumps([[held.measured, held.limit] for held in checks])
            answered += 1
    assert answered > 50 and refused >= 5
