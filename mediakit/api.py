"""The whole flow as one call: shoot -> plan -> make -> report. The command line is a thin coat over this.

from mediakit import process
result = process("shoot/", preset="muselle", out="ready/")
for outcome in result.outcomes: ...
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.batch.execute import execute, exit_code, hash_sources
from mediakit.batch.keeping import is_kept_by_hand
from mediakit.batch.ledger import Ledger
from mediakit.batch.listen import Listener, Silent
from mediakit.batch.marks_in import missing
from mediakit.batch.outcomes import Tally, tally
from mediakit.batch.outfolder import ledger_path, only_run
from mediakit.batch.plan import Plan, plan_batch, without_done
from mediakit.batch.post_file import find_posts, platforms_of
from mediakit.batch.post_values import Post, PostWords, WantedPost
from mediakit.batch.scenes import shared_looks
from mediakit.batch.shoot import Shoot, find_sources, refuse_overlap
from mediakit.batch.workers import running_on
from mediakit.errors import ExitCode, NothingToDoError, UsageError
from mediakit.model import Anchor, Kind, Note, Outcome, Score, Verdict
from mediakit.platforms.schema import Target
from mediakit.platforms.targets import resolve
from mediakit.presets.assets import reference
from mediakit.presets.load import LoadedPreset, load_preset
from mediakit.presets.lock import locked_name, refuse_other
from mediakit.presets.recipe import STAFF
from mediakit.presets.shoot import shoot_settings
from mediakit.quality.verdict import verdict
from mediakit.store.roots import roots_anywhere

if TYPE_CHECKING:
    from mediakit.batch.cull import Culled

DEFAULT_OUT = Path("mediakit-out")
DEFAULT_PRESET = "base"


Settled = tuple[str, Anchor | None]
"""The SHA-256 of a photo and what it was developed to."""
NOTHING_SETTLED: Mapping[str, Settled] = {}


@dataclass(frozen=True, slots=True)
class Result:
    """What a run came to: the values that manifest.json is made of."""

    plan: Plan
    outcomes: Sequence[Outcome]
    """By name. Of a large run they are read from its ledger, each time somebody goes through them (`batch.outcomes`)."""
    posts: tuple[Post, ...] = ()
    remarks: tuple[Note, ...] = ()
    """What else is to be said of the run as a whole."""
    culled: Culled | None = None
    """Takes of one photo; None where nobody asked for the best."""

    @property
    def exit_code(self) -> ExitCode:
        """0 all made; 1 some failed, or a post must not go out as it is."""
        blocked = any(post.verdict == "block" for post in self.posts)
        return ExitCode.SOME_FAILED if blocked else exit_code(self.outcomes)

    @property
    def tally(self) -> Tally:
        """How many deliverables came to what, and how many sources were refused."""
        return tally(self.outcomes)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a person should know about the run as a whole."""
        return (*missing(self.plan.preset.preset.marks), *self.remarks)

    def verdict_of(self, score: Score) -> Verdict:
        """The preset's verdict on a score."""
        return verdict(score, self.plan.preset.preset.score)

    def manifest(self) -> dict[str, object]:
        """The document that manifest.json holds, all of it in memory."""
        return {**self._head(), "sources": list(self._sources())}

    def write(self, out: Path, *, seconds: float | None = None) -> None:
        """Write manifest.json and report.html, source by source. Raises FileError."""
        from mediakit.report.write import write_report

        write_report(self._head(), out, seconds=seconds, sources=self._sources())

    def _head(self) -> dict[str, object]:
        from mediakit.report.manifest import head

        takes: dict[str, object] | None = None
        if self.culled is not None:
            from mediakit.report.takes import takes_json

            takes = takes_json(self.culled, self.verdict_of)
        preset = self.plan.preset
        return head(
            preset_name=preset.preset.name,
            preset_fingerprint=preset.fingerprint,
            posts=self.posts,
            notes=self.notes,
            takes=takes,
        )

    def _sources(self) -> Iterator[dict[str, object]]:
        from mediakit.report.manifest import source_json

        privacy = self.plan.preset.preset.privacy
        ask, kept = privacy.bystanders == "ask", privacy.keep_faces
        for outcome in self.outcomes:
            yield source_json(outcome, self.verdict_of, ask=ask, keep=kept.get(outcome.rel, ()))


@roots_anywhere
def process(  # noqa: PLR0913 - what the command line can say
    *paths: str | Path,
    preset: str | Path | None = None,
    to: Sequence[str] = (),
    out: str | Path = DEFAULT_OUT,
    jobs: int | None = None,
    force: bool = False,
    overrides: Mapping[str, object] | None = None,
    words: Mapping[str, PostWords] | None = None,
    keep_best: int | None = None,
    cluster: str | None = None,
    listener: Listener | None = None,
) -> Result:
    """Make every deliverable that the preset's platforms (or `to`) ask for, from the photos and clips below `paths`.

    preset: a name or a folder; None: what a mediakit.toml in the shoot says, else "base". to: target names; empty: the
    preset's. jobs: worker processes, None for one a core. force: make again what is there already. overrides: preset
    keys such as {"sound.mode": "mute"} that win over the preset. words: what posts say that have no words of their own, by
    the post's name, "" for all; they make the whole shoot a post where nothing else asks for one. keep_best: of photos that
    are takes of one, make only so many, the best; None makes all. cluster: the Dask scheduler of the machines that do the
    work (`tcp://...`); None: this one. Paths and `out` may be `s3://` addresses.

    Raises a SetupError before anything is written; a file that cannot be made is an Outcome with a `problem`.
    Raises ClusterLostError or StoreError where the cluster or the storage is gone on the way: what was made stays.
    """
    start = time.monotonic()
    listener = listener or Silent()
    folder = Path(out)
    shoot, loaded, targets = prepare([Path(p) for p in paths], preset, to, folder, overrides)
    posts = wanted_posts(shoot, loaded, words or {})
    with only_run(folder), Ledger(ledger_path(folder)) as ledger, _said(listener), running_on(cluster):
        targets = with_platforms(targets, posts, fixed=bool(to))
        plan = plan_shoot(shoot, loaded, targets, folder, ledger, force=force, jobs=jobs, posts=bool(posts))
        culled: Culled | None = None
        remarks: tuple[Note, ...] = ()
        if keep_best is not None or is_kept_by_hand(shoot.root):
            from mediakit.batch.cull import unknown_keeps, without_losers

            culled = _culled(shoot, loaded, ledger, plan, jobs)
            plan, remarks = without_losers(plan, culled, keep_best), unknown_keeps(culled)
        listener.planned(plan)
        outcomes = execute(plan, ledger, listener, jobs=jobs, anew=force)
        result = Result(plan, outcomes, remarks=remarks, culled=culled)
        if posts:
            from mediakit.batch.posts import make_posts  # brings the caption rules and OpenCV along

            result = replace(result, posts=make_posts(plan, result.outcomes, posts, result.verdict_of))
        from mediakit.report.told import is_told, note_told

        if not is_told(result.plan, ledger, posts=bool(posts)):
            result.write(folder, seconds=time.monotonic() - start)
            note_told(result.plan, ledger, posts=bool(posts))
    return result


@roots_anywhere
def dry_run(
    *paths: str | Path,
    preset: str | Path | None = None,
    to: Sequence[str] = (),
    out: str | Path = DEFAULT_OUT,
    force: bool = False,
    overrides: Mapping[str, object] | None = None,
) -> Plan:
    """The plan `process` would carry out, with nothing written anywhere."""
    folder = Path(out)
    shoot, loaded, targets = prepare([Path(p) for p in paths], preset, to, folder, overrides)
    posts = wanted_posts(shoot, loaded, {})
    targets = with_platforms(targets, posts, fixed=bool(to))
    with Ledger(ledger_path(folder), read_only=True) as ledger:
        return plan_shoot(shoot, loaded, targets, folder, ledger, force=force, posts=bool(posts))


def cull(
    shoot: str | Path, *, preset: str | Path | None = None, jobs: int | None = None, out: Path | None = None
) -> Culled:
    """Takes of one photo below `shoot`, with the one to keep and why the others lost.

    Nothing is written but, below `out` where that is said, small pictures for a report.

    Raises a SetupError where there is nothing to look at.
    """
    from mediakit.batch.cull import cull as cull_photos
    from mediakit.batch.keeping import person_keeps

    found = find_sources([Path(shoot)])
    loaded = load_preset(preset or shoot_settings(found.root).preset or DEFAULT_PRESET)
    if not any(source.kind is Kind.PHOTO for source in found.sources):
        raise NothingToDoError(f"No photo in {found.root}.", "Name the folder that holds the shoot.")
    return cull_photos(found.sources, loaded.preset.limits, chosen=person_keeps(found.root), jobs=jobs, out=out)


def _culled(shoot: Shoot, loaded: LoadedPreset, ledger: Ledger, plan: Plan, jobs: int | None) -> Culled:
    from mediakit.batch.cull import cull as cull_photos
    from mediakit.batch.keeping import person_keeps

    hashes = {job.source.rel: job.sha256 for job in plan.jobs}
    sources = [job.source for job in plan.jobs if job.known is None or job.known.problem is None]
    chosen = person_keeps(shoot.root)
    return cull_photos(
        sources, loaded.preset.limits, chosen=chosen, ledger=ledger, hashes=hashes, jobs=jobs, out=plan.out
    )


def wanted_posts(shoot: Shoot, loaded: LoadedPreset, words: Mapping[str, PostWords]) -> tuple[WantedPost, ...]:
    """The posts that a post.toml, the preset or the caller's `words` ask for. Raises DataError with file and line."""
    posts = find_posts(shoot, loaded.preset.post.each, words)
    return posts if posts or not words else find_posts(shoot, "shoot", words)


def with_platforms(targets: tuple[Target, ...], posts: Sequence[WantedPost], *, fixed: bool) -> tuple[Target, ...]:
    """The targets of the run and those that posts name; only the former where the caller said which (`fixed`)."""
    return targets if fixed else resolve([*(target.name for target in targets), *platforms_of(posts)])


def prepare(
    paths: Sequence[Path],
    preset: str | Path | None,
    to: Sequence[str],
    out: Path,
    overrides: Mapping[str, object] | None = None,
) -> tuple[Shoot, LoadedPreset, tuple[Target, ...]]:
    """Find the sources, load the preset, resolve the targets; raise a SetupError where nothing sensible can follow."""
    shoot = find_sources(paths)
    settings = shoot_settings(shoot.root)
    said = dict(overrides or {})
    if settings.keep_faces:
        said["privacy.keep_faces"] = {**settings.keep_faces, **_kept(said)}
    name = preset or settings.preset or locked_name(shoot.root) or DEFAULT_PRESET
    loaded = load_preset(name, overrides=said)
    if locked_name(shoot.root) is not None:
        refuse_other(shoot.root, load_preset(name) if said else loaded)
    _refuse_unknown({*settings.keep_faces, *_kept(said)}, shoot)
    targets = resolve(to or settings.targets or loaded.preset.targets)
    if not shoot.sources and not shoot.refused:
        raise NothingToDoError(f"No photo and no clip in {shoot.root}.", "Name the folder that holds the shoot.")
    refuse_overlap(shoot, out)
    if loaded.preset.privacy.bystanders == "blur" and loaded.preset.privacy.staff is not None:
        from mediakit.vision.staff import Staff

        Staff.of([reference(path) for name, path in sorted(loaded.assets.items()) if name.startswith(STAFF)])
    return shoot, loaded, targets


def _kept(overrides: Mapping[str, object]) -> Mapping[str, object]:
    """The faces to keep that were said beside the preset."""
    kept = overrides.get("privacy.keep_faces")
    return kept if isinstance(kept, Mapping) else {}


def _refuse_unknown(names: Iterable[str], shoot: Shoot) -> None:
    """Raise UsageError where faces are to be kept on a photo that is not in the shoot: a slip would blur a colleague."""
    there = {source.rel for source in shoot.sources} | {refusal.rel for refusal in shoot.refused}
    unknown = sorted(set(names) - there)
    if unknown:
        raise UsageError(f"keep_faces: {unknown[0]} is not in the shoot.", "Write the path as the report does.")


def plan_shoot(  # noqa: PLR0913 - a shoot, what is wanted of it, and what is known already
    shoot: Shoot,
    loaded: LoadedPreset,
    targets: Sequence[Target],
    out: Path,
    ledger: Ledger,
    *,
    force: bool,
    jobs: int | None = None,
    settled: Mapping[str, Settled] = NOTHING_SETTLED,
    posts: bool = False,
) -> Plan:
    """The plan for a shoot: hashed, scenes known, less what is there already (with `force`, all of it).

    settled: photos, by `rel`, that were developed and shall not be developed anew because others joined their scene; the
    same bytes under another name are developed to the same.
    """
    hashes, fresh, unreadable = hash_sources(shoot.sources, ledger)
    if not ledger.read_only:
        ledger.remember_hashes(fresh)
    shared = shared_looks(shoot.sources, loaded, targets, ledger, hashes=hashes, jobs=jobs)
    by_bytes = dict(settled.values())
    anchors = {rel: by_bytes[sha256] for rel, sha256 in hashes.items() if sha256 in by_bytes}
    shared = replace(shared, anchors={r: a for r, a in {**shared.anchors, **anchors}.items() if a is not None})
    plan = plan_batch(shoot, loaded, targets, out, hashes=hashes, shared=shared, posts=posts)
    plan = replace(plan, refused=(*plan.refused, *unreadable))
    return plan if force else without_done(plan, ledger)


@contextmanager
def _said(listener: Listener) -> Iterator[None]:
    try:
        yield
    finally:
        listener.done()


__all__ = ["Result", "cull", "dry_run", "plan_shoot", "prepare", "process"]
