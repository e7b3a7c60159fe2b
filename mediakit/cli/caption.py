"""`mediakit caption`: the post's words, before anybody posts them."""

from __future__ import annotations

import json as json_format
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mediakit.cli import options
from mediakit.cli.console import one_line, out, say
from mediakit.errors import ExitCode, Fault, FileError, NothingToDoError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mediakit.caption import Checked, Rulebook

MAX_BYTES = 50_000_000
STDIN = "-"

Source = Annotated[
    str,
    typer.Argument(metavar="FILE|-", help="Text (first line the title), or .jsonl with one post a line; - is stdin."),
]
RulesOption = Annotated[
    list[Path] | None, typer.Option("--rules", help="More rules: a .toml file, or a folder of them. May repeat.")
]


@dataclass(frozen=True, slots=True)
class Post:
    """One post to check. `target` is None where the command line says it."""

    id: str
    title: str
    body: str
    topics: tuple[str, ...] = ()
    target: str | None = None


def caption(
    file: Source,
    to: options.To = None,
    preset: options.Preset = None,
    rules: RulesOption = None,
    json: options.AsJson = False,
) -> None:
    """Hold a post's title, body and topics against the platform's limits and the rules for its words.

    Every finding names the place, the reason and what to write instead, in Chinese and English. Exit 1 if anything
    blocks; warnings and notes do not fail it.

    Examples:

      mediakit caption post.txt --to xiaohongshu
      mediakit caption posts.jsonl --to wechat-article --json
    """
    from mediakit.caption import check_caption

    book, targets, sponsored = _settings(preset, rules, to)
    checked: list[tuple[Post, Checked]] = []
    for post in posts_of(file):
        wanted = targets or ([post.target] if post.target else [])
        if not wanted:
            raise UsageError("Nothing to check against.", "Name a platform: --to xiaohongshu")
        for target in wanted:
            held = check_caption(post.title, post.body, post.topics, target, rules=book, sponsored=sponsored)
            checked.append((post, held))
    if not checked:
        raise NothingToDoError(f"{one_line(file)} holds no post.", "Write one post a line.")
    if json:
        rows: list[dict[str, Any]] = [{"id": post.id, **held.as_json()} for post, held in checked]
        text = json_format.dumps({"schema": 1, "posts": rows}, ensure_ascii=False, indent=1)
        out().file.write(text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n")
    else:
        _tell(checked)
    if any(held.verdict == "block" for _, held in checked):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _settings(preset: str | None, rules: list[Path] | None, to: list[str] | None) -> tuple[Rulebook, list[str], bool]:
    """The rules in force, the targets named, and whether the brand says that its posts are sponsored."""
    from mediakit.caption import load_rules

    extra, targets = list(rules or []), list(to or [])
    if preset is None:
        return load_rules(extra), targets, False
    from mediakit.caption.brand import rules_of
    from mediakit.presets.load import load_preset

    loaded = load_preset(preset)
    wanted = targets or list(loaded.preset.targets)
    return rules_of(loaded, extra), wanted, loaded.preset.caption.sponsored


def posts_of(file: str) -> Iterator[Post]:
    """The posts of a file or of stdin. Raises FileError or UsageError in words."""
    text = _text(file)
    if file.lower().endswith((".jsonl", ".ndjson")) or (file == STDIN and text.lstrip().startswith("{")):
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield _post(line, f"{one_line(file)}:{number}", str(number))
        return
    title, _, body = text.partition("\n")
    yield Post(Path(file).stem if file != STDIN else STDIN, title.rstrip("\r"), body.replace("\r\n", "\n").rstrip("\n"))


def _post(line: str, where: str, number: str) -> Post:
    hint = 'Write {"id": "1", "title": "...", "body": "..."} on one line.'
    try:
        said = json_format.loads(line)
    except (ValueError, RecursionError) as error:
        raise FileError(Fault.CORRUPT, f"{where}: not JSON.", hint) from error
    if not isinstance(said, dict):
        raise FileError(Fault.CORRUPT, f"{where}: not a post.", hint)
    for key in ("title", "body", "target"):
        if not isinstance(said.get(key, ""), str | None):
            raise FileError(Fault.CORRUPT, f"{where}: {key!r} is no text.", hint)
    topics = said.get("topics") or ()
    listed = topics.split() if isinstance(topics, str) else topics
    if not isinstance(listed, list | tuple) or not all(isinstance(topic, str) for topic in listed):
        raise FileError(Fault.CORRUPT, f"{where}: 'topics' is no list of texts.", hint)
    return Post(
        str(said.get("id", number)), said.get("title") or "", said.get("body") or "", tuple(listed), said.get("target")
    )


def _text(file: str) -> str:
    """The text of a file or of stdin. Raises FileError where there is none that can be read."""
    raw = _bytes(file)
    name = "stdin" if file == STDIN else one_line(file)
    if not raw.strip():
        raise FileError(Fault.EMPTY, f"{name} is empty.", "Write the title on the first line, the body below.")
    if len(raw) > MAX_BYTES:
        raise FileError(Fault.TOO_LARGE, f"{name} has {len(raw):,} bytes; captions have at most {MAX_BYTES:,}.")
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileError(Fault.CORRUPT, f"{name} is no UTF-8 text.", "Save it as plain text in UTF-8.") from error
    if "\x00" in text:
        raise FileError(Fault.CORRUPT, f"{name} is a binary file, no text.", "Save it as plain text in UTF-8.")
    return text


def _bytes(file: str) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    path = Path(file)
    try:
        if path.is_dir():
            raise UsageError(f"{one_line(file)} is a folder.", "Name a text file, or - for stdin.")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise UsageError(f"{one_line(file)} does not exist.", "Check the spelling; quote names with spaces.") from error
    except (OSError, ValueError) as error:
        raise FileError(
            Fault.UNREADABLE, f"{one_line(file)} cannot be read: {error}.", "Check its permissions."
        ) from error


def _tell(checked: list[tuple[Post, Checked]]) -> None:
    from mediakit.cli.caption_view import show

    for post, held in checked:
        show(post.id, post.title, post.body, post.topics, held)
    blocked = sum(held.verdict == "block" for _, held in checked)
    warned = sum(held.verdict == "warn" for _, held in checked)
    say(f"{len(checked)} checked: {blocked} blocked, {warned} to look at, {len(checked) - blocked - warned} fine.")
