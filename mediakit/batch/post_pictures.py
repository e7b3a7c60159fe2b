"""Which files make a post on one target, and in what order.

A person who named them has decided: they come as named. Otherwise the cover comes first (the best-scoring upright
picture with a face or a product that fills its frame), the rest follows as it was shot; of near-duplicates the better
one is kept, pictures to be taken again are left out where others are there, all have one ratio, and no more are taken
than the surface holds, the best of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mediakit.batch.names import PART
from mediakit.batch.post_alike import alike, print_of
from mediakit.batch.post_values import LeftOut, PostPicture, Trouble
from mediakit.model import Delivered, Kind, Outcome, Score, Verdict
from mediakit.platforms.schema import ClipSpec, PhotoSpec, Target
from mediakit.platforms.targets import takes
from mediakit.quality.twins import Print

VerdictOf = Callable[[Score], Verdict]
_WRITTEN = ("made", "kept")
_NOTHING = Trouble("block", "no-picture", "No picture and no clip of this post could be made.")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finished file and the source it came from."""

    outcome: Outcome
    delivered: Delivered

    @property
    def value(self) -> float:
        """Its score; the source's where the file has none."""
        score = self.delivered.score or self.outcome.score
        return 0.0 if score is None else score.value


@dataclass(frozen=True, slots=True)
class Chosen:
    """The files of a post, the cover first, what is not among them, and what is wrong with that."""

    files: tuple[PostPicture, ...]
    left_out: tuple[LeftOut, ...]
    troubles: tuple[Trouble, ...]


def choose(
    members: Sequence[Outcome], target: Target, out: Path, *, ordered: bool, verdict_of: VerdictOf
) -> Chosen | None:
    """The post's files on `target`; None where none of its sources is meant for it. `out` holds the previews."""
    meant = [one for one in members if _is_meant(one, target)]
    found = [found for one in meant if (found := _candidate(one, target)) is not None]
    if not any(one.problem is not None or any(_is_here(d, target) for d in one.delivered) for one in meant):
        return None
    troubles = [_missing(one, target, ordered) for one in meant if _candidate(one, target) is None]
    if not found:  # nobody named them: what is wrong with each is in the report, and there is no post
        return Chosen((), (), (*_said(troubles), _NOTHING)) if ordered else None
    kind = _kind_of(found)
    chosen, left_out = [one for one in found if one.outcome.kind is kind], _other_kind(found, kind)
    if ordered:
        troubles += _doubtful(chosen, verdict_of)
    else:
        for narrow in (_worth_posting(verdict_of), _of_one_ratio(target, kind), _without_doubles(out)):
            chosen, gone = narrow(chosen)
            left_out += gone
        chosen = _cover_first(chosen)
    chosen, gone = _within_count(chosen, target, kind, ordered)
    left_out += gone
    troubles += _count_troubles(chosen, target, kind)
    return Chosen(tuple(_numbered(chosen)), tuple(left_out), _said(troubles))


def _said(troubles: Sequence[Trouble | None]) -> tuple[Trouble, ...]:
    return tuple(trouble for trouble in troubles if trouble is not None)


def _is_meant(outcome: Outcome, target: Target) -> bool:
    """Whether something was to come of a source here; also where the source could not be used at all."""
    if outcome.problem is not None:
        return takes(target, outcome.kind)
    return any(item.target == target.name for item in outcome.delivered)


def _is_here(item: Delivered, target: Target) -> bool:
    return item.target == target.name and item.status != "skipped"


def _candidate(outcome: Outcome, target: Target) -> Candidate | None:
    for item in outcome.delivered:
        if item.target == target.name and item.status in _WRITTEN:
            return Candidate(outcome, item)
    return None


def _missing(outcome: Outcome, target: Target, ordered: bool) -> Trouble | None:
    """A member without a file here. Somebody who named it must know; skipped for good reason, it is just not there."""
    item = next((d for d in outcome.delivered if d.target == target.name), None)
    if outcome.problem is None and (item is None or (item.status == "skipped" and not ordered)):
        return None
    why = outcome.problem.message if outcome.problem else item.why if item else ""
    return Trouble("block" if ordered else "warn", "picture-missing", f"{outcome.rel} is not in the post: {why}")


def _kind_of(found: Sequence[Candidate]) -> Kind:
    """Pictures where there are any: apps do not mix them with clips in one post."""
    return Kind.PHOTO if any(one.outcome.kind is Kind.PHOTO for one in found) else Kind.CLIP


def _other_kind(found: Sequence[Candidate], kind: Kind) -> list[LeftOut]:
    words = "the post shows pictures; a clip goes into a post of its own"
    return [LeftOut(one.outcome.rel, words) for one in found if one.outcome.kind is not kind]


def _doubtful(chosen: Sequence[Candidate], verdict_of: VerdictOf) -> list[Trouble | None]:
    poor = [one.outcome.rel for one in chosen if one.outcome.score and verdict_of(one.outcome.score) == "reject"]
    return [Trouble("warn", "poor-picture", f"{rel} should rather be taken again.") for rel in poor]


Narrowed = tuple[list[Candidate], list[LeftOut]]


def _worth_posting(verdict_of: VerdictOf) -> Callable[[list[Candidate]], Narrowed]:
    def narrow(chosen: list[Candidate]) -> Narrowed:
        good = [one for one in chosen if one.outcome.score is None or verdict_of(one.outcome.score) != "reject"]
        if not good:
            return chosen, []
        return good, [LeftOut(one.outcome.rel, "should rather be taken again") for one in chosen if one not in good]

    return narrow


def _of_one_ratio(target: Target, kind: Kind) -> Callable[[list[Candidate]], Narrowed]:
    """Only a surface that follows its sources makes several ratios; the one that most pictures have stays."""
    spec = target.surface.spec(kind)

    def narrow(chosen: list[Candidate]) -> Narrowed:
        if spec is None or not spec.follow or target.ratio is not None:
            return chosen, []
        shares = Counter(_upright(one) for one in chosen)
        if len(shares) < 2:
            return chosen, []
        usual = max(shares, key=lambda ratio: (shares[ratio], ratio))
        kept = [one for one in chosen if _upright(one) == usual]
        return kept, [LeftOut(one.outcome.rel, "has another ratio") for one in chosen if one not in kept]

    return narrow


def _upright(one: Candidate) -> float:
    size = one.delivered.size
    return 0.0 if size is None else round(size.height_px / size.width_px, 2)


def _without_doubles(out: Path) -> Callable[[list[Candidate]], Narrowed]:
    def narrow(chosen: list[Candidate]) -> Narrowed:
        kept: list[tuple[Candidate, Print | None]] = []
        gone: list[LeftOut] = []
        for one in sorted(chosen, key=lambda one: (-one.value, one.outcome.rel)):
            seen = print_of(out, one.delivered)
            twin = next((other for other, known in kept if alike(seen, known)), None)
            if twin is None:
                kept.append((one, seen))
            else:
                gone.append(LeftOut(one.outcome.rel, f"nearly the same as {twin.outcome.rel}, which is better"))
        stay = {one.outcome.rel for one, _ in kept}
        return [one for one in chosen if one.outcome.rel in stay], sorted(gone, key=lambda item: item.source)

    return narrow


def _cover_first(chosen: list[Candidate]) -> list[Candidate]:
    cover = max(chosen, key=lambda one: (_cover_fitness(one), one.value))
    return [cover, *(one for one in chosen if one is not cover)]


def _cover_fitness(one: Candidate) -> int:
    """How many of the things a cover should have a picture has; a frame that is filled and something to see weigh most."""
    findings, size = one.outcome.findings, one.outcome.size
    something = findings is not None and (bool(findings.main_faces) or findings.subject is not None)
    upright = size is not None and size.height_px >= size.width_px
    return 2 * something + 2 * (one.delivered.fit == "crop") + upright


def _within_count(chosen: list[Candidate], target: Target, kind: Kind, ordered: bool) -> Narrowed:
    """As many as the surface holds: the cover and the best, in the order they had; a person's own order is kept."""
    most = _spec(target, kind).max_count
    if most is None or len(chosen) <= most:
        return chosen, []
    best = chosen[:most]
    if not ordered:
        best = [chosen[0], *sorted(chosen[1:], key=lambda one: -one.value)[: most - 1]]
    words = f"{target.name} takes {most} at most"
    gone = [LeftOut(one.outcome.rel, words) for one in chosen if one not in best]
    return [one for one in chosen if one in best], gone


def _spec(target: Target, kind: Kind) -> PhotoSpec | ClipSpec:
    spec = target.surface.spec(kind)
    assert spec is not None  # a file was made for it
    return spec


def _count_troubles(chosen: Sequence[Candidate], target: Target, kind: Kind) -> list[Trouble | None]:
    spec = _spec(target, kind)
    if isinstance(spec, PhotoSpec) and spec.warn_count is not None and len(chosen) > spec.warn_count:
        words = f"{len(chosen)} pictures; some versions of the app take {spec.warn_count}."
        return [Trouble("warn", "many-pictures", words)]
    return []


def _numbered(chosen: Sequence[Candidate]) -> list[PostPicture]:
    files = []
    for number, one in enumerate(chosen, start=1):
        files.append(_picture(f"{number:02}{Path(one.delivered.path).suffix}", one.outcome, one.delivered, number == 1))
        covers = _covers_by_clip(one.outcome)
        if (cover := covers.get(one.delivered.path)) is not None:
            files.append(_picture(f"{number:02}.cover.jpg", one.outcome, cover, False))
    return files


def _covers_by_clip(outcome: Outcome) -> Mapping[str, Delivered]:
    """The cover of each clip of a source, by the clip's path."""
    if outcome.kind is not Kind.CLIP:
        return {}
    covers = {item.path.removesuffix(".cover.jpg"): item for item in outcome.delivered if item.status in _WRITTEN}
    return {
        item.path: covers[stem]
        for item in outcome.delivered
        if (stem := _stem(item)) in covers and covers[stem] is not item
    }


def _stem(item: Delivered) -> str:
    """The path without its ending, and without its number where it is a part: all parts share the clip's cover."""
    stem, part = str(Path(item.path).with_suffix("")), item.facts.get(PART)
    return stem.removesuffix(f"-{part['number']}") if isinstance(part, dict) else stem


def _picture(name: str, outcome: Outcome, item: Delivered, cover: bool) -> PostPicture:
    kind = Kind.PHOTO if name.endswith(".cover.jpg") else outcome.kind
    return PostPicture(
        file=name,
        source=outcome.rel,
        deliverable=item.path,
        kind=kind,
        sha256=item.sha256,
        size=item.size,
        cover=cover,
    )
