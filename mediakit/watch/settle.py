"""When is a file whole enough to be looked into: quiet, then unchanged, then probed.

A pure state machine: it is told what a scan saw and what events touched, on a clock that only goes forward, and says which
files have been quiet for long enough. File times are never compared with our clock (on a share they come from another).
A file that turns out unfinished when it is opened goes back to waiting, each time a little longer. Files that belong
together (the same name but for its ending: a Live Photo pair, RAW + JPEG) come out together; for a `whole folder`, all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from mediakit.batch.names import split_ending
from mediakit.model import Kind, Source

LONGEST_PAUSE_S = 60.0
"""Between two looks into a file that does not get whole."""
GLANCE_S = 0.3
"""Quiet for this long, a photo may be looked at for its verdict; it is looked at again if it changes after all."""
PAIR_WAIT_S = 75.0
"""How long the half of a pair waits for its other half, from its own last change."""
GIVE_UP_S = {Kind.PHOTO: 15 * 60.0, Kind.CLIP: 2 * 3600.0}
"""Without growth for this long, what is there is all that will come."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A file that is not worked on yet, and why."""

    rel: str
    kind: Kind
    why: str
    looked_into: bool
    """It was opened and found unfinished."""


@dataclass(slots=True)
class _Watched:
    source: Source
    changed_s: float
    not_before_s: float
    probes: int = 0
    found: str = ""
    half_of: str = ""
    """What it was found to belong with, and what is not there."""
    glanced: bool = False


class Settling:
    """What is known of every file below one root. `settle_s`: how long a file must not change."""

    def __init__(self, settle_s: float, *, whole_folders: bool = False) -> None:
        self.settle_s = settle_s
        self._whole_folders = whole_folders
        self._waiting: dict[str, _Watched] = {}
        self._whole: dict[str, Source] = {}
        self._stems: Counter[str] = Counter()
        """How many files share a name, endings apart."""

    @property
    def whole_sources(self) -> list[Source]:
        """Every file that was found whole and has not changed since, by name."""
        return [self._whole[rel] for rel in sorted(self._whole)]

    def see(self, sources: Iterable[Source], now_s: float) -> None:
        """Take in a scan of the whole root. What is not in it is forgotten; what changed waits anew."""
        seen = {source.rel: source for source in sources}
        self._stems = Counter(map(_stem, seen))
        for rel in self._waiting.keys() - seen.keys():
            del self._waiting[rel]
        for rel in self._whole.keys() - seen.keys():
            del self._whole[rel]
        for source in seen.values():
            self._take_in(source, now_s)

    def notice(self, sources: Iterable[Source], now_s: float) -> None:
        """Take in some files of the root, which something happened to; the next scan sees all of them."""
        for source in sources:
            if source.rel not in self._waiting and source.rel not in self._whole:
                self._stems[_stem(source.rel)] += 1
            self._take_in(source, now_s)

    def _take_in(self, source: Source, now_s: float) -> None:
        if self._whole.get(source.rel) == source:
            return
        self._whole.pop(source.rel, None)
        watched = self._waiting.get(source.rel)
        if watched is None or watched.source != source:
            self._waiting[source.rel] = _Watched(source, now_s, now_s + self.settle_s)

    def touch(self, rels: Iterable[str], now_s: float) -> None:
        """Something happened to these: their quiet time begins again. Whole files are left alone until they change."""
        for rel in rels:
            watched = self._waiting.get(rel)
            if watched is not None:
                watched.changed_s = now_s
                watched.glanced = False
                watched.not_before_s = max(watched.not_before_s, now_s + self.settle_s)

    def quiet(self, now_s: float) -> list[Source]:
        """Files to look into now: they and all that belong with them have been quiet for long enough."""
        busy = self._busy_groups(now_s)
        due = [w.source for w in self._waiting.values() if self._is_due(w, now_s)]
        return sorted((s for s in due if self._group(s.rel) not in busy), key=lambda source: source.rel)

    def to_glance(self, now_s: float) -> list[Source]:
        """Photos that nobody writes to at the moment and that were not glanced at as they are."""
        return [
            w.source
            for _, w in sorted(self._waiting.items())
            if w.source.kind is Kind.PHOTO and w.source.bytes and not w.glanced and now_s - w.changed_s >= GLANCE_S
        ]

    def glanced(self, rel: str) -> None:
        """It was glanced at: not again before it changes."""
        if rel in self._waiting:
            self._waiting[rel].glanced = True

    def next_glance_s(self, now_s: float) -> float | None:
        """How long until a photo may be glanced at; None where there is none."""
        moments = [
            w.changed_s + GLANCE_S - now_s
            for w in self._waiting.values()
            if w.source.kind is Kind.PHOTO and w.source.bytes and not w.glanced
        ]
        return max(0.0, min(moments)) if moments else None

    def waits_for_half(self, rel: str, what: str, now_s: float) -> bool:
        """It is complete, but belongs with something that is not there yet. False where that need not be waited for."""
        watched = self._waiting.get(rel)
        if watched is None or self._has_company(rel) or now_s - watched.changed_s >= PAIR_WAIT_S:
            return False
        watched.half_of = what
        return True

    def is_whole(self, rel: str) -> None:
        """It was looked into and is complete."""
        watched = self._waiting.pop(rel, None)
        if watched is not None:
            self._whole[rel] = watched.source

    def receive_anew(self, now_s: float) -> None:
        """What was found whole is looked into once more, at once: nobody remembers it."""
        for rel, source in self._whole.items():
            self._waiting[rel] = _Watched(source, now_s - self.settle_s, now_s, glanced=True)
        self._whole.clear()

    def is_not_whole(self, rel: str, why: str, now_s: float) -> bool:
        """It was looked into and something is missing: wait, twice as long every time.

        False where it has not grown for so long that it is to be taken as it is.
        """
        watched = self._waiting.get(rel)
        if watched is None:
            return True
        if now_s - watched.changed_s >= GIVE_UP_S[watched.source.kind]:
            return False
        watched.probes += 1
        watched.found = why
        watched.not_before_s = now_s + min(LONGEST_PAUSE_S, max(self.settle_s, 0.5) * 2.0 ** min(watched.probes, 16))
        return True

    def waiting(self, now_s: float) -> list[Waiting]:
        """Why each file that is not worked on yet has to wait, in plain words."""
        busy = self._busy_groups(now_s)
        return [
            Waiting(rel, w.source.kind, self._why(w, now_s, self._group(rel) in busy), w.probes > 0)
            for rel, w in sorted(self._waiting.items())
        ]

    def next_due_s(self, now_s: float) -> float | None:
        """How long until the next file may be looked into; None where none waits."""
        moments = [self._due_s(w) for w in self._waiting.values() if w.source.bytes]
        return max(0.0, min(moments) - now_s) if moments else None

    def _busy_groups(self, now_s: float) -> set[str]:
        """What belongs together and is not all quiet yet."""
        return {self._group(w.source.rel) for w in self._waiting.values() if not self._is_due(w, now_s)}

    def _is_due(self, watched: _Watched, now_s: float) -> bool:
        if not watched.source.bytes and now_s - watched.changed_s < GIVE_UP_S[watched.source.kind]:
            return False  # sync clients put an empty file first
        return now_s >= self._due_s(watched)

    def _due_s(self, watched: _Watched) -> float:
        due_s = max(watched.not_before_s, watched.changed_s + self.settle_s)
        if watched.half_of and not self._has_company(watched.source.rel):
            return max(due_s, watched.changed_s + PAIR_WAIT_S)
        return due_s

    def _has_company(self, rel: str) -> bool:
        """Something else of the same name is there."""
        return self._stems[_stem(rel)] > 1

    def _group(self, rel: str) -> str:
        return str(PurePosixPath(rel).parent) if self._whole_folders else _stem(rel)

    def _why(self, watched: _Watched, now_s: float, in_company: bool) -> str:
        if not watched.source.bytes:
            return "empty so far"
        quiet_s = now_s - watched.changed_s
        if quiet_s < self.settle_s:
            return f"settling, {quiet_s:.1f} of {self.settle_s:g} s without a change"
        if watched.found and now_s < watched.not_before_s:
            return f"not whole yet: {watched.found} Next look in {watched.not_before_s - now_s:.0f} s"
        if watched.half_of and not self._has_company(watched.source.rel):
            return f"waits for {watched.half_of}, {quiet_s:.0f} of {PAIR_WAIT_S:g} s"
        if now_s < self._due_s(watched):
            return "settling"
        return "waits for files that belong with it" if in_company else "quiet; looked into next"


def _stem(rel: str) -> str:
    return split_ending(rel)[0].casefold()


def relative(paths: Iterable[str], root: str) -> Iterator[str]:
    """Event paths as `rel`s; what lies elsewhere is left out."""
    start = root.rstrip("/") + "/"
    return (path[len(start) :] for path in paths if path.startswith(start))
