"""Which limits hold for the words of a target: a surface's own, or for a platform's bare name the loosest of its own.

A clip and a photo post of one platform may differ (a WeChat Channels title: 16 and 22); who names the platform only has
not said which it is, so only what breaks both is a breach.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from mediakit.platforms.schema import TextSpec
from mediakit.platforms.targets import resolve_one


@dataclass(frozen=True, slots=True)
class WordsOf:
    """A target's words: its platform, its surface ("" for a whole platform), and the limits."""

    name: str
    platform: str
    surface: str
    title_zh: str
    limits: TextSpec

    @property
    def has_title(self) -> bool:
        """Whether the surface shows a title apart from the body."""
        return self.limits.title_max is not None


@lru_cache(maxsize=128)
def words_of(target: str) -> WordsOf:
    """The words of the target of that name. Raises UsageError with the nearest name for one that does not exist."""
    found = resolve_one(target)
    name = target.strip().lower()
    first = found[0].surface
    if "." in name:
        return WordsOf(first.id, first.platform, first.id, first.title_zh, first.text)
    stated = [one.surface.text for one in found if one.surface.text != TextSpec()]
    return WordsOf(name, first.platform, "", first.title_zh, _loosest(stated))


def _loosest(stated: list[TextSpec]) -> TextSpec:
    if not stated:
        return TextSpec()
    titled = all(spec.title_max is not None for spec in stated if spec.body_max is not None)
    changes: dict[str, object] = {
        name: _most(getattr(spec, name) for spec in stated)
        for name in ("body_max", "body_warn", "body_max_bytes", "topics_max", "topics_warn", "digest_max")
    }
    changes["title_max"] = _most(spec.title_max for spec in stated) if titled else None
    changes["title_warn"] = _most(spec.title_warn for spec in stated) if titled else None
    mins = [spec.title_min for spec in stated]
    changes["title_min"] = None if not titled or None in mins else min(limit for limit in mins if limit is not None)
    return stated[0].model_copy(update=changes)


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)
