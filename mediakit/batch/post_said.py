"""What a post.toml may say, and where it contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from mediakit.presets.check import target_mistake
from mediakit.presets.schema import Section
from mediakit.presets.toml_file import Key
from mediakit.presets.validate import Mistake


class Words(Section):
    """Words for one platform or surface; what is left out is the post's own."""

    title: str = ""
    body: str = ""
    topics: tuple[str, ...] = ()


class Said(Section):
    """The keys of one post."""

    name: Annotated[str, Field(min_length=1)] | None = None
    title: str = ""
    body: str = ""
    topics: tuple[str, ...] = ()
    order: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    platforms: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    sponsored: bool | None = None
    words: dict[str, Words] = Field(default_factory=dict)


class Named(Said):
    """One of several posts."""

    folder: Annotated[str, Field(min_length=1)] | None = None


class WholeFile(Said):
    """The whole file."""

    posts: tuple[Named, ...] = ()


def contradictions(said: WholeFile) -> Iterator[Mistake]:
    """What a file says that cannot all be true, in the order in which it is written."""
    yield from _target_mistakes(said, ())
    for index, post in enumerate(said.posts):
        yield from _target_mistakes(post, ("posts", index))
        if (post.folder is None) == (post.order is None):
            words = "one of several posts says either its `folder` or the `order` of its pictures"
            yield Mistake(("posts", index), words)
        if post.name is None and post.folder is None:
            yield Mistake(("posts", index, "name"), "is missing")
    if said.posts and said.order is not None:
        yield Mistake(("order",), "stands beside [[posts]]; move it into one of them")


def _target_mistakes(said: Said, at: Key) -> Iterator[Mistake]:
    for index, name in enumerate(said.platforms or ()):
        if words := target_mistake(name):
            yield Mistake((*at, "platforms", index), words)
    for name in said.words:
        if words := target_mistake(name):
            yield Mistake((*at, "words", name), words)
