"""From the words a person types to targets: `xiaohongshu`, `xiaohongshu.image`, `xiaohongshu.image@1:1`.

A platform's name stands for its default surfaces; a target list keeps the order it was typed in and holds nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mediakit.errors import UsageError
from mediakit.model import Kind
from mediakit.platforms.load import did_you_mean, platform, platforms, surfaces
from mediakit.platforms.schema import Surface, Target


def resolve(names: Iterable[str]) -> tuple[Target, ...]:
    """The targets that `names` stand for. Raises UsageError with the nearest valid name for one that does not exist."""
    found: dict[tuple[object, ...], Target] = {}
    for name in names:
        for target in resolve_one(name):
            found.setdefault(_meaning(target), target)
    return tuple(found.values())


def resolve_one(name: str) -> tuple[Target, ...]:
    """The targets that one name stands for: several for a platform, one otherwise. Raises UsageError."""
    base, at, ratio = name.strip().lower().partition("@")
    known = platform(base.partition(".")[0])
    if known is not None and base == known.id and not at:
        return tuple(Target(surface=surface) for surface in known.surfaces if surface.default)
    surface = next((surface for surface in (known.surfaces if known else surfaces()) if surface.id == base), None)
    if surface is None:
        raise UsageError(*_unknown(name.strip(), base, at))
    return (Target(surface=surface, ratio=_ratio(surface, ratio.replace("x", ":"))) if at else Target(surface=surface),)


def targets_for(names: Iterable[str], kind: Kind) -> tuple[Target, ...]:
    """Those of `resolve(names)` that a source of `kind` can become."""
    return tuple(target for target in resolve(names) if takes(target, kind))


def takes(target: Target, kind: Kind) -> bool:
    """Whether the target's surface takes sources of `kind`, in the ratio it names."""
    spec = target.surface.spec(kind)
    if spec is None:
        return False
    return target.ratio is None or any(shape.ratio == target.ratio for shape in spec.shapes)


def every_name() -> tuple[str, ...]:
    """Every name `resolve` takes, ratios included."""
    return tuple(_names())


def ratios(surface: Surface) -> tuple[str, ...]:
    """The ratios a surface takes, those of photos first, each once."""
    specs = [spec for spec in (surface.photo, surface.clip) if spec is not None]
    return tuple(dict.fromkeys(shape.ratio for spec in specs for shape in spec.shapes))


def _names() -> Iterator[str]:
    for known in platforms():
        yield known.id
        for surface in known.surfaces:
            yield surface.id
            yield from (f"{surface.id}@{ratio}" for ratio in ratios(surface))


def _meaning(target: Target) -> tuple[object, ...]:
    """Equal for two targets that make the same files: `x.image` and `x.image@3:4`, where 3:4 is the first shape."""
    return (target.surface.id, *(target.shape(kind).ratio if takes(target, kind) else None for kind in Kind))


def _ratio(surface: Surface, said: str) -> str:
    known = ratios(surface)
    if said not in known:
        raise UsageError(f"{surface.id} has no ratio {said!r}.", f"It has: {', '.join(known)}.")
    return said


def _unknown(name: str, base: str, at: str) -> tuple[str, str]:
    ids = [known.id for known in platforms()]
    if at and base in ids:
        with_ratio = [surface.id for surface in surfaces() if surface.platform == base]
        return f"{base!r} is a platform; a ratio belongs to one of its surfaces.", f"It has: {', '.join(with_ratio)}."
    before = base.partition(".")[0]
    if "." in base and before in ids:
        below = [surface.id for surface in surfaces() if surface.platform == before]
        return f"There is no target {name!r}.", f"{did_you_mean(base, below)} `mediakit target list` prints every name."
    known = ids + [surface.id for surface in surfaces()]
    near = did_you_mean(base, known if "." in base else ids)
    return f"There is no target {name!r}.", f"{near} `mediakit target list` prints every name."
