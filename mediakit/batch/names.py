"""What outputs are called: the source's own name, never one name for two sources, never more than a name may be long.

IMG_1.jpg and IMG_1.heic would both become IMG_1.jpg; the first keeps the name, the second becomes IMG_1.heic.jpg.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath

from mediakit.errors import ClashError
from mediakit.model import Kind, Source

MAX_NAME_BYTES = 255
LONGEST_ENDING = len("-99.cover.jpg")
PART = "part"
"""The fact of a deliverable that is one of several files of a clip: {"number": 1, "of": 3}."""
_COUNT = re.compile(r"-[0-9]+$")
PLAIN_SUFFIXES = {Kind.PHOTO: (".jpg", ".jpeg"), Kind.CLIP: (".mp4",)}


def distinct_paths(sources: Sequence[Source]) -> dict[str, str]:
    """For each source's `rel` the path of its outputs below the target's folder, without the ending.

    Names that differ only by case or by Unicode form count as one, as they do on a phone's or a Mac's disk. A photo and a
    clip may share a name (the halves of a Live Photo do): their endings differ.
    Raises ClashError where two sources still share one path after the second was given its full name.
    """
    taken: dict[tuple[Kind, str], str] = {}
    paths: dict[str, str] = {}
    for source in sorted(sources, key=_claim):
        stem, full = _stem(source.rel), _shortened(source.rel)
        chosen = stem if (source.kind, _key(stem)) not in taken else full
        holder = taken.setdefault((source.kind, _key(chosen)), source.rel)
        if holder != source.rel:
            raise ClashError(
                f"{holder} and {source.rel} would share the output {chosen}.",
                "Rename one of the two, or process them from two folders.",
            )
        paths[source.rel] = chosen
    return paths


def part_path(path: str, number: int) -> str:
    """What one of several files made of a clip is called: `a/b.mp4` and 2 give `a/b-2.mp4`."""
    whole = PurePosixPath(path)
    return str(whole.with_name(f"{whole.stem}-{number}{whole.suffix}"))


def clear_of_parts(paths: dict[str, str], sources: Sequence[Source]) -> dict[str, str]:
    """The same, but a clip whose parts another clip's name could meet (IMG_1.mov beside IMG_1-1.mov) gets its full name."""
    clips = [source.rel for source in sources if source.kind is Kind.CLIP and source.rel in paths]
    counted = {_key(_COUNT.sub("", paths[rel])) for rel in clips if _COUNT.search(paths[rel])}
    return {**paths, **{rel: _shortened(rel) for rel in clips if _key(paths[rel]) in counted}}


def split_ending(rel: str) -> tuple[str, str]:
    """("a/b", ".jpg") of "a/b.jpg". As text: of a hundred thousand names, making paths takes longer than all the rest."""
    dot = rel.rfind(".")
    start = rel.rfind("/") + 1
    return (rel[:dot], rel[dot:]) if start < dot < len(rel) - 1 else (rel, "")


def _claim(source: Source) -> tuple[bool, str]:
    """Who comes first to a name: a source whose ending the output keeps, then by name."""
    return split_ending(source.rel)[1].lower() not in PLAIN_SUFFIXES[source.kind], source.rel


def _stem(rel: str) -> str:
    return _shortened(split_ending(rel)[0])


def _shortened(rel: str) -> str:
    """`rel` with a name that leaves room for the longest ending; a cut name ends in a hash, so it stays distinct."""
    folder, slash, name = rel.rpartition("/")
    room = MAX_NAME_BYTES - LONGEST_ENDING
    raw = name.encode("utf-8", "surrogateescape")
    if len(raw) <= room:
        return rel
    mark = "~" + hashlib.sha256(raw).hexdigest()[:8]
    return folder + slash + raw[: room - len(mark)].decode("utf-8", "ignore") + mark


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
