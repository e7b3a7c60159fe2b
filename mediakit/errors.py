"""Everything that can go wrong, by name.

MediakitError
+- SetupError            nothing sensible can be made: the run ends before anything is written
|  +- UsageError         a name on the command line that does not exist      exit 2
|  +- DataError          a preset or a platform file does not load           exit 3
|  +- MissingPartError   ffmpeg, a model or an extra is not there            exit 4
|  +- ClashError         two sources, or two runs, would write one path      exit 5
|  +- NothingToDoError   no photo and no clip was found                      exit 6
+- FileError             one file could not be made: a row in the report; the run goes on and exits 1 at its end

A number, once shipped, keeps its meaning. Every error names what is wrong (`message`) and what to do next (`hint`).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process tells the shell."""

    OK = 0
    SOME_FAILED = 1
    USAGE = 2
    DATA_INVALID = 3
    MISSING_PART = 4
    CLASH = 5
    NOTHING_TO_DO = 6
    INTERRUPTED = 130


class Fault(StrEnum):
    """What can be wrong with one file. The values are interface: manifest.json carries them."""

    EMPTY = "empty"  # zero bytes
    UNREADABLE = "unreadable"  # permission, vanished, not a regular file
    NOT_MEDIA = "not-media"  # the bytes are no picture and no clip
    MISLABELLED = "mislabelled"  # a picture or clip, but not what its name says
    POLYGLOT = "polyglot"  # a second file (an archive, a script) hides behind the picture
    TRUNCATED = "truncated"  # the end is missing
    CORRUPT = "corrupt"  # damaged inside
    TOO_LARGE = "too-large"  # over the pixel, frame, byte or duration limit
    TOO_SMALL = "too-small"  # a side of a few pixels: nothing to post
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    UNSUPPORTED_FORMAT = "unsupported-format"  # a container that is not on the whitelist
    UNSUPPORTED_CODEC = "unsupported-codec"
    NO_PICTURE = "no-picture"  # a clip with sound only
    TIMED_OUT = "timed-out"
    OUT_OF_MEMORY = "out-of-memory"
    CRASHED = "crashed"  # the worker process died on this file, twice
    CHECK_FAILED = "check-failed"  # what was rendered does not conform to its surface
    DISK_FULL = "disk-full"
    NOT_WRITABLE = "not-writable"
    MISSING_PART = "missing-part"  # this file needs an extra that is not installed
    PRESET_ASSET = "preset-asset"  # a file of the preset (bed, logo, look) cannot be used
    CHANGED = "changed"  # the source changed while it was being read
    INCOMPLETE = "incomplete"  # watched: the rest of it has not arrived yet
    INTERNAL = "internal"  # our own mistake; the log has the traceback


class MediakitError(Exception):
    """Root of the tree. `message` says what is wrong, `hint` what to do next; both are plain sentences."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class SetupError(MediakitError):
    """The run ends before anything is written."""

    exit_code: ClassVar[ExitCode] = ExitCode.SOME_FAILED


class UsageError(SetupError):
    """A name typed on the command line does not exist, or two options contradict each other."""

    exit_code = ExitCode.USAGE


class DataError(SetupError):
    """A preset or platform file does not load, or contradicts itself. The message names file and key."""

    exit_code = ExitCode.DATA_INVALID


class MissingPartError(SetupError):
    """ffmpeg, a model or an optional package is not there. The hint says how to get it."""

    exit_code = ExitCode.MISSING_PART


class ClashError(SetupError):
    """Two sources (or two runs) would write one path, or the output lies inside the shoot."""

    exit_code = ExitCode.CLASH


class NothingToDoError(SetupError):
    """No photo and no clip was found."""

    exit_code = ExitCode.NOTHING_TO_DO


class FileError(MediakitError):
    """One file could not be made. `code` is a `Fault`; the batch goes on."""

    def __init__(self, code: Fault, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.code = code

    def __reduce__(self) -> tuple[type[FileError], tuple[Fault, str, str]]:
        return type(self), (self.code, self.message, self.hint)
