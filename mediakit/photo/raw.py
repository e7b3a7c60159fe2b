"""Camera RAW (DNG and the makers' own formats) through LibRaw: the optional part `raw`.

Developed plainly: the camera's white balance, sRGB, LibRaw's own brightness; taste comes later, in `look`. Half-size
decoding, which also skips demosaicing, is used wherever it still serves.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediakit.errors import Fault, FileError
from mediakit.model import Note
from mediakit.photo.containers.header import Header, corrupt, size_of, truncated

_FLIP_TO_EXIF = {0: 1, 3: 3, 5: 8, 6: 6}
NOTE = Note("raw-developed", "This is a RAW file; it was developed plainly, with the camera's white balance.")


def read_raw_header(data: bytes) -> Header:
    """Size and EXIF of a RAW. Raises FileError MISSING_PART without the part, else UNSUPPORTED_FORMAT or CORRUPT."""
    with _opened(data) as raw:
        sizes = raw.sizes
        stored = size_of(sizes.width, sizes.height)
        orientation = _FLIP_TO_EXIF.get(sizes.flip, 1)
    exif = data[: 1 << 20] if data[:4] in (b"II*\x00", b"MM\x00*") else b""
    return Header(format="raw", stored=stored, end=len(data), orientation=orientation, bits=14, exif=exif)


def decode_raw(data: bytes, factor: int) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 sRGB, turned as shown; at half size when `factor` is 2 or more."""
    import rawpy

    with _opened(data) as raw:
        try:
            pixels: NDArray[np.uint8] = raw.postprocess(
                use_camera_wb=True, output_color=rawpy.ColorSpace.sRGB, output_bps=8, half_size=factor >= 2
            )
        except rawpy.LibRawError as why:
            raise _named(why) from why
    return pixels


def _opened(data: bytes) -> Any:
    try:
        import rawpy
    except ImportError as why:
        raise FileError(
            Fault.MISSING_PART, "RAW files need an optional part that is not installed.", "pip install 'mediakit[raw]'"
        ) from why
    try:
        return rawpy.imread(io.BytesIO(data))
    except rawpy.LibRawError as why:
        raise _named(why) from why


def _named(why: Exception) -> FileError:
    words = str(why).lower()
    if "unsupported" in words:
        return FileError(
            Fault.UNSUPPORTED_FORMAT, "This camera's RAW format is not supported.", "Export it as JPEG or DNG."
        )
    if "end of file" in words or "input/output" in words or "i/o" in words:
        return truncated("the end of the picture is missing")
    return corrupt("its picture cannot be decoded")
