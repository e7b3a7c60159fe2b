"""JPEGs as OpenCV writes them: Pillow's bytes, with what the file says in the segments its standards name."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from mediakit.errors import Fault, FileError
from mediakit.photo.icc import srgb_profile
from mediakit.photo.jpeg_write import jpeg_encoder


def picture(height=61, width=83):
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("quality", [30, 75, 92])
@pytest.mark.parametrize("full_chroma", [False, True])
@pytest.mark.parametrize("thorough", [False, True])
def test_the_bytes_are_those_of_pillow(quality, full_chroma, thorough):
    file = io.BytesIO()
    sampling = 0 if full_chroma else 2
    asked = {"progressive": thorough, "optimize": thorough, "icc_profile": srgb_profile()}
    Image.fromarray(picture()).save(file, "JPEG", quality=quality, subsampling=sampling, **asked)
    encode = jpeg_encoder(picture(), exif=b"", xmp=b"", icc=srgb_profile())
    assert encode(quality, full_chroma=full_chroma, thorough=thorough) == file.getvalue()


def test_what_it_says_is_read_back():
    exif = Image.Exif()
    exif[0x8298] = "a shop"
    encode = jpeg_encoder(picture(), exif=exif.tobytes(), xmp=b"<x/>", icc=srgb_profile())
    with Image.open(io.BytesIO(encode(80, full_chroma=False, thorough=True))) as written:
        assert written.getexif()[0x8298] == "a shop"
        assert written.info["xmp"] == b"<x/>"
        assert written.info["icc_profile"] == srgb_profile()


def test_what_does_not_fit_into_a_segment_is_refused_by_name():
    with pytest.raises(FileError) as refused:
        jpeg_encoder(picture(), exif=b"", xmp=b"x" * 65_536, icc=b"")
    assert refused.value.code == Fault.CHECK_FAILED
