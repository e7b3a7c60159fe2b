"""What is fuzzed: one function for each place where bytes from outside come in. Each returns, or raises what it may not.

A harness writes the bytes where the code under test looks for them, runs it, and lets only the errors pass that the code
promises (`FileError`, `SetupError`). Anything else that comes out is a finding: another exception, a crash, a hang.
Used by `run.py` (atheris) and, over the kept seeds, by the plain tests.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from mediakit.errors import FileError, SetupError

Harness = Callable[[bytes], None]


@cache
def _room() -> Path:
    """A folder of this process, in memory where the system has such a place."""
    shm = Path("/dev/shm")
    made = tempfile.mkdtemp(prefix="mediakit-fuzz-", dir=shm if shm.is_dir() else None)
    return Path(made)


def _written(name: str, data: bytes) -> Path:
    path = _room() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def preset(data: bytes) -> None:
    """preset.toml: loaded, merged with base, its assets checked."""
    from mediakit.presets.load import load_preset

    folder = _written("preset/mine/preset.toml", data).parent
    with contextlib.suppress(SetupError):
        load_preset(folder)


def pack(data: bytes) -> None:
    """A packed preset from somebody else: read, checked, never unpacked outside its place."""
    from mediakit.presets.install import install

    path = _written("pack/theirs.mediakit-preset", data)
    with contextlib.suppress(SetupError):
        install(path, _room() / "pack/shelf")
    strangers = {entry.name for entry in (_room() / "pack").iterdir()} - {"theirs.mediakit-preset", "shelf"}
    assert not strangers, f"a pack wrote outside its shelf: {strangers}"


def sidecar(data: bytes) -> None:
    """IMG_1.jpg.toml beside a photo."""
    from mediakit.presets.sidecar import focus_beside

    photo = _written("sidecar/IMG_1.jpg.toml", data).with_name("IMG_1.jpg")
    with contextlib.suppress(SetupError):
        focus = focus_beside(photo)
        assert all(0.0 <= share <= 1.0 for share in focus)


def post(data: bytes) -> None:
    """post.toml in a shoot of two photos and a folder."""
    from mediakit.batch.post_file import find_posts
    from mediakit.batch.shoot import Shoot
    from mediakit.model import Kind, Source

    root = _written("post/post.toml", data).parent
    sources = tuple(Source(root, rel, Kind.PHOTO, 1, 1) for rel in ("IMG_1.jpg", "IMG_2.jpg", "counter/IMG_3.jpg"))
    with contextlib.suppress(SetupError):
        posts = find_posts(Shoot(root, (root,), sources, ()))
        for one in posts:
            assert "/" not in one.name and one.name not in ("", ".", ".."), f"a post named {one.name!r}"


def caption(data: bytes) -> None:
    """The words of a post: a title, a body and topics, held against a platform; and the same bytes as lines of JSON."""
    from mediakit.caption import check_caption
    from mediakit.cli.caption import posts_of

    text = data.decode("utf-8", "surrogateescape")
    title, _, body = text.partition("\n")
    target = ("xiaohongshu", "wechat-article", "weibo", "instagram")[len(data) % 4]
    checked = check_caption(title, body, tuple(body.split("#")[1:4]), target)
    for finding in checked.findings:
        assert finding.rule
    with contextlib.suppress(FileError, SetupError):
        list(posts_of(str(_written("caption/posts.jsonl", data))))


def photo(data: bytes) -> None:
    """A photo of any format: its header read, its pixels decoded."""
    from mediakit.model import Size
    from mediakit.photo.open import open_photo, peek
    from mediakit.presets.schema import Limits

    limits = Limits(max_megapixels=4.0)
    path = _written("photo/IMG_1", data)
    with contextlib.suppress(FileError):
        peek(path, limits)
    with contextlib.suppress(FileError):
        opened = open_photo(path, limits, at_least=Size(48, 48))
        assert opened.pixels.ndim == 3 and opened.pixels.shape[2] == 3


def clip(data: bytes) -> None:
    """A clip: its container walked, its packets counted, some of its frames decoded."""
    from mediakit.presets.schema import Limits
    from mediakit.video.probe import probe

    with contextlib.suppress(FileError):
        info = probe(_written("clip/VID_1", data), Limits())
        assert info.duration > 0


HARNESSES: dict[str, Harness] = {
    "preset": preset,
    "pack": pack,
    "sidecar": sidecar,
    "post": post,
    "caption": caption,
    "photo": photo,
    "clip": clip,
}
