"""A post's folder and its archive below OUT: written file by file, each whole or not at all, and only what is not there.

Pictures are hard links to the checked deliverables, copies where the disk has no links. The archive holds the same files
uncompressed, with a fixed date, so the same post makes the same bytes. What an earlier, longer post left is removed.
"""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from mediakit.batch.outfolder import file_hash, published
from mediakit.batch.post_values import PostPicture

CAPTION = "caption.txt"
CHECKLIST = "checklist.txt"
_OURS = re.compile(r"\d\d+(\.cover)?\.(jpg|mp4)|caption\.txt|checklist\.txt")
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every entry of the archive; the first one a zip file can say."""


def write_post(
    out: Path, folder: str, archive: str, pictures: Sequence[PostPicture], texts: Mapping[str, str]
) -> Literal["made", "kept"]:
    """Make `out/folder` and `out/archive` what the post is. Returns "kept" where nothing had to be written.

    Raises FileError where the disk refuses.
    """
    place = out / folder
    place.mkdir(parents=True, exist_ok=True)
    written = [_linked(out / one.deliverable, place / one.file, one.sha256) for one in pictures]
    written += [_text(place / name, text) for name, text in texts.items()]
    wanted = {one.file for one in pictures} | set(texts)
    stale = [path for path in place.iterdir() if path.name not in wanted and _OURS.fullmatch(path.name)]
    for path in stale:
        path.unlink()
    names = sorted(wanted)
    fresh = any(written) or bool(stale) or not _holds(out / archive, place, names)
    if fresh:
        _archived(out / archive, place, names)
    return "made" if fresh else "kept"


def _linked(origin: Path, final: Path, sha256: str) -> bool:
    """Put the deliverable at `final`. False where it is there already."""
    if final.is_file() and not final.is_symlink():
        if final.samefile(origin):
            return False
        if final.stat().st_size == origin.stat().st_size and file_hash(final) == sha256:
            return False
    with published(final) as temporary:
        try:
            os.link(origin, temporary)
        except OSError:  # another disk, or one without links
            shutil.copyfile(origin, temporary)
    return True


def _text(final: Path, text: str) -> bool:
    raw = text.encode("utf-8")
    if final.is_file() and not final.is_symlink() and final.read_bytes() == raw:
        return False
    with published(final) as temporary:
        temporary.write_bytes(raw)
    return True


def _holds(archive: Path, place: Path, names: Sequence[str]) -> bool:
    """Whether an archive is there that names these files, with their sizes; asked where none of them was written anew."""
    try:
        with zipfile.ZipFile(archive) as found:
            listed = [(entry.filename, entry.file_size) for entry in found.infolist()]
    except (OSError, zipfile.BadZipFile):
        return False
    return listed == [(name, (place / name).stat().st_size) for name in names]


def _archived(final: Path, place: Path, names: Sequence[str]) -> None:
    with published(final) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.file_size = (place / name).stat().st_size
            with archive.open(entry, "w") as sink, (place / name).open("rb") as origin:
                shutil.copyfileobj(origin, sink, 1 << 20)
