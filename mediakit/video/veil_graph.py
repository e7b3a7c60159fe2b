"""The filters that hide what mattes say: the picture merged with a copy of itself in which only cells are left."""

from __future__ import annotations

from mediakit.video.clip import ClipInfo
from mediakit.video.colour import matrix_of
from mediakit.video.graph import Chain, Filter, make

_SUBSAMPLED = ("420p", "422p", "444p")
MERGED = (
    *(f"yuv{sub}" for sub in _SUBSAMPLED),
    *(f"yuvj{sub}" for sub in _SUBSAMPLED),
    *(f"yuv{sub}{bits}le" for sub in _SUBSAMPLED for bits in (10, 12)),
)
"""What `maskedmerge` takes as it is; other pictures become the first of their depth."""


def veil_chains(
    info: ClipInfo,
    source: tuple[str, ...],
    before: tuple[Filter, ...],
    mattes: tuple[tuple[int, int], ...],
    number: int,
) -> tuple[list[Chain], tuple[str, ...], tuple[Filter, ...]]:
    """Chains that hide, the pad they end in, and the filters still to come there; nothing where there are no mattes.

    mattes: (input, cell in stored px) pairs; `number` keeps the pads of several veils apart.
    """
    if not mattes:
        return [], source, before
    fmt = _format(info)
    # Declared alike on all three, else ffmpeg would convert the matte to the picture's range on its way.
    alike = make(
        "setparams",
        range="full" if info.colour.full_range else "limited",
        color_primaries="bt709",
        color_trc="bt709",
        colorspace=matrix_of(info.colour, info.coded),
    )
    now = f"h{number}"
    pads = [f"{now}o{n}" for n in range(len(mattes))]
    opened = (*before, make("format", pix_fmts=fmt), alike, make("split", outputs=len(mattes) + 1))
    chains = [Chain(source, opened, (now, *pads))]
    for (matte, cell), pad in zip(mattes, pads, strict=True):
        coded = (info.coded.height_px, info.coded.width_px) if info.orientation.swap else None
        width, height = coded or (info.coded.width_px, info.coded.height_px)
        cells = (max(2, round(width / cell)), max(2, round(height / cell)))
        few = (
            make("scale", w=cells[0], h=cells[1], flags="area"),
            make(
                "format", pix_fmts=fmt.replace("420", "444").replace("422", "444")
            ),  # as many cells of colour as of light
            make("zscale", w=width, h=height, filter="bicubic"),
            make("format", pix_fmts=fmt),
            alike,
        )
        # Full range on both sides: a matte's numbers are shares, not light, and must arrive as they are.
        spread = (
            make("setpts", expr="PTS-STARTPTS"),
            make("scale", w=width, h=height, flags="bilinear", in_range="full", out_range="full"),
            make("format", pix_fmts=fmt),
            alike,
        )
        chains.append(Chain((pad,), few, (f"{pad}f",)))
        chains.append(Chain((f"{matte}:v",), spread, (f"{pad}k",)))
        chains.append(Chain((now, f"{pad}f", f"{pad}k"), (make("maskedmerge"),), (f"{pad}m",)))
        now = f"{pad}m"
    return chains, (now,), ()


def _format(info: ClipInfo) -> str:
    if info.pix_fmt in MERGED:
        return info.pix_fmt
    return "yuv420p10le" if info.bit_depth > 8 else "yuv420p"
