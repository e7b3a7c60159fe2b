"""A picture brought to its size and to BT.709, through a cube where there is one, as ffmpeg filters.

zscale (zimg) scales and converts matrices exactly; colours are looked up in 16-bit RGB, where ffmpeg's `lut3d` is three
times as fast as in 8 bit.
"""

from __future__ import annotations

from mediakit.model import Size
from mediakit.video.clip import ClipInfo
from mediakit.video.colour import matrix_of
from mediakit.video.graph import Filter, make

RGB_FORMATS = ("rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "x2rgb", "x2bgr")


def scaled(info: ClipInfo, size: Size, cube: str | None) -> tuple[Filter, ...]:
    """To `size` and to BT.709 video range, through the cube where there is one."""
    is_rgb = info.pix_fmt.startswith(RGB_FORMATS)
    matrix = "gbr" if is_rgb else matrix_of(info.colour, info.coded)
    is_full = is_rgb or info.colour.full_range
    dither = "ordered" if info.bit_depth > 8 else "none"
    # Curve and primaries are the cube's business: declared alike on both sides, zscale leaves them alone.
    known = make(
        "setparams",
        range="full" if is_full else "limited",
        color_primaries="bt709",
        color_trc="bt709",
        colorspace=matrix,
    )
    scale: dict[str, str | int] = {
        "w": size.width_px,
        "h": size.height_px,
        "filter": "lanczos",
        "matrixin": _ZIMG_MATRIX[matrix],
        "rangein": "full" if is_full else "limited",
    }
    narrow = make("format", pix_fmts="yuv420p")
    if cube is None:
        return (known, make("zscale", **scale, matrix="709", range="limited", dither=dither), narrow)
    return (
        known,
        make("zscale", **scale, matrix="gbr", range="full"),
        make("format", pix_fmts="gbrp16le"),
        make("lut3d", file=cube, interp="tetrahedral"),
        make("setparams", range="full", color_primaries="bt709", color_trc="bt709", colorspace="gbr"),
        make("zscale", matrixin="gbr", rangein="full", matrix="709", range="limited", dither=dither),
        narrow,
    )


_ZIMG_MATRIX = {
    "gbr": "gbr",
    "bt709": "709",
    "bt470bg": "470bg",
    "smpte170m": "170m",
    "smpte240m": "240m",
    "bt2020nc": "2020_ncl",
    "bt2020c": "2020_cl",
}


def tagged() -> tuple[Filter, ...]:
    """Says what the frames are: BT.709, video range."""
    return (make("setparams", range="limited", color_primaries="bt709", color_trc="bt709", colorspace="bt709"),)
