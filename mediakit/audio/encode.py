"""Writes the finished sound: AAC-LC, 48 kHz, stereo, in an .m4a whose stream goes into every deliverable as it is.

The encoder's start-up delay is declared in the file's edit list, so what plays begins with the first sample given and
has as many samples as were given. Encoder and file are one room with the player: each packet is decoded again as it is
written, so that what the file sounds like is known without reading it back.

ffmpeg's "fast" coder is not made for synthetic sound, in whose empty bands it searches long for nothing (a pure tone
takes it three times as long as music), so what is heard gets the dither of a 16-bit recording first: triangular, two
steps wide, at -99 dBFS (Lipshitz, Wannamaker and Vanderkooy, "Quantization and dither: a theoretical survey", 1992).
Digital silence stays silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from mediakit.audio.pcm import BLOCK, RATE, Block, disk_trouble, even
from mediakit.audio.pieces import CODER, PACKET, encode

if TYPE_CHECKING:
    from av.packet import Packet

_EXACT_TO_THE_SAMPLE = {"movie_timescale": str(RATE)}
_STEP = 2.0**-15


def write_aac(
    path: Path,
    blocks: Iterable[Block],
    *,
    kbps: int,
    threads: int = 1,
    played: Callable[[Block], None] | None = None,
) -> int:
    """Encode `blocks` to a new file at `path` and say how many samples there were.

    kbps: bit rate of both channels together. played: is given, block by block, what the file plays.
    Raises FileError DISK_FULL or NOT_WRITABLE.
    """
    import av

    samples = 0
    try:
        with av.open(str(path), "w", format="ipod", options=_EXACT_TO_THE_SAMPLE) as container:
            stream = container.add_stream("aac", rate=RATE, layout="stereo", options=CODER)
            stream.bit_rate = kbps * 1000
            container.start_encoding()
            player = _Player(stream.codec_context.extradata, played)
            for packet in encode(_dithered(blocks), kbps=kbps, threads=threads):
                samples += player.play(packet)
                packet.stream = stream
                container.mux_one(packet)
            player.finish()
    except (av.error.OSError, OSError) as why:
        path.unlink(missing_ok=True)
        raise disk_trouble(why) from why
    return samples


class _Player:
    """Decodes packets one by one, as a player of the file does: without the encoder's start-up, nothing behind the end.

    What plays is handed to `played` in blocks of half a second.
    """

    def __init__(self, config: bytes | None, played: Callable[[Block], None] | None) -> None:
        import av

        self._decoder = av.CodecContext.create("aac", "r")
        self._decoder.extradata = config
        self._played = played
        self._decoded = av.AudioFifo()
        self._starting_up = True
        self._left = 0

    def play(self, packet: Packet[Any]) -> int:
        """How many samples `packet` adds: those from 0 on, as many as it says it lasts."""
        for frame in cast(list[Any], self._decoder.decode(packet)):
            frame.pts = None  # else the queue works out the time of each frame
            self._decoded.write(frame)
        added = max(0, (packet.duration or 0) - max(0, -(packet.pts or 0)))
        self._left += added
        while self._left >= BLOCK and self._decoded.samples > BLOCK + PACKET:
            self._hand_over(BLOCK)
        return added

    def finish(self) -> None:
        """Hand over what is left."""
        while self._left:
            self._hand_over(min(BLOCK, self._left))

    def _hand_over(self, samples: int) -> None:
        if self._starting_up:
            self._decoded.read(PACKET)
            self._starting_up = False
        frame = self._decoded.read(samples)
        self._left -= samples
        if self._played is not None and frame is not None:
            self._played(cast(Block, frame.to_ndarray()))


def _dithered(blocks: Iterable[Block]) -> Iterator[Block]:
    """The sound as it would come from a 16-bit recording; blocks with nothing in them stay as they are.

    Where both sides play the same, one of them comes out: such sound is encoded once (see `alike`).
    """
    noise, at = _dither(), 0
    for block in even(blocks):
        sides = 1 if np.array_equal(block[0], block[1]) else 2
        heard = block[:sides]
        yield heard + noise[:sides, at : at + block.shape[1]] if heard.any() else heard
        at = (at + BLOCK) % RATE


@cache
def _dither() -> Block:
    """A second of it, always the same, so that the same sound becomes the same file: a hash makes even numbers."""
    dice = np.frombuffer(hashlib.shake_128(b"dither").digest(2 * 2 * RATE * 2), "<u2").reshape(2, 2, RATE)
    noise: Block = (dice[0].astype(np.float32) - dice[1].astype(np.float32)) * np.float32(_STEP / 65536)
    return noise
