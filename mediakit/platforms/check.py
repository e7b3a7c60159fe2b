"""Does a file conform to its surface? Reopened from disk, by other means than it was written with.

`check_file` serves our own outputs (`expect` given: every house rule blocks) and files from any tool (`expect` None).
A rule that is not met is a failed `Check`; only a file that cannot be read or decoded is a FileError.
"""

from __future__ import annotations

from pathlib import Path

from mediakit.errors import Fault, FileError
from mediakit.model import Check, Kind
from mediakit.platforms.schema import ClipSpec, PhotoSpec, Target
from mediakit.platforms.targets import takes
from mediakit.platforms.verdicts import Expected, Held, conforms
from mediakit.tools.sniff import AUDIO_FORMATS, kind_of_format, sniff

__all__ = ["Expected", "check_file", "conforms", "kind_of_file"]


def check_file(path: Path, target: Target, *, expect: Expected | None = None) -> tuple[Check, ...]:
    """Every rule of `target` held against the file at `path`; `conforms` draws the conclusion.

    Raises FileError where the file is empty, unreadable, no picture and no clip, or cannot be decoded.
    """
    fmt, kind = _format_and_kind(path)
    held = Held(expect)
    if not takes(target, kind):
        held.hold("kind", False, kind.value, [other.value for other in Kind if takes(target, other)])
        return tuple(held.checks)
    spec = target.surface.spec(kind)
    if isinstance(spec, PhotoSpec):
        from mediakit.platforms.check_photo import check_photo

        check_photo(held, path, fmt, target, spec)
    elif isinstance(spec, ClipSpec):
        from mediakit.platforms.check_clip import check_clip

        check_clip(held, path, fmt, target, spec)
    return tuple(held.checks)


def kind_of_file(path: Path) -> Kind:
    """Photo or clip, by the file's first bytes. Raises FileError where it is neither."""
    return _format_and_kind(path)[1]


def _format_and_kind(path: Path) -> tuple[str, Kind]:
    fmt = sniff(path)
    kind = None if fmt is None else kind_of_format(fmt)
    if fmt is None or kind is None:
        if fmt in AUDIO_FORMATS:
            raise FileError(Fault.NO_PICTURE, "The file has sound only.", "Give a photo or a clip.")
        raise FileError(Fault.NOT_MEDIA, "The file is no picture and no clip.", "Give a photo or a clip.")
    return fmt, kind
