"""Posts: the finished files of a run put together as a person posts them, with their words and one verdict.

    OUT/<target>/<post>/01.jpg, 02.jpg ..., caption.txt, checklist.txt    and    OUT/<target>/<post>.zip

Made after everything else, from what is on disk by then: the same files make the same post, and a second run writes
nothing. A post is asked for by a post.toml, by `[post] each` in the preset, or on the command line; never by default.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from mediakit.batch.ai_label import is_labelled
from mediakit.batch.marked import marks_left
from mediakit.batch.plan import Plan
from mediakit.batch.post_folder import CAPTION, CHECKLIST, write_post
from mediakit.batch.post_pictures import Chosen, choose
from mediakit.batch.post_texts import caption_text, checklist_text
from mediakit.batch.post_values import Post, PostVerdict, PostWords, Trouble, WantedPost
from mediakit.caption import Rulebook, check_caption
from mediakit.caption.brand import rules_of
from mediakit.errors import FileError
from mediakit.model import Kind, Outcome, Score, Verdict
from mediakit.platforms.posting import When, shown_of, steps_for
from mediakit.platforms.schema import Target
from mediakit.platforms.targets import resolve

_WITH_MUSIC = ("music", "mix")


def make_posts(
    plan: Plan,
    outcomes: Iterable[Outcome],
    wanted: Sequence[WantedPost],
    verdict_of: Callable[[Score], Verdict],
    *,
    only: Collection[str] | None = None,
) -> tuple[Post, ...]:
    """Every wanted post on every target of the run that it goes to; a post none of whose sources fits a target is not there.

    `only` are the names of those to make now, None for all; the others keep their folders. Raises DataError for rules of
    the preset that do not load; what a disk refuses is a trouble of the post.
    """
    chosen = [one for one in wanted if only is None or one.name in only]
    if not chosen:
        return ()
    members = {rel for one in chosen for rel in one.members}
    mine = {outcome.rel: outcome for outcome in outcomes if outcome.rel in members}
    maker = _Maker(plan, mine, rules_of(plan.preset), verdict_of)
    folders = folder_names(plan, wanted)
    made = [maker.post(one, target, folders[one.name]) for target in plan.targets for one in chosen]
    return tuple(post for post in made if post is not None)


def worst(severities: Iterable[str]) -> PostVerdict:
    """The verdict that findings of these severities come to."""
    found = set(severities)
    return "block" if "block" in found else "warn" if "warn" in found else "pass"


class _Maker:
    """Makes the posts of one run."""

    def __init__(
        self,
        plan: Plan,
        outcomes: Mapping[str, Outcome],
        rules: Rulebook,
        verdict_of: Callable[[Score], Verdict],
    ) -> None:
        self._plan, self._outcomes, self._rules, self._verdict_of = plan, outcomes, rules, verdict_of

    def post(self, wanted: WantedPost, target: Target, name: str) -> Post | None:
        """One post on one target; None where it is not meant for it, or has nothing to show there."""
        if wanted.platforms and target not in resolve(wanted.platforms):
            return None
        members = [self._outcomes[rel] for rel in wanted.members if rel in self._outcomes]
        chosen = choose(members, target, self._plan.out, ordered=wanted.ordered, verdict_of=self._verdict_of)
        if chosen is None:
            return None
        sponsored = wanted.sponsored
        if sponsored is None:
            sponsored = self._plan.preset.preset.caption.sponsored
        words = wanted.words.on(target.name)
        checked = check_caption(
            words.title,
            words.body,
            words.topics,
            target.surface.id,
            rules=self._rules,
            sponsored=sponsored,
        )
        minded = self._marked(chosen, target)
        troubles = (*chosen.troubles, *_wordless(words), *minded)
        facts = self._facts(words, chosen, sponsored)
        steps = steps_for(target.surface.id, facts | ({"code"} if minded else set()))
        post = Post(
            name=name,
            target=target.name,
            folder=f"{target.folder}/{name}",
            archive=f"{target.folder}/{name}.zip",
            status="made",
            verdict=worst([checked.verdict, *(trouble.severity for trouble in troubles)]),
            words=words,
            sponsored=sponsored,
            checked=checked,
            pictures=chosen.files,
            left_out=chosen.left_out,
            troubles=troubles,
            steps=steps,
        )
        return self._written(post, target)

    def _written(self, post: Post, target: Target) -> Post:
        texts = {
            CAPTION: caption_text(post.words, shown_of(target.surface.id).topics or "hash"),
            CHECKLIST: checklist_text(target, post.verdict, post.troubles, post.checked, post.steps, _counts(post)),
        }
        try:
            status = write_post(self._plan.out, post.folder, post.archive, post.pictures, texts)
        except (FileError, OSError) as error:
            words = error.message if isinstance(error, FileError) else f"{error.strerror or error}"
            trouble = Trouble("block", "not-written", f"{post.folder} could not be written: {words}")
            return replace(post, verdict="block", troubles=(*post.troubles, trouble))
        return replace(post, status=status)

    def _marked(self, chosen: Chosen, target: Target) -> tuple[Trouble, ...]:
        """What the surface minds of the codes and words that the post's pictures show, and what was not looked for."""
        found: dict[str, Trouble] = {}
        for one in chosen.files:
            outcome = self._outcomes[one.source]
            delivered = next(item for item in outcome.delivered if item.path == one.deliverable)
            for mark in marks_left(outcome.findings, delivered, target, self._rules):
                words = f"{one.file} ({one.source}): {mark.why_zh} {mark.why_en}" + (
                    f" “{mark.text}”" if mark.text else ""
                )
                found.setdefault(words, Trouble(mark.severity, mark.rule, words))
            for note in outcome.notes:
                if note.code.startswith("marks-"):
                    found.setdefault(note.message, Trouble("info", note.code, note.message))
        return tuple(found.values())

    def _facts(self, words: PostWords, chosen: Chosen, sponsored: bool) -> frozenset[When]:
        """Which of the things hold that steps depend on."""
        numbered = [one for one in chosen.files if not one.file.endswith(".cover.jpg")]
        clip = any(one.kind is Kind.CLIP for one in numbered)
        facts: dict[When, bool] = {
            "topics": bool(words.topics) or "#" in words.body,
            "ai": any(is_labelled(self._outcomes[one.source]) for one in chosen.files),
            "sponsored": sponsored,
            "unmarked": sponsored and not self._plan.preset.preset.overlay.disclosure,
            "clip": clip,
            "quiet": not (clip and self._plan.preset.preset.sound.mode in _WITH_MUSIC),
            "pictures": len(numbered) > 1,
        }
        return frozenset(name for name, holds in facts.items() if holds)


def _wordless(words: PostWords) -> tuple[Trouble, ...]:
    if words != PostWords():
        return ()
    return (Trouble("warn", "no-words", "The post has no words yet: say title and body in post.toml, or --caption."),)


def _counts(post: Post) -> str:
    counts, pictures = post.checked.counts, len(post.pictures)
    named = (
        ("标题 title", counts.title, counts.title_max),
        ("正文 body", counts.body, counts.body_max),
        ("话题 topics", counts.topics, counts.topics_max),
    )
    words = [f"{name} {number}" + ("" if limit is None else f"/{limit}") for name, number, limit in named]
    return "   ".join([f"文件 files {pictures}", *words])


def folder_names(plan: Plan, wanted: Sequence[WantedPost]) -> dict[str, str]:
    """The folder of each post by its name: never one that deliverables lie in, so that a post holds nothing else."""
    wanted_paths = [item.path for job in plan.jobs for item in job.wanted]
    paths = wanted_paths + [item.path for job in plan.jobs for item in job.kept if item.path]
    taken = {PurePosixPath(path).parts[1].casefold() for path in paths}
    names: dict[str, str] = {}
    for post in wanted:
        name, number = post.name, 1
        while name.casefold() in taken:
            name = f"{post.name}-post" if number == 1 else f"{post.name}-post-{number}"
            number += 1
        taken.add(name.casefold())
        names[post.name] = name
    return names
