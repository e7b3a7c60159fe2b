"""What a post is: wanted before the run, made after it. Frozen values, JSON-able."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mediakit.model import Kind, Size

if TYPE_CHECKING:
    from mediakit.caption import Checked
    from mediakit.platforms.posting import Step

Severity = Literal["block", "warn", "info"]
PostVerdict = Literal["pass", "warn", "block"]
ORDER: dict[str, int] = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class PostWords:
    """A post's own words, as somebody wrote them. `elsewhere` are those for a platform or a surface, by its name."""

    title: str = ""
    body: str = ""
    topics: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, PostWords], ...] = ()

    def on(self, target: str) -> PostWords:
        """The words for a target: those of its surface, else of its platform; what these leave out is the post's."""
        named = dict(self.elsewhere)
        surface = target.partition("@")[0]
        for name in (target, surface, surface.partition(".")[0]):
            if name in named:
                own = named[name]
                return PostWords(own.title or self.title, own.body or self.body, own.topics or self.topics)
        return PostWords(self.title, self.body, self.topics)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPost:
    """A post somebody asked for. `members` are its sources by `rel`; `ordered` says that a person chose them and their order.

    `platforms` are the targets it goes to, empty for all of the run. `file` is the post.toml that asked, None for none.
    """

    name: str
    members: tuple[str, ...]
    ordered: bool = False
    words: PostWords = PostWords()
    platforms: tuple[str, ...] = ()
    sponsored: bool | None = None
    file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPicture:
    """One file of a post: its name there, the deliverable it is, and where that came from."""

    file: str
    source: str
    deliverable: str
    kind: Kind
    sha256: str
    size: Size | None
    cover: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that is not in the post, and why."""

    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something about the post that blocks it, or that a person should look at."""

    severity: Severity
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post on one target: what is in its folder, what its words and pictures came to, what is left to do.

    `folder` and `archive` are relative to OUT. `status` is "made", or "kept" where an earlier run left exactly this.
    """

    name: str
    target: str
    folder: str
    archive: str
    status: Literal["made", "kept"]
    verdict: PostVerdict
    words: PostWords
    sponsored: bool
    checked: Checked
    pictures: tuple[PostPicture, ...]
    left_out: tuple[LeftOut, ...]
    troubles: tuple[Trouble, ...]
    steps: tuple[Step, ...]
