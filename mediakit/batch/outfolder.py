"""The output folder: one run at a time, nothing half-written left behind.

Everything of ours that is no deliverable lies in OUT/.mediakit: the ledger, the lock, previews, scratch. A deliverable is
written under a temporary name beside its final place (the same file system, so the rename is atomic), and temporary
names are swept when a run begins, since only a killed run leaves them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from threading import Thread
from typing import IO

from mediakit.errors import ClashError, Fault, FileError, UsageError

HOME = ".mediakit"
_HASHED_BYTES = 4 << 20
TEMPORARY = ".mediakit-tmp-"


def home(out: Path) -> Path:
    """OUT/.mediakit."""
    return out / HOME


def ledger_path(out: Path) -> Path:
    """The ledger's file."""
    return home(out) / "ledger.sqlite"


def scratch_room(out: Path) -> Path:
    """Where intermediate files of all jobs lie; swept with what a killed run left there."""
    room = home(out) / "scratch"
    room.mkdir(parents=True, exist_ok=True)
    return room


def scratch(out: Path) -> Path:
    """A new, empty folder for one job's intermediate files; the caller removes it."""
    folder = scratch_room(out) / uuid.uuid4().hex
    folder.mkdir()
    return folder


@contextmanager
def only_run(out: Path, *, below: bool = True) -> Iterator[None]:
    """Hold the folder for one run, and sweep what a killed one left.

    below: False where the folder need not be all ours, as the one a single file is written to: what lies in folders below
    it is then left alone. Raises ClashError where another run holds it, UsageError where it cannot be written to.
    """
    try:
        home(out).mkdir(parents=True, exist_ok=True)
        lock = (home(out) / "lock").open("a+b")
    except OSError as error:
        raise UsageError(f"{out} cannot be written to ({error.strerror}).", "Choose another --out.") from error
    with lock:
        if not _locked(lock):
            raise ClashError(f"Another mediakit is working in {out}.", "Wait for it, or choose another --out.")
        sweep(out, below=below)
        yield


class Pending:
    """A file on its way to its final name: write to `path`, then `publish`, or `discard` what was written.

    The temporary name is short, so that a final name of 255 bytes has room, and keeps the ending, which encoders read.
    """

    def __init__(self, final: Path) -> None:
        self.final = final
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _disk_error(final, error) from error
        self.path = final.parent / f"{TEMPORARY}{uuid.uuid4().hex}{final.suffix}"

    def flush(self) -> None:
        """Begin writing to disk what is there, so that `publish` has less to wait for. A refusal shows there."""
        with contextlib.suppress(OSError):
            _flush(self.path)

    def publish(self, *, flush_folder: bool = True) -> None:
        """Flush to disk and rename. Raises FileError where the disk refuses."""
        try:
            _flush(self.path)
            self.path.replace(self.final)
            if flush_folder:
                _flush(self.final.parent)
        except OSError as error:
            raise _disk_error(self.final, error) from error

    def discard(self) -> None:
        """Remove what was written; nothing happens where it was published."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


@contextmanager
def published(final: Path, *, flush_folder: bool = True) -> Iterator[Path]:
    """A temporary path to write to; on leaving without an error it is flushed to disk and takes its final name.

    After an error, whatever was written is gone. flush_folder: False where the caller sees to it that the new name
    reaches the disk before anything speaks of it (`flush_folders`).
    """
    pending = Pending(final)
    try:
        try:
            yield pending.path
        except OSError as error:
            raise _disk_error(final, error) from error
        pending.publish(flush_folder=flush_folder)
    finally:
        pending.discard()


@contextmanager
def flushed_meanwhile(path: Path) -> Iterator[None]:
    """Flush a written file to disk while the body works on: waiting for the disk costs no time of its own.

    What the disk refuses is raised when the file is published, which flushes again what is left.
    """
    flush = Thread(target=_try_flush, args=[path], daemon=True)
    flush.start()
    try:
        yield
    finally:
        flush.join()


def flush_folders(files: Iterable[Path]) -> None:
    """Make the names of published files reach the disk."""
    for folder in {file.parent for file in files}:
        _flush(folder)


def file_hash(path: Path | str) -> str:
    """SHA-256 of a file, in hex. In large pieces, so that it need not wait for busy threads between them."""
    digest = hashlib.sha256()
    with FileIO(path) as stream:
        expected = os.fstat(stream.fileno()).st_size
        buffer = memoryview(bytearray(max(1, min(expected, _HASHED_BYTES))))  # clearing it costs more than a small file
        while size := stream.readinto(buffer):
            digest.update(buffer[:size])
    return digest.hexdigest()


def _locked(lock: IO[bytes]) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows
        return _locked_on_windows(lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _locked_on_windows(lock: IO[bytes]) -> bool:
    import importlib

    msvcrt = importlib.import_module("msvcrt")
    lock.seek(0)
    try:
        msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


def sweep(out: Path, *, below: bool = True) -> None:
    """Remove temporary files and scratch that a killed run left, in folders `below` as well."""
    shutil.rmtree(home(out) / "scratch", ignore_errors=True)
    for folder, folders, names in os.walk(out):
        folders[:] = [name for name in folders if below and name != HOME]
        for name in names:
            if name.startswith(TEMPORARY):
                Path(folder, name).unlink(missing_ok=True)


def _try_flush(path: Path) -> None:
    with contextlib.suppress(OSError):
        _flush(path)


def _flush(path: Path) -> None:
    with contextlib.suppress(PermissionError):  # a folder cannot be opened everywhere
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _disk_error(final: Path, error: OSError) -> FileError:
    import errno

    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return FileError(
            Fault.DISK_FULL, f"The disk filled up while writing {final.name}.", "Free some space and run again."
        )
    return FileError(
        Fault.NOT_WRITABLE,
        f"{final.name} could not be written ({error.strerror}).",
        "Check the output folder and run again.",
    )
