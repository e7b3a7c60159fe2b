"""Posts in manifest.json: what is in each, what its words came to, what is wrong with it and what is left to do."""

from __future__ import annotations

from dataclasses import asdict

from mediakit.batch.post_values import Post, PostPicture

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
        "words": {key: words[key] for key in ("verdict", "counts", "limits", "findings")},
        "checklist": [{"zh": step.zh, "en": step.en} for step in post.steps],
    }


def _picture(one: PostPicture, folder: str) -> Json:
    return {
        "path": f"{folder}/{one.file}",
        "source": one.source,
        "deliverable": one.deliverable,
        "kind": str(one.kind),
        "size_px": None if one.size is None else one.size.as_list(),
        "cover": one.cover,
    }
