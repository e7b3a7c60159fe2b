"""Telling photos, clips and sound apart by first bytes and by name."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mediakit.errors import Fault, FileError
from mediakit.model import Kind
from mediakit.tools.sniff import (
    AUDIO_FORMATS,
    KIND_BY_SUFFIX,
    SUFFIXES_OF_AUDIO,
    SUFFIXES_OF_CLIP,
    SUFFIXES_OF_PHOTO,
    kind_of_format,
    name_fits,
    sniff,
    sniff_bytes,
)


def iso(brand: bytes, *others: bytes) -> bytes:
    body = brand + b"\x00\x00\x02\x00" + b"".join(others)
    return (len(body) + 8).to_bytes(4, "big") + b"ftyp" + body + b"\x00\x00\x00\x08free"


HEADS = {
    iso(b"heic", b"mif1", b"heic"): "heic",
    iso(b"mif1", b"mif1", b"heic", b"miaf"): "heic",
    iso(b"mif1", b"avif", b"miaf"): "avif",
    iso(b"avif", b"mif1"): "avif",
    iso(b"isom", b"iso2", b"mp41"): "mp4",
    iso(b"qt  "): "mp4",
    iso(b"3gp4"): "mp4",
    iso(b"M4A "): "m4a",
    iso(b"crx ", b"isom"): "raw",
    b"\x00\x00\x10\x00moov" + b"\x00" * 40: "mp4",
    b"\xff\xd8\xff\xe1": "jpeg",
    b"RIFF\x00\x00\x00\x00WEBPVP8 ": "webp",
    b"RIFF\x00\x00\x00\x00AVI LIST": "avi",
    b"RIFF\x00\x00\x00\x00WAVEfmt ": "wav",
    b"\x1aE\xdf\xa3": "matroska",
    b"FLV\x01": "flv",
    b"\x00\x00\x01\xba": "mpeg",
    b"\x47" + b"\x00" * 187 + b"\x47" + b"\x00" * 187 + b"\x47": "mpegts",
    b"\x00\x00\x00\x00\x47" + b"\x00" * 191 + b"\x47" + b"\x00" * 191 + b"\x47": "mpegts",
    b"ID3\x04": "mp3",
    b"\xff\xfb\x90\x00": "mp3",
    b"\xff\xf1\x50\x80": "aac",
    b"fLaC": "flac",
    b"FUJIFILMCCD-RAW 0201": "raw",
    b"II*\x00\x10\x00\x00\x00CR\x02": "raw",
    b"8BPS\x00\x01": "psd",
    b"\xff\x0a": "jxl",
    b"BM" + b"\x00" * 12 + b"\x28\x00\x00\x00": "bmp",
    b"BMW is a car maker, and this is a text": None,
    b"<!doctype html>": None,
    b"#EXTM3U\n#EXTINF:10,\nhttp://example.org/a.ts": None,
    b"ffconcat version 1.0\nfile /etc/passwd": None,
    b"": None,
}


@pytest.mark.parametrize(("head", "fmt"), HEADS.items(), ids=lambda value: repr(value)[:30])
def test_formats_are_told_by_their_first_bytes(head, fmt):
    assert sniff_bytes(head) == fmt


def test_tiff_and_raw_share_a_magic_and_are_told_apart_by_name():
    head = b"II*\x00\x08\x00\x00\x00"
    assert sniff_bytes(head, ".tif") == "tiff"
    assert sniff_bytes(head, ".NEF") == "raw"
    assert name_fits("tiff", ".dng")


@pytest.mark.parametrize("fmt", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_what_pillow_writes_is_recognised(fmt):
    file = io.BytesIO()
    Image.new("RGB", (20, 20)).save(file, fmt)
    assert sniff_bytes(file.getvalue()) == fmt.lower()


@pytest.mark.parametrize(
    ("fmt", "suffix", "fits"),
    [
        ("jpeg", ".JPG", True),
        ("png", ".jpg", False),
        ("heic", ".heif", True),
        ("heic", ".jpg", False),
        ("mp4", ".mov", True),
        ("matroska", ".mp4", True),
        ("mp4", ".jpg", False),
        ("jpeg", ".mp4", False),
        ("mp3", ".mp3", True),
        ("matroska", ".mka", True),
        ("mp3", ".mp4", False),
        ("jpeg", "", True),
        ("jpeg", ".dat", True),
    ],
)
def test_names_fit_or_do_not(fmt, suffix, fits):
    assert name_fits(fmt, suffix) is fits


def test_the_tables_agree_with_each_other():
    photos = {s for names in SUFFIXES_OF_PHOTO.values() for s in names}
    clips = {s for names in SUFFIXES_OF_CLIP.values() for s in names}
    assert not photos & clips
    assert not (photos | clips) & SUFFIXES_OF_AUDIO
    assert photos | clips == KIND_BY_SUFFIX.keys()
    assert all(s == s.lower() and s.startswith(".") for s in KIND_BY_SUFFIX)
    assert {kind_of_format(f) for f in SUFFIXES_OF_PHOTO} == {Kind.PHOTO}
    assert {kind_of_format(f) for f in SUFFIXES_OF_CLIP} == {Kind.CLIP}
    assert {kind_of_format(f) for f in AUDIO_FORMATS} == {None}


@given(st.binary(max_size=600), st.text(max_size=8))
def test_any_bytes_and_any_name_have_an_answer(head, suffix):
    fmt = sniff_bytes(head, suffix)
    assert fmt is None or fmt in AUDIO_FORMATS or kind_of_format(fmt) is not None


def test_an_empty_file_and_a_missing_one_have_their_own_names(tmp_path):
    (tmp_path / "empty.jpg").touch()
    for name, fault in (("empty.jpg", Fault.EMPTY), ("gone.jpg", Fault.UNREADABLE)):
        with pytest.raises(FileError) as caught:
            sniff(tmp_path / name)
        assert caught.value.code is fault


def test_looking_at_a_file_imports_nothing_heavy():
    code = "import sys, mediakit.tools.sniff; print({'numpy', 'cv2', 'PIL', 'av'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.corpus
def test_the_corpus_is_recognised(corpus):
    for folder, kind in (("photos", Kind.PHOTO), ("video", Kind.CLIP)):
        for path in (corpus / folder).rglob("*"):
            if path.is_file() and "corrupt" not in path.parts:
                assert kind_of_format(sniff(path)) is kind, path
