"""A clip: probed, looked at and listened to once; one ffmpeg process writes all its deliverables."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.audio.hear import Heard, hear
from mediakit.batch.ai_label import label_facts, notes_on
from mediakit.batch.clip_plan import Planned, untouched, wrong_length
from mediakit.batch.clip_shown import Shown, shown_of
from mediakit.batch.clip_sound import Sounds
from mediakit.batch.outfolder import HOME, Pending, file_hash, scratch
from mediakit.batch.plan import Job, Wanted
from mediakit.batch.preview import LONG_EDGE_PX, preview_name, write_preview
from mediakit.batch.problems import failed, refuse_unfit
from mediakit.errors import Fault, FileError
from mediakit.model import Delivered, Kind, Note, Outcome, Problem, Score
from mediakit.platforms.check import Expected, check_file
from mediakit.video.ai_label import is_labelled
from mediakit.video.clip import ClipInfo
from mediakit.video.probe import find_damage, probe
from mediakit.video.render import RenderedClip, render_clip
from mediakit.video.sample import grab_frame

if TYPE_CHECKING:
    from mediakit.batch.clip_output import Follower, Known
    from mediakit.video.look import ClipLook


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clip:
    """What is known of the clip before anything is rendered."""

    path: Path
    info: ClipInfo
    look: ClipLook | None
    follower: Follower | None
    """Nobody, where nobody looks."""
    heard: Heard | None
    out: Path
    threads: int
    searched: Future[None]
    """The search for damage; raises FileError where there is some."""
    preview: Callable[[], Future[str]]
    """Begins to make the clip's small picture, once, and says where it lies."""


def make_clip(job: Job, *, threads: int) -> Outcome:
    """Everything one clip is wanted for. Raises FileError where the clip itself cannot be used.

    Where only the sound changes, the picture is neither looked at nor scored: its stream is copied. It is searched for
    damage while the sound is made.
    """
    path = job.source.path
    info = probe(path, job.limits, thorough=not job.only_sound)
    look, follower = (None, None) if job.only_sound else _looked_at(path, info, job)
    heard, deaf = (None, ()) if job.only_sound else _heard(path, info, threads)
    delivered: tuple[Delivered, ...] = ()
    facts: dict[str, object] = {"container": info.container, "codec": info.codec, "fps": round(float(info.fps), 3)}
    said = {key.lower(): value for key, value in info.kept}
    labelled = label_facts(said.get("aigc", ""), said.get("digitalsourcetype", ""))
    facts["looked_for"] = "off" if look is None else job.marks
    if job.out is not None:
        with ThreadPoolExecutor(1) as beside:
            searched = beside.submit(_search, path, info, look)
            preview = cache(partial(beside.submit, _shown, job, info, look))
            clip = _Clip(
                path=path,
                info=info,
                look=look,
                follower=follower,
                heard=heard,
                out=job.out,
                threads=threads,
                searched=searched,
                preview=preview,
            )
            delivered = (*_deliver_clips(job, clip), *_covers(job, clip))
            searched.result()
            facts["preview"] = preview().result()
    return Outcome(
        rel=job.source.rel,
        sha256=job.sha256,
        kind=Kind.CLIP,
        size=info.size,
        duration_s=round(float(info.duration), 3),
        findings=look.findings if look else None,
        score=_source_score(look, heard, info),
        delivered=delivered,
        notes=(*job.notes, *(look.notes if look else ()), *deaf, *notes_on(labelled)),
        facts={**facts, **labelled},
    )


def _looked_at(path: Path, info: ClipInfo, job: Job) -> tuple[ClipLook, Follower]:
    # here and below: new sound alone must not wait for the photo rooms
    from mediakit.batch.clip_output import looked_and_followed
    from mediakit.batch.marks_in import with_clip_marks

    made = [item.recipe for item in _settled(job, info) if wrong_length(info, item.recipe) is None]
    look, follower = looked_and_followed(made if job.out is not None else [], path, info)
    return with_clip_marks(look, path, info, job.marks), follower


def _settled(job: Job, info: ClipInfo) -> list[Wanted]:
    """The clips that are wanted of this one, the covers left out."""
    return [item.settled(info.size) for item in job.wanted if item.recipe.kind is Kind.CLIP]


def _source_score(look: ClipLook | None, heard: Heard | None, info: ClipInfo) -> Score | None:
    if look is None:
        return None
    from mediakit.batch.clip_score import score_source

    return score_source(look, heard, info)


def _heard(path: Path, info: ClipInfo, threads: int) -> tuple[Heard | None, tuple[Note, ...]]:
    """What is to be heard. Damaged sound is a note here: muted or under new music the clip is still good."""
    if info.audio is None:
        return None, ()
    try:
        return hear(path, info.audio.stream, start_s=info.start, duration_s=info.duration, threads=threads), ()
    except FileError as error:
        return None, (Note("sound-damaged", error.message),)


def _search(path: Path, info: ClipInfo, look: ClipLook | None) -> None:
    """Raises FileError (corrupt) where nobody looked, and some of the clip does not decode."""
    if look is None:
        find_damage(path, info)


def _shown(job: Job, info: ClipInfo, look: ClipLook | None) -> str:
    """A frame to stand for the clip in the report: from the middle, or the first, quick to reach, where nobody looked."""
    path = job.source.path
    frame = look.frames[len(look.frames) // 2] if look else grab_frame(path, info, 0.0, long_edge_px=LONG_EDGE_PX)
    assert job.out is not None  # who only looks, shows nothing
    return write_preview(frame, job.out, job.sha256[:24])


def _deliver_clips(job: Job, clip: _Clip) -> list[Delivered]:
    """All clips of the job from one decode. What goes wrong with one file after the render is that file's problem."""
    done: list[Delivered] = []
    wanted = []
    for item in _settled(job, clip.info):
        why = wrong_length(clip.info, item.recipe)
        if why is None:
            wanted.append(item)
        else:
            done.append(_skipped(item, why))
    return [*done, *_render(wanted, clip)] if wanted else done


def _render(wanted: list[Wanted], clip: _Clip) -> list[Delivered]:
    work = scratch(clip.out)
    pendings: dict[str, Pending] = {}
    try:
        sounds = Sounds(clip.path, clip.info, clip.heard, work, clip.threads)
        known, shaky = _known(wanted, clip, work)
        shown = [one for item in wanted for one in shown_of(item, known)]
        pendings |= {one.item.path: Pending(clip.out / one.item.path) for one in shown}
        planned = [_planned(one, clip, known, pendings[one.item.path].path, work) for one in shown]
        planned = [replace(plan, notes=(*plan.notes, *shaky)) for plan in planned]
        planned = [sounds.added_to(plan, one.item.recipe) for plan, one in zip(planned, shown, strict=True)]
        clip.searched.result()  # nothing is rendered from a clip that is damaged
        clip.preview()  # while ffmpeg works
        written = render_clip(clip.path, clip.info, [plan.output for plan in planned], threads=clip.threads)
        return [
            _publish(one.item, _with_drawing(one.item, plan, clip, work), file, pendings[one.item.path], clip)
            for one, plan, file in zip(shown, planned, written, strict=True)
        ]
    finally:
        for pending in pendings.values():
            pending.discard()
        shutil.rmtree(work, ignore_errors=True)


def _known(wanted: list[Wanted], clip: _Clip, work: Path) -> tuple[Known | None, tuple[Note, ...]]:
    """What planning asks for; None where nobody looked at the picture."""
    if clip.look is None or clip.follower is None:
        return None, ()
    from mediakit.batch.clip_output import Known
    from mediakit.batch.clip_veil import Veils

    follower = clip.follower
    jumps, shaky = _jumps(wanted, clip, work)
    veils = Veils(clip.info, clip.look, follower, work, clip.out, preview_name(wanted[0]))
    known = Known(info=clip.info, look=clip.look, follower=follower, heard=clip.heard, jumps=jumps, veils=veils)
    return known, shaky


def _jumps(wanted: list[Wanted], clip: _Clip, work: Path) -> tuple[Path | None, tuple[Note, ...]]:
    """What steadies the clip, where it shakes; one pass for all deliverables."""
    if clip.look is None:
        return None, ()
    from mediakit.batch.clip_care import jumps_for

    return jumps_for([item.recipe for item in wanted], clip.path, clip.info, clip.look, work, clip.threads)


def _planned(shown: Shown, clip: _Clip, known: Known | None, path: Path, work: Path) -> Planned:
    if known is None:
        return untouched(shown.item.recipe, clip.info, path)
    from mediakit.batch.clip_output import plan_output

    planned = plan_output(shown.item.recipe, known, path, work, shown.stretch)
    return replace(planned, facts={**planned.facts, **shown.facts})


def _with_drawing(item: Wanted, plan: Planned, clip: _Clip, work: Path) -> Planned:
    """Where the preset asks to see it: the crop drawn over the original, named in the facts. Failing, it is left out."""
    options = item.recipe.clip
    if options is None or not options.debug_frames or clip.look is None:
        return plan
    from mediakit.video.debug import draw_crop

    rel = f"{HOME}/debug/{preview_name(item)}.mp4"
    (clip.out / rel).parent.mkdir(parents=True, exist_ok=True)
    try:
        draw_crop(clip.path, clip.info, plan.output, clip.out / rel, work, threads=clip.threads)
    except FileError as error:
        (clip.out / rel).unlink(missing_ok=True)
        note = Note("crop-not-drawn", f"The crop could not be drawn over the original: {error.message}")
        return replace(plan, notes=(*plan.notes, note))
    return replace(plan, facts={**plan.facts, "debug": rel})


def _publish(item: Wanted, plan: Planned, file: RenderedClip, pending: Pending, clip: _Clip) -> Delivered:
    expect = Expected(
        size=file.size,
        duration_s=float(file.duration),
        has_audio=plan.output.track is not None,
        copied_picture=file.passes == 0 and clip.look is None,  # then the source's end was decoded, see `find_damage`
        ai_label=is_labelled(clip.info.kept),
    )
    try:
        with ThreadPoolExecutor(2) as beside:
            beside.submit(pending.flush)
            sha256 = beside.submit(file_hash, file.path)
            checks = check_file(file.path, item.recipe.target, expect=expect)
        refuse_unfit(item, checks)
        if plan.unreadable:
            from mediakit.batch.clip_veil import refuse_readable

            refuse_readable(file.path, plan.unreadable)
        preview = _preview(item, file, clip)
        pending.publish()
    except FileError as error:
        return failed(item, error)
    return Delivered(
        target=item.target,
        path=item.path,
        status="made",
        fingerprint=item.fingerprint,
        fit=plan.framing.fit,
        crop=plan.framing.crop,
        why=plan.framing.why,
        size=file.size,
        bytes=file.bytes,
        sha256=sha256.result(),
        duration_s=round(float(file.duration), 3),
        checks=checks,
        score=_score(item, plan, file, clip),
        notes=plan.notes,
        facts={**plan.facts, **file.facts, "preview": preview},
    )


def _score(item: Wanted, plan: Planned, file: RenderedClip, clip: _Clip) -> Score | None:
    """None where only the sound was worked on: nobody looked at the picture, which is the source's own."""
    if clip.look is None:
        return None
    from mediakit.batch.clip_score import score_output

    return score_output(plan, item.recipe, file.size, clip.look, clip.heard, clip.info)


def _preview(item: Wanted, file: RenderedClip, clip: _Clip) -> str:
    """A small picture of the finished clip: the source's own where the picture was copied."""
    if file.passes == 0 and file.size == clip.info.size:
        return clip.preview().result()
    return write_preview(grab_frame(file.path, None, 0.0), clip.out, preview_name(item))


def _covers(job: Job, clip: _Clip) -> list[Delivered]:
    wanted = [item for item in job.wanted if item.recipe.kind is Kind.PHOTO]
    if not wanted or clip.look is None:
        return []
    from mediakit.batch.clip_covers import deliver_covers

    return deliver_covers(wanted, clip.path, clip.info, clip.look, clip.out)


def _skipped(item: Wanted, why: str) -> Delivered:
    """A length that the surface does not take is the brand's to mend, not a failure of the file."""
    code = Fault.TOO_LONG if why.endswith("less") else Fault.TOO_SHORT
    say = 'Trim it, or say too_long = "trim" or "parts" under [clip] in the preset.'
    hint = say if code is Fault.TOO_LONG else "Film longer."
    return Delivered(
        target=item.target,
        path=item.path,
        status="skipped",
        fingerprint=item.fingerprint,
        why=why,
        problem=Problem(code, f"{item.path}: {why}.", hint),
    )
