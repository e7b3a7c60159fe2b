"""ffmpeg: where it is, how a file is handed to it, how it is run, and what its failures are called.

Promise: ffmpeg opens only the file it is given, with the demuxer it is told (a playlist or a concat script that calls
itself .mp4 cannot make it open another file or a connection), reads names with colons, dashes, quotes or line breaks
literally, and never waits for a key. Its failures come back as FileErrors with a Fault.
Callers: audio, video. Limits: there is no ffprobe beside the bundled ffmpeg; facts about a file come from PyAV.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from mediakit.errors import Fault, FileError, MissingPartError
from mediakit.tools.child import Ended, run_child

ENV_FFMPEG = "MEDIAKIT_FFMPEG"
QUIET = ("-nostdin", "-hide_banner", "-nostats", "-loglevel", "error")

Demuxer = str
"""An ffmpeg demuxer by name, such as `mov` or `matroska`."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a finished run said. `stderr` is its end; `error_lines` counts every line it wrote there."""

    stderr: str
    error_lines: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """How far ffmpeg has come in the output."""

    frame: int
    time_s: float


def find_ffmpeg() -> Path:
    """The ffmpeg to use: $MEDIAKIT_FFMPEG, else the one imageio-ffmpeg brings, else the one on the PATH.

    Raises MissingPartError where there is none, or where $MEDIAKIT_FFMPEG names something that cannot be run.
    """
    return _find_ffmpeg(os.environ.get(ENV_FFMPEG, ""))


@cache
def _find_ffmpeg(named: str) -> Path:
    if named:
        path = shutil.which(named)
        if path is None:
            raise MissingPartError(
                f"{ENV_FFMPEG} names {named!r}, which is no program that can be run.",
                f"Unset {ENV_FFMPEG} to use the ffmpeg that comes with mediakit, or point it at an ffmpeg binary.",
            )
        return Path(path)
    found = _bundled() or shutil.which("ffmpeg")
    if found is None:
        raise MissingPartError(
            "ffmpeg was not found, so clips cannot be made.",
            f"Install it with `pip install imageio-ffmpeg`, or point {ENV_FFMPEG} at an ffmpeg binary.",
        )
    return Path(found)


def _bundled() -> str | None:
    """The binary in imageio-ffmpeg's wheel. Asked for it, the package would run it once to see that it runs."""
    found = find_spec("imageio_ffmpeg")
    if found is None or found.origin is None:
        return None
    binaries = sorted((Path(found.origin).parent / "binaries").glob("ffmpeg-*"))
    return str(binaries[0]) if binaries else None


def file_url(path: Path) -> str:
    """The name as ffmpeg reads it literally: `file:` keeps a colon or a leading dash from meaning anything."""
    return f"file:{path}" if path.is_absolute() else f"file:./{path}"


def input_args(path: Path, demuxer: Demuxer, *options: str) -> list[str]:
    """`options` and `-i` for one input: this file alone, opened as `demuxer` and as nothing else."""
    return [
        *("-protocol_whitelist", "file,pipe"),
        *("-format_whitelist", demuxer),
        *("-f", demuxer),
        *options,
        *("-i", file_url(path)),
    ]


def run_ffmpeg(
    args: Sequence[str],
    *,
    timeout_s: float,
    on_progress: Callable[[Progress], None] | None = None,
    cwd: Path | None = None,
) -> Ran:
    """Run ffmpeg with `args` (inputs, filters, outputs; existing outputs are overwritten).

    Raises FileError: timed-out, disk-full, not-writable, out-of-memory, unsupported-codec, corrupt, crashed or
    internal; MissingPartError where ffmpeg is not there.
    """
    report = _ProgressReader(on_progress) if on_progress is not None else None
    wanted = ("-progress", "pipe:1", "-stats_period", "0.5") if report is not None else ()
    command = [str(find_ffmpeg()), *QUIET, "-y", *wanted, *args]
    ended = _start(command, timeout_s, on_line=report, cwd=cwd)
    return _checked(ended, timeout_s)


def _start(
    command: list[str],
    timeout_s: float,
    *,
    on_line: Callable[[str], None] | None = None,
    cwd: Path | None = None,
) -> Ended:
    try:
        return run_child(command, timeout_s=timeout_s, on_line=on_line, cwd=cwd)
    except (FileNotFoundError, PermissionError) as error:
        raise MissingPartError(
            f"ffmpeg at {command[0]} could not be started: {error.strerror}.",
            f"Reinstall imageio-ffmpeg, or point {ENV_FFMPEG} at another ffmpeg.",
        ) from error


class _ProgressReader:
    """Collects ffmpeg's `key=value` lines and calls back at the end of each block."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self.tell = tell
        self.block: dict[str, str] = {}

    def __call__(self, line: str) -> None:
        key, _, value = line.partition("=")
        self.block[key] = value
        if key == "progress":
            self.tell(Progress(_number(self.block.get("frame")), _number(self.block.get("out_time_us")) / 1e6))


def _number(text: str | None) -> int:
    """ffmpeg writes N/A before the first frame."""
    return int(text) if text and text.lstrip("-").isdigit() else 0


def _checked(ended: Ended, timeout_s: float) -> Ran:
    if ended.timed_out:
        raise FileError(
            Fault.TIMED_OUT,
            f"ffmpeg was stopped after {timeout_s:.0f} s.",
            "Try again with fewer jobs at once; if it happens again, the file itself is at fault: export it anew.",
        )
    if ended.code != 0:
        raise failure(ended.code, ended.stderr)
    return Ran(ended.stderr, ended.error_lines, ended.seconds)


_SIGNS: tuple[tuple[str, Fault, str, str], ...] = (
    (
        "No space left on device",
        Fault.DISK_FULL,
        "The disk filled up while it was written.",
        "Free some space, then run again: what is finished stays.",
    ),
    ("Disk quota exceeded", Fault.DISK_FULL, "The disk quota is used up.", "Free some space, then run again."),
    ("File too large", Fault.DISK_FULL, "The output grew larger than this disk allows.", "Use another output folder."),
    ("Read-only file system", Fault.NOT_WRITABLE, "The output folder is read-only.", "Use another output folder."),
    ("Permission denied", Fault.NOT_WRITABLE, "ffmpeg was denied access.", "Check the rights of file and folder."),
    ("Cannot allocate memory", Fault.OUT_OF_MEMORY, "ffmpeg ran out of memory.", "Run again with fewer jobs at once."),
    ("Decoder not found", Fault.UNSUPPORTED_CODEC, "ffmpeg has no decoder for it.", "Export it as H.264 or HEVC."),
    ("no decoder found", Fault.UNSUPPORTED_CODEC, "ffmpeg has no decoder for it.", "Export it as H.264 or HEVC."),
    ("partial file", Fault.TRUNCATED, "The end of the file is missing.", "Copy it from the phone again."),
    ("moov atom not found", Fault.TRUNCATED, "The end of the file is missing.", "Copy it from the phone again."),
    ("Invalid data found", Fault.CORRUPT, "The file is damaged.", "Copy it from the phone again, or export it anew."),
    ("Error rate exceeds", Fault.CORRUPT, "The file is damaged.", "Copy it from the phone again, or export it anew."),
)


def failure(code: int, stderr: str) -> FileError:
    """What a run that ended with `code` should be called, from the last things it said."""
    last = next((line for line in reversed(stderr.splitlines()) if line.strip()), "it said nothing")
    for sign, fault, message, hint in _SIGNS:
        if sign.lower() in stderr.lower():
            return FileError(fault, message, hint)
    if code < 0:
        return FileError(
            Fault.CRASHED,
            f"ffmpeg was ended by signal {-code}.",
            "Run again; if it happens again, export the file anew.",
        )
    return FileError(Fault.INTERNAL, f"ffmpeg failed with code {code}: {last[:200]}", "Please report this as a bug.")
