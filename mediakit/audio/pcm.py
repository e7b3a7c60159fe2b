"""Sound as numbers: what every part of this room hands to the next.

A *block* is a float32 array of shape (2, n): left and right, 48 kHz, full scale at +-1.0. Blocks of any length follow
each other without gaps, so no step ever holds a whole clip. A `Scratch` keeps such a run of blocks on disk between two
passes (8 bytes a sample: 23 MB a minute) and is read back with plain reads, so it never counts as memory in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from mediakit.errors import Fault, FileError
from mediakit.model import Seconds

RATE = 48_000
"""Samples a second of everything between decoder and encoder."""
CHANNELS = 2
BLOCK = RATE // 2
"""Samples of a block, where we choose."""

Block = NDArray[np.float32]
"""(2, n) float32, 48 kHz, full scale at +-1.0."""

_SAMPLE_BYTES = 4 * CHANNELS


def to_samples(seconds: Seconds | float) -> int:
    """The nearest whole number of samples."""
    return round(seconds * RATE)


def silence(samples: int) -> Block:
    """`samples` of nothing."""
    return np.zeros((CHANNELS, samples), np.float32)


class Scratch:
    """A run of blocks in a private file. Written once from start to end, then read as often as needed.

    Raises FileError DISK_FULL or NOT_WRITABLE when the disk does not take it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples = 0
        try:
            self._file = path.open("wb")
        except OSError as why:
            raise disk_trouble(why) from why

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()
        if kind is not None:
            self.path.unlink(missing_ok=True)

    def append(self, block: Block) -> None:
        """Write `block` at the end."""
        try:
            self._file.write(np.ascontiguousarray(block.T, "<f4").tobytes())
        except OSError as why:
            raise disk_trouble(why) from why
        self.samples += block.shape[1]

    def blocks(self, samples: int = BLOCK, *, first: int = 0, last: int | None = None) -> Iterator[Block]:
        """What was written, from sample `first` to before `last`, in blocks of `samples` (the last may be shorter)."""
        self._flush()
        end = self.samples if last is None else min(last, self.samples)
        with self.path.open("rb") as file:
            file.seek(first * _SAMPLE_BYTES)
            for at in range(first, end, samples):
                count = min(samples, end - at)
                raw = np.frombuffer(file.read(count * _SAMPLE_BYTES), "<f4")
                yield np.ascontiguousarray(raw.reshape(-1, CHANNELS).T, np.float32)

    def part(self, first: int, last: int) -> Block:
        """Samples `first` to before `last` in one block; what lies outside the file is silence."""
        inside_first, inside_last = max(0, first), min(self.samples, last)
        found = list(self.blocks(max(1, inside_last - inside_first), first=inside_first, last=inside_last))
        pieces = [silence(min(last, inside_first) - first), *found, silence(last - max(first, inside_last))]
        return np.concatenate([piece for piece in pieces if piece.shape[1]] or [silence(0)], axis=1)

    def _flush(self) -> None:
        if not self._file.closed:
            try:
                self._file.flush()
            except OSError as why:
                raise disk_trouble(why) from why


def even(blocks: Iterable[Block], samples: int = BLOCK) -> Iterator[Block]:
    """The same sound in blocks of exactly `samples`, the last one shorter: two runs can then be taken side by side."""
    waiting: list[Block] = []
    count = 0
    for block in blocks:
        waiting.append(block)
        count += block.shape[1]
        if count >= samples:
            whole = np.concatenate(waiting, axis=1)
            rest = count % samples
            for at in range(0, count - rest, samples):
                yield whole[:, at : at + samples]
            waiting, count = [whole[:, count - rest :]], rest
    if count:
        yield np.concatenate(waiting, axis=1)


def write_scratch(path: Path, blocks: Iterable[Block]) -> Scratch:
    """Write all of `blocks` to a new scratch file at `path`."""
    with Scratch(path) as scratch:
        for block in blocks:
            scratch.append(block)
    return scratch


def disk_trouble(why: OSError) -> FileError:
    """An error of the file system while the sound was being made, in words."""
    import errno

    if why.errno in (errno.ENOSPC, errno.EDQUOT):
        return FileError(Fault.DISK_FULL, "The disk is full while the sound was being made.", "Free space, run again.")
    return FileError(
        Fault.NOT_WRITABLE,
        f"The sound could not be written: {why.strerror or why}.",
        "Check the output folder's permissions.",
    )
