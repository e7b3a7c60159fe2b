"""The same photos made with two presets, side by side on one page: what an update of a preset would change, to be seen.

One HTML file that opens from disk: no script, no network, pictures as data URIs of at most `SHOWN_PX`. Whatever a preset or a
file name says is text. Differences are measured on the files as made, not on what the page shows of them.
"""

from __future__ import annotations

import base64
import html
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mediakit.errors import DataError

SHOWN_PX = 520
SEEN_LEVELS = 6
"""Code values that two pixels must lie apart, in any channel, to count as changed: less is hardly seen."""

_POLICY = "default-src 'none';img-src data:;style-src 'unsafe-inline'"
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1180px;padding:0 1rem;color:#1b1b1f;background:#fafafa}
h1{font-size:1.4rem;margin:0 0 .3rem}h2{font-size:1.05rem;margin:2.2rem 0 .6rem;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;background:#fff}td,th{border:1px solid #ddd;padding:.35rem .6rem;text-align:left;
vertical-align:top;overflow-wrap:anywhere}th{background:#f1f1f4;font-weight:600}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem}figure{margin:0}img{max-width:100%;height:auto;display:block;
border:1px solid #ddd}figcaption{color:#55555f;margin-top:.3rem}.none{color:#a02020}
@media(max-width:560px){body{margin:1rem auto}.pair{gap:.4rem}}
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """One deliverable made with either preset; a path is None where that one did not make it, for the reason beside it."""

    title: str
    before: Path | None
    after: Path | None
    why_not_before: str = ""
    why_not_after: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One key that the presets say differently."""

    key: str
    before: object
    after: object


def write_sheet(path: Path, names: tuple[str, str], rows: Sequence[Row], pairs: Iterable[Pair]) -> None:
    """Write the page. `names`: what to call the two. Raises DataError where it cannot be written."""
    one, other = map(html.escape, names)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        f"<title>{one} / {other}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{one} &rarr; {other}</h1>",
        _table(rows, one, other),
        *(_pair(pair, one, other) for pair in pairs),
        "</body></html>\n",
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(parts), encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise DataError(f"{path} cannot be written ({error.strerror}).", "Give --sheet another path.") from error


def _table(rows: Sequence[Row], one: str, other: str) -> str:
    if not rows:
        return "<p>They want the same.</p>"
    lines = [f"<tr><td>{html.escape(r.key)}</td><td>{_text(r.before)}</td><td>{_text(r.after)}</td></tr>" for r in rows]
    return f"<table><tr><th>key</th><th>{one}</th><th>{other}</th></tr>{''.join(lines)}</table>"


def _pair(pair: Pair, one: str, other: str) -> str:
    left = _figure(pair.before, one, pair.why_not_before)
    right = _figure(pair.after, other, pair.why_not_after)
    apart = f"<p>{_apart(pair.before, pair.after)}</p>" if pair.before and pair.after else ""
    return f'<h2>{html.escape(pair.title)}</h2><div class="pair">{left}{right}</div>{apart}'


def _figure(path: Path | None, name: str, why_not: str) -> str:
    if path is None:
        return f'<figure><p class="none">{name}: not made. {html.escape(why_not)}</p></figure>'
    from PIL import Image

    with Image.open(path) as picture:
        size = f"{picture.width} x {picture.height}, {path.stat().st_size / 1000:.0f} kB"
        shown = picture.convert("RGB")
        shown.thumbnail((SHOWN_PX, 2 * SHOWN_PX), Image.Resampling.LANCZOS)
        stream = io.BytesIO()
        shown.save(stream, "JPEG", quality=90, subsampling=0, icc_profile=picture.info.get("icc_profile"))
    data = base64.b64encode(stream.getvalue()).decode()
    shape = f'width="{shown.width}" height="{shown.height}"'
    picture_tag = f'<img {shape} alt="{name}" src="data:image/jpeg;base64,{data}">'
    return f"<figure>{picture_tag}<figcaption>{name}: {size}</figcaption></figure>"


def _apart(before: Path, after: Path) -> str:
    """How far two files lie apart, in words."""
    from PIL import Image

    if before.read_bytes() == after.read_bytes():
        return "The same bytes."
    with Image.open(before) as one, Image.open(after) as other:
        if one.size != other.size:
            return "Another size."
        apart = np.abs(np.asarray(one.convert("RGB"), np.int16) - np.asarray(other.convert("RGB"), np.int16)).max(
            axis=2
        )
    share = float((apart >= SEEN_LEVELS).mean())
    return f"{share:.0%} of the pixels changed by {SEEN_LEVELS} code values or more; {apart.mean():.1f} in the mean of all."


def _text(value: object) -> str:
    return html.escape("not said" if value is None else json.dumps(value, ensure_ascii=False, default=str))
