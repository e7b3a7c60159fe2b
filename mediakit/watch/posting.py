"""Posts of a folder that is watched: each is put together when all of it is there, and again when something of it changes.

A post waits while a picture of it is not whole, not made, or named in its post.toml and not there yet; whoever looks at the
report reads what it waits for. A post.toml at fault is told and left out, and the other posts are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from mediakit.batch.plan import Plan
from mediakit.batch.post_file import FILE, Grouping, find_posts
from mediakit.batch.post_values import Post, WantedPost
from mediakit.batch.shoot import Shoot
from mediakit.errors import DataError
from mediakit.model import Note, Outcome, Score, Source, Verdict
from mediakit.watch.settle import Waiting

WAITS = "post-waits"
FAULT = "post-file"


@dataclass(frozen=True, slots=True)
class Asked:
    """The posts that are asked for as things stand, and what is wrong with the files that ask."""

    posts: tuple[WantedPost, ...] = ()
    faults: tuple[Note, ...] = ()


def asked_for(shoot: Shoot, grouping: Grouping, awaited: Iterable[str]) -> Asked:
    """The posts of a watched folder. `awaited` are the files that are there and not whole yet, by `rel`."""
    faults: list[Note] = []

    def tell(error: DataError) -> None:
        faults.append(Note(FAULT, f"{error.message} {error.hint}".strip()))

    posts = find_posts(shoot, grouping, awaited=tuple(awaited), tell=tell)
    return Asked(posts, tuple(faults))


@dataclass(slots=True)
class Posting:
    """Makes the posts round after round; one whose pictures are as they were is not put together anew."""

    _made: dict[str, tuple[object, tuple[Post, ...]]] = field(default_factory=dict)

    def make(
        self, plan: Plan, outcomes: Sequence[Outcome], asked: Asked, verdict_of: Callable[[Score], Verdict]
    ) -> tuple[tuple[Post, ...], tuple[Note, ...]]:
        """Every post that is whole, and what is to be said of the others. Raises DataError for rules that do not load."""
        if not asked.posts:
            return (), asked.faults
        from mediakit.batch.posts import folder_names, make_posts  # brings the caption rules and OpenCV along

        there = {outcome.rel: outcome for outcome in outcomes}
        waits = {post.name: [rel for rel in post.members if rel not in there] for post in asked.posts}
        whole = [post for post in asked.posts if not waits[post.name]]
        signs = {post.name: _sign(post, plan, [there[rel] for rel in post.members]) for post in whole}
        fresh = frozenset(name for name, sign in signs.items() if not self._stands(name, sign, plan.out))
        names = folder_names(plan, whole)
        made = make_posts(plan, outcomes, whole, verdict_of, only=fresh)
        for name in fresh:
            self._made[name] = signs[name], tuple(post for post in made if post.name == names[name])
        kept = [replace(post, status="kept") for name in signs.keys() - fresh for post in self._made[name][1]]
        notes = tuple(_waits(name, rels) for name, rels in waits.items() if rels)
        return tuple(sorted((*made, *kept), key=lambda post: (post.name, post.target))), (*asked.faults, *notes)

    def _stands(self, name: str, sign: object, out: Path) -> bool:
        """Whether a post was made of just this and lies where it was put."""
        before, posts = self._made.get(name, (None, ()))
        return before == sign and all((out / post.folder).is_dir() for post in posts)


def _sign(post: WantedPost, plan: Plan, members: Sequence[Outcome]) -> object:
    """What a post is made from: where this is the same, so is the post."""
    files = [(one.rel, [(d.path, d.sha256, d.status in ("made", "kept")) for d in one.delivered]) for one in members]
    return post, tuple(target.name for target in plan.targets), repr(files)


def _waits(name: str, rels: Sequence[str]) -> Note:
    more = f" and {len(rels) - 3} more" if len(rels) > 3 else ""
    return Note(WAITS, f"Post {name} waits for {', '.join(rels[:3])}{more}.")


class PostFiles:
    """When a post.toml gives reason for a round: it came, went or changed, and has been quiet since.

    On a clock that only goes forward; file times are compared with each other alone.
    """

    def __init__(self, settle_s: float) -> None:
        self._settle_s = settle_s
        self._seen: frozenset[tuple[str, int, int]] = frozenset()
        self._seen_s = 0.0
        self._made_of = self._seen
        self._waited_for: frozenset[str] = frozenset()
        self._held = False

    def see(self, root: Path, sources: Iterable[Source], now_s: float) -> None:
        """Take in a scan: every post.toml that may speak of `sources`."""
        seen = _facts_of_files(root, sources)
        if seen != self._seen:
            self._seen, self._seen_s = seen, now_s

    def is_due(self, now_s: float, waiting: Iterable[Waiting]) -> bool:
        """Whether posts would come out differently; also when what a post waited for was taken away."""
        freed = self._held and bool(self._waited_for - {one.rel for one in waiting})
        return freed or (self._seen != self._made_of and now_s - self._seen_s >= self._settle_s)

    def begin(self, waiting: Iterable[Waiting]) -> None:
        """A round begins with things as they are."""
        self._made_of, self._waited_for = self._seen, frozenset(one.rel for one in waiting)

    def heard(self, *, held: bool) -> None:
        """A round is over. `held`: a post of it waits."""
        self._held = held


def _facts_of_files(root: Path, sources: Iterable[Source]) -> frozenset[tuple[str, int, int]]:
    """Folder, time and size of each post.toml beside or above `sources`."""
    folders = {folder for source in sources for folder in PurePosixPath(source.rel).parents}
    found = set()
    for folder in folders | {PurePosixPath(".")}:
        try:
            facts = (root / folder / FILE).stat()
        except OSError:
            continue
        found.add((str(folder), facts.st_mtime_ns, facts.st_size))
    return frozenset(found)
