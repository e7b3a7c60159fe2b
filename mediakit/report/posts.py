"""Posts in manifest.json: what is in each, what its words came to, what is wrong with it and what is left to do."""

from __future__ import annotations

from dataclasses import asdict
from itertools import takewhile

from mediakit.batch.post_values import Post, PostPicture
from mediakit.platforms.posting import shown_of
from mediakit.platforms.schema import TextSpec
from mediakit.platforms.targets import resolve_one

Json = dict[str, object]


def post_json(post: Post) -> Json:
    """One post on one target. Paths are relative to OUT."""
    words = post.checked.as_json()
    return {
        "name": post.name,
        "target": post.target,
        "verdict": post.verdict,
        "status": post.status,
        "path": post.folder,
        "archive": post.archive,
        "title": post.words.title,
        "body": post.words.body,
        "topics": list(post.words.topics),
        "sponsored": post.sponsored,
        "pictures": [_picture(one, post.folder) for one in post.pictures],
        "left_out": [asdict(one) for one in post.left_out],
        "problems": [asdict(one) for one in post.troubles],
        "shown": _shown(post),
        "words": {key: words[key] for key in ("verdict", "counts", "limits", "findings")},
        "checklist": [{"zh": step.zh, "en": step.en} for step in post.steps],
    }


def _shown(post: Post) -> Json:
    """What the app shows of it: the title as far as it takes it, the ratio of its grid, where its own buttons lie."""
    (target,) = resolve_one(post.target)
    surface = target.surface
    shown = shown_of(surface.id)
    zone = surface.clip.safe_zone if surface.clip else None
    return {
        "title": _cut(post.words.title, surface.text),
        "body_fold": shown.body_fold,
        "topics": shown.topics,
        "grid": shown.grid,
        "columns": shown.columns,
        "title_lines": shown.title_lines,
        "safe_zone": None if zone is None else zone.model_dump(mode="json", exclude={"confidence"}),
    }


def _cut(title: str, limits: TextSpec) -> str:
    """The longest beginning of a title that the platform takes, by its own way of counting."""
    most = limits.title_max
    from mediakit.caption.count import title_length  # here: runs without posts need not wait for the rules

    if most is None or title_length(title, limits.title_count) <= most:
        return title
    lengths = (title_length(title[:end], limits.title_count) for end in range(1, len(title) + 1))
    fitting = sum(1 for _ in takewhile(lambda length: length <= most, lengths))
    return title[:fitting]


def _picture(one: PostPicture, folder: str) -> Json:
    return {
        "path": f"{folder}/{one.file}",
        "source": one.source,
        "deliverable": one.deliverable,
        "kind": str(one.kind),
        "size_px": None if one.size is None else one.size.as_list(),
        "cover": one.cover,
    }
