"""Looks into a file that has been quiet: is all of it there?

Headers and ends only, nothing is decoded in full. A file that is damaged for good looks the same as one of which the rest is
still on its way, so what is found here only makes it wait; the batch is who refuses.
"""

from __future__ import annotations

from mediakit.errors import Fault, FileError
from mediakit.model import Kind, Source
from mediakit.presets.schema import Limits

_MAY_STILL_COME = frozenset({Fault.EMPTY, Fault.TRUNCATED, Fault.CORRUPT, Fault.NOT_MEDIA, Fault.UNREADABLE})


def what_is_missing(source: Source, limits: Limits) -> str:
    """In words why the file is not whole; "" where it is, or where waiting would not mend it."""
    try:
        if source.kind is Kind.PHOTO:
            from mediakit.photo.open import peek

            peek(source.path, limits)
        else:
            from mediakit.video.probe import probe

            probe(source.path, limits, thorough=False)
    except FileError as error:
        return error.message if error.code in _MAY_STILL_COME else ""
    except OSError as error:
        return f"It cannot be read ({error.strerror})."
    return ""
