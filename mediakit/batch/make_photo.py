"""A photo: decoded once, looked at once, developed once, rendered for every surface."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from mediakit.batch.ai_label import label_facts, notes_on
from mediakit.batch.marks_in import LOOKED_FOR, with_marks, without_marks
from mediakit.batch.outfolder import file_hash, flushed_meanwhile, published
from mediakit.batch.people import Hidden, thumbnails, without_bystanders
from mediakit.batch.plan import Job, Wanted
from mediakit.batch.preview import preview_name, write_preview
from mediakit.batch.problems import failed, refuse_unfit
from mediakit.errors import FileError
from mediakit.look.measure import Tone
from mediakit.model import Delivered, Findings, Kind, Note, Outcome, Score, Size
from mediakit.photo.open import Photo, PhotoFacts, admit, decoded, facts_of
from mediakit.photo.render import Look, Rendered, decode_size, looked_at, render_photo
from mediakit.pixels.steps import attempted
from mediakit.platforms.check import Expected, check_file
from mediakit.quality.photo import Judged, judge_photo, score_deliverable


def make_photo(job: Job) -> Outcome:
    """Everything one photo is wanted for. Raises FileError where the photo itself cannot be used."""
    facts, photo, wanted = _opened(job)
    look = looked_at(photo, None if job.scored else [item.recipe for item in wanted])
    look = with_marks(look, photo, job.marks)
    said: list[Note] = []
    words = "It was not scored: scoring failed on this photo"
    judged = (
        attempted(lambda: judged_by(photo, look, facts), None, "score-left-out", words, said) if job.scored else None
    )
    label = photo.meta.ai_label
    labelled = label_facts(label.aigc, label.source_type) if label else {}
    delivered: tuple[Delivered, ...] = ()
    preview: dict[str, object] = {}
    hidden = Hidden(photo, look.findings)
    if job.out is not None:
        hidden = without_bystanders(photo, look.findings, [item.recipe for item in wanted])
        delivered = tuple(deliver(item, hidden.photo, hidden.findings, look.tone, job.out, judged) for item in wanted)
        name = job.sha256[:24]
        preview = {
            "preview": write_preview(look.small, job.out, name),
            "people": thumbnails(photo.pixels, look.findings, job.out, name),
        }
    return Outcome(
        rel=job.source.rel,
        sha256=job.sha256,
        kind=Kind.PHOTO,
        size=photo.shown,
        findings=look.findings,
        score=judged.score if judged else None,
        delivered=delivered,
        notes=(*job.notes, *photo.notes, *look.notes, *said, *hidden.notes, *notes_on(labelled)),
        facts={**preview, **hidden.facts, "format": facts.format, LOOKED_FOR: job.marks, **labelled},
    )


def judged_by(photo: Photo, look: Look, facts: PhotoFacts | None = None) -> Judged:
    """The score of a photo that was looked at, and what its deliverables are scored by."""
    quality = facts.quality_estimate if facts else None
    return judge_photo(photo.pixels, look.findings, shown=photo.shown, tone=look.tone, encoded_quality=quality)


def _opened(job: Job) -> tuple[PhotoFacts, Photo, list[Wanted]]:
    """The photo, read once and decoded for the largest deliverable, and the deliverables in the ratios that suit it."""
    admitted = admit(job.source.path, job.limits)
    facts = facts_of(admitted)
    wanted = [item.settled(facts.shown) for item in job.wanted]
    return facts, decoded(admitted, at_least=decode_size(facts.shown, [item.recipe for item in wanted])), wanted


def deliver(
    item: Wanted, photo: Photo, findings: Findings, tone: Tone | None, out: Path, judged: Judged | None = None
) -> Delivered:
    """Render, check and publish one deliverable, scored where its source was; what goes wrong is its own problem alone."""
    if not item.recipe.shape.takes(photo.shown):
        return _not_for(item, photo.shown)
    try:
        return _delivered(item, photo, findings, tone, out, judged)
    except FileError as error:
        return failed(item, error)


def _delivered(
    item: Wanted, photo: Photo, findings: Findings, tone: Tone | None, out: Path, judged: Judged | None
) -> Delivered:
    readable, blurred = without_marks(photo, findings, item.recipe)
    # The folder is flushed by `execute`, before the ledger says that the file is there.
    with published(out / item.path, flush_folder=False) as temporary:
        done = render_photo(readable, findings, tone, item.recipe, temporary)
        size = Size(done.pixels.shape[1], done.pixels.shape[0])
        expect = Expected(
            size=size,
            capture_date=item.recipe.privacy.keep_capture_date and bool(photo.meta.captured_at),
            ai_label=photo.meta.ai_label is not None,
        )
        with flushed_meanwhile(temporary):
            checks = check_file(temporary, item.recipe.target, expect=expect)
            refuse_unfit(item, checks)
            written_bytes, sha256 = temporary.stat().st_size, file_hash(temporary)
            score, unscored = _scored(done, judged)
            preview = write_preview(done.pixels, out, preview_name(item))
    return Delivered(
        target=item.target,
        path=item.path,
        status="made",
        fingerprint=item.fingerprint,
        fit=done.framing.fit,
        crop=done.framing.crop,
        why=done.framing.why,
        size=size,
        bytes=written_bytes,
        sha256=sha256,
        checks=checks,
        score=score,
        notes=(*blurred, *done.notes, *unscored),
        facts={**done.facts, "preview": preview},
    )


def _scored(done: Rendered, judged: Judged | None) -> tuple[Score | None, tuple[Note, ...]]:
    """A deliverable's score; none, with a note, where scoring fails on it."""
    if judged is None:
        return None, ()
    notes: list[Note] = []
    words = "It was not scored: scoring failed on this picture"
    score = partial(score_deliverable, done.pixels, done.findings, judged, done.framing.crop)
    return attempted(score, None, "score-left-out", words, notes), tuple(notes)


def _not_for(item: Wanted, shown: Size) -> Delivered:
    return Delivered(
        target=item.target,
        path=item.path,
        status="skipped",
        fingerprint=item.fingerprint,
        why=f"{item.target} is for pictures of {item.recipe.shape.max_ratio} and narrower, this one is {shown}",
    )
