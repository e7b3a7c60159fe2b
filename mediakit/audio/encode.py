"""Writes the finished sound: AAC-LC, 48 kHz, stereo, in an .m4a whose stream goes into every deliverable as it is.

The encoder's start-up delay is declared in the file's edit list, so what plays begins with the first sample given and
has as many samples as were given. The "fast" coder of ffmpeg's AAC encoder is used on purpose: from 64 kbps a channel
upwards it is both closer to the original (measured here at 128 kbps: 4 to 5 dB less error) and twice as quick. It is not
made for synthetic sound, in whose empty bands it searches long for nothing (a pure tone takes it three times as long as
music), so what is heard gets the dither of a 16-bit recording first: triangular, two steps wide, at -99 dBFS (Lipshitz,
Wannamaker and Vanderkooy, "Quantization and dither: a theoretical survey", 1992). Digital silence stays silence.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from mediakit.audio.pcm import RATE, Block, disk_trouble

_CODER = {"aac_coder": "fast"}
_EXACT_TO_THE_SAMPLE = {"movie_timescale": str(RATE)}
_STEP = 2.0**-15


def write_aac(path: Path, blocks: Iterable[Block], *, kbps: int) -> int:
    """Encode `blocks` to a new file at `path` and say how many samples there were.

    kbps: bit rate of both channels together. Raises FileError DISK_FULL or NOT_WRITABLE.
    """
    import av

    samples = 0
    try:
        with av.open(str(path), "w", format="ipod", options=_EXACT_TO_THE_SAMPLE) as container:
            stream = container.add_stream("aac", rate=RATE, layout="stereo", options=_CODER)
            stream.bit_rate = kbps * 1000
            for block in blocks:
                if not block.shape[1]:
                    continue
                frame = av.AudioFrame.from_ndarray(_dithered(block), format="fltp", layout="stereo")
                frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), samples
                samples += block.shape[1]
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except (av.error.OSError, OSError) as why:
        path.unlink(missing_ok=True)
        raise disk_trouble(why) from why
    return samples


def _dithered(block: Block) -> Block:
    """`block` as it would come from a 16-bit recording, contiguous; untouched where there is nothing in it."""
    if not block.any():
        return np.ascontiguousarray(block)
    noise = _dither()
    return np.concatenate(
        [block[:, at : at + RATE] + noise[:, : block.shape[1] - at] for at in range(0, block.shape[1], RATE)], axis=1
    )


@cache
def _dither() -> Block:
    """A second of it, always the same, so that the same sound becomes the same file."""
    dice = np.random.default_rng(16)
    noise: Block = dice.random((2, RATE), np.float32) + dice.random((2, RATE), np.float32) - np.float32(1.0)
    return noise * np.float32(_STEP)
