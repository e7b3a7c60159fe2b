"""How a post is shown and finished in an app: the form of its topics, what the feed shows, what is left to a person.

Data of `posting.toml`, for people who know the apps; no platform is named in code.
"""

from __future__ import annotations

import tomllib
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field

from mediakit.platforms.schema import Confidence, Data

TopicForm = Literal["hash", "pair", "none"]
When = Literal["always", "topics", "ai", "sponsored", "unmarked", "clip", "quiet", "pictures", "code"]


class Shown(Data):
    """What an app shows of a post; None where nothing is known, or where there is no such thing."""

    on: Annotated[tuple[str, ...], Field(min_length=1)] = ("*",)
    topics: TopicForm | None = None
    grid: Annotated[str, Field(pattern=r"^\d+:\d+$")] | None = None
    """The ratio pictures are cut to where the app shows many."""
    columns: Annotated[int, Field(ge=1, le=4)] | None = None
    title_lines: Annotated[int, Field(ge=1, le=4)] | None = None
    body_fold: Annotated[int, Field(ge=1)] | None = None
    """Characters of the body shown before "more"."""
    source: str = ""
    confidence: Confidence = "project default"


class Step(Data):
    """Something a person still has to do in the app, and when it applies."""

    on: Annotated[tuple[str, ...], Field(min_length=1)]
    when: When
    zh: str
    en: str


class _File(Data):
    schema_: Literal[1] = Field(alias="schema")
    shown: tuple[Shown, ...]
    steps: tuple[Step, ...]


def shown_of(surface_id: str) -> Shown:
    """What the app shows of a post on a surface: all tables that fit, laid over each other in the file's order."""
    said: dict[str, object] = {}
    for one in _data().shown:
        if _fits(one.on, surface_id):
            said |= one.model_dump(exclude_none=True, exclude_defaults=True, exclude={"on"})
    return Shown.model_validate(said)


def steps_for(surface_id: str, facts: frozenset[When]) -> tuple[Step, ...]:
    """What is left to do on a surface for a post of which `facts` hold ("always" does anyway)."""
    holds = facts | {"always"}
    return tuple(step for step in _data().steps if step.when in holds and _fits(step.on, surface_id))


def _fits(patterns: tuple[str, ...], surface_id: str) -> bool:
    return any(fnmatchcase(surface_id, pattern) for pattern in patterns)


@cache
def _data() -> _File:
    return _File.model_validate(tomllib.loads(files("mediakit.platforms").joinpath("posting.toml").read_text("utf-8")))
