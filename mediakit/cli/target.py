"""`mediakit target`: every platform and surface by name, and what each of them takes."""

from __future__ import annotations

import json as json_format
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediakit.cli.console import out

if TYPE_CHECKING:
    from mediakit.platforms.schema import ClipSpec, PhotoSpec, Shape, Surface

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
Name = Annotated[
    str, typer.Argument(help="A platform, or a surface such as xiaohongshu.image or xiaohongshu.image@1:1.")
]

app = typer.Typer(no_args_is_help=True, help="Platforms and their surfaces: every name, and what each takes.")


@app.command("list")
def list_(*, json: AsJson = False) -> None:
    """Print every surface that --to takes; add a ratio as in weibo.image@3:4.

    A platform's bare name (the part before the dot) stands for its surfaces marked as default.

    Examples:

      mediakit target list
      mediakit target list --json
    """
    from mediakit.platforms.load import platforms

    if json:
        _print_json({"schema": 1, "platforms": [_platform_row(platform) for platform in platforms()]})
        return
    rows = [
        (surface.id, "*" if surface.default else "", *_summary(surface))
        for platform in platforms()
        for surface in platform.surfaces
    ]
    _print_table(("target", "default", "takes", "ratios", "largest px", "max file", "length", "what"), rows)


@app.command()
def show(name: Name, *, json: AsJson = False) -> None:
    """Everything known about a target: limits, sizes, text, safe zone, and where each figure comes from.

    Examples:

      mediakit target show xiaohongshu
      mediakit target show wechat-article.cover --json
    """
    from mediakit.platforms.targets import resolve

    targets = resolve([name])
    if json:
        surfaces = [_surface_json(target.surface) | {"target": target.name} for target in targets]
        _print_json({"schema": 1, "surfaces": surfaces})
        return
    for number, target in enumerate(targets):
        if number:
            out().print()
        _tell(target.surface, target.name)


def _platform_row(platform: Any) -> dict[str, Any]:
    surfaces = [_surface_row(surface) for surface in platform.surfaces]
    return {"id": platform.id, "title": platform.title, "title_zh": platform.title_zh, "surfaces": surfaces}


def _surface_row(surface: Surface) -> dict[str, Any]:
    from mediakit.platforms.targets import ratios

    takes = [kind for kind, spec in (("photo", surface.photo), ("clip", surface.clip)) if spec is not None]
    return {
        "id": surface.id,
        "title": surface.title,
        "title_zh": surface.title_zh,
        "default": surface.default,
        "takes": takes,
        "ratios": list(ratios(surface)),
        "targets": [surface.id, *(f"{surface.id}@{ratio}" for ratio in ratios(surface))],
    }


def _surface_json(surface: Surface) -> dict[str, Any]:
    return surface.model_dump(mode="json", exclude_none=True)


def _summary(surface: Surface) -> tuple[str, ...]:
    from mediakit.platforms.targets import ratios

    specs = [spec for spec in (surface.photo, surface.clip) if spec is not None]
    takes = "+".join(kind for kind, spec in (("photo", surface.photo), ("clip", surface.clip)) if spec is not None)
    sizes = " ".join(dict.fromkeys(_largest(spec.shapes[0]) for spec in specs))
    most = " / ".join(_bytes(spec.max_bytes) for spec in specs)
    length = "" if surface.clip is None else _length(surface.clip)
    return takes, " ".join(ratios(surface)), sizes, most, length, f"{surface.title} {surface.title_zh}"


def _largest(shape: Shape) -> str:
    if shape.sizes_px:
        width, height = shape.sizes_px[0]
        return f"{width}x{height}"
    for limit, what in (
        (shape.short_side_px, "short side {}"),
        (shape.max_width_px, "{} wide"),
    ):
        if limit is not None:
            return what.format(limit)
    return "as shot"


def _bytes(count: int | None) -> str:
    if count is None:
        return "-"
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count} bytes"


def _length(spec: ClipSpec) -> str:
    if spec.max_duration_s is None:
        return "-"
    least = f"{spec.min_duration_s:g} s - " if spec.min_duration_s else ""
    return least + _clock(spec.max_duration_s)


def _clock(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds < 7200 else f"{seconds / 3600:g} h"


def _tell(surface: Surface, name: str) -> None:
    out().print(f"{name}  {surface.title} {surface.title_zh}", markup=False, style="bold")
    for label, value in _lines(surface):
        out().print(f"  {label:<14}{value}", markup=False)
    out().print(f"  {'source':<14}{surface.source} ({surface.confidence}, checked {surface.checked_on})", markup=False)
    for fact in surface.facts:
        note = f" {fact.note}" if fact.note else ""
        said = f"{fact.field}: {fact.confidence}, {fact.source} ({fact.checked_on}).{note}"
        out().print(f"    {said}", markup=False, style="dim")


def _lines(surface: Surface) -> Iterator[tuple[str, str]]:
    if surface.note:
        yield "note", surface.note
    if surface.photo is not None:
        yield from _photo_lines(surface.photo)
    if surface.clip is not None:
        yield from _clip_lines(surface.clip)
    zones = [
        spec.safe_zone for spec in (surface.photo, surface.clip) if spec is not None and spec.safe_zone is not None
    ]
    for zone in zones[:1]:
        margins = f"{zone.top} / {zone.bottom} / {zone.left} / {zone.right}"
        yield "keep clear", f"{margins} px top/bottom/left/right of {_px(zone.canvas_px)} ({zone.confidence})"
    texts = surface.text.model_dump(exclude_defaults=True)
    if texts:
        yield "text", ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in texts.items())
    yield "marks", f"logo {surface.logo}, QR codes {surface.qr_codes}"


def _common_lines(spec: PhotoSpec | ClipSpec) -> Iterator[tuple[str, str]]:
    for shape in spec.shapes:
        sizes = " or ".join(_px(pair) for pair in shape.sizes_px) or _largest(shape)
        yield "shape", f"{shape.ratio}: {sizes}"
    files = [("max", spec.max_bytes), ("warn above", spec.warn_bytes), ("aim for", spec.target_bytes)]
    yield "file", ", ".join(f"{word} {_bytes(count)}" for word, count in files if count is not None) or "no limit known"
    limits = [("at least", spec.min_px), ("at most", spec.max_px)]
    if any(limit is not None for _, limit in limits):
        yield "pixels", ", ".join(f"{word} {_px(limit)}" for word, limit in limits if limit is not None)
    if spec.max_count is not None:
        yield "a post", f"{spec.max_count} at most"


def _photo_lines(spec: PhotoSpec) -> Iterator[tuple[str, str]]:
    yield "photo", ", ".join(spec.formats)
    yield from _common_lines(spec)


def _clip_lines(spec: ClipSpec) -> Iterator[tuple[str, str]]:
    yield "clip", f"{', '.join(spec.containers)} with {', '.join(spec.codecs)}"
    yield from _common_lines(spec)
    yield "length", _length(spec) + (f", warn above {_clock(spec.warn_duration_s)}" if spec.warn_duration_s else "")
    yield "rate", f"{spec.video_kbps} kbit/s, {spec.max_video_kbps} at most, up to {spec.max_fps} fps"
    yield "sound", f"AAC-LC 48 kHz stereo, {spec.audio_kbps} kbit/s"
    if spec.cover is not None:
        yield "cover", spec.cover


def _px(pair: tuple[int, int]) -> str:
    return f"{pair[0]}x{pair[1]}"


def _print_table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """A table on a terminal; elsewhere one line a row, with tabs, for `cut` and `awk`."""
    if not out().is_terminal:
        out().file.write("".join("\t".join(row) + "\n" for row in (head, *rows)))
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    out().print(table)


def _print_json(value: object) -> None:
    out().file.write(json_format.dumps(value, ensure_ascii=False, indent=1) + "\n")
