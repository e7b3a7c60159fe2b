"""Decode a little of a clip, here and there: does it decode at all, is it damaged, which way up is it.

Short clips are decoded whole. Of longer ones whole groups of pictures are decoded from the beginning, the end and
evenly between, up to a budget of pixels, so the cost does not grow with the length.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mediakit.errors import Fault, FileError
from mediakit.model import Size
from mediakit.video.clip import Orientation
from mediakit.video.container import EXPORT_AGAIN

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from mediakit.video.opening import OpenClip
    from mediakit.video.timing import Timing

BUDGET_PX = 64_000_000
"""Decoded in all: 30 frames of 1080p, ten seconds of 640x360."""
PLACES = 5
_END_PX = 1_000_000_000
"""Decoded of a last group of pictures: 16 s of 1080p at 30 frames a second."""
COMBED_SHARE = 0.004
"""Share of pixels that must look combed before a frame marked as interlaced is believed to be."""


@dataclass(frozen=True, slots=True)
class Look:
    """What decoded frames say about themselves."""

    coded: Size
    sample_aspect: Fraction
    orientation: Orientation
    pix_fmt: str
    bit_depth: int
    interlaced: bool
    dolby_vision: bool


class _Seen:
    """Collects facts over the frames that were decoded."""

    def __init__(self) -> None:
        self.first: VideoFrame | None = None
        self.decoded = 0
        self.damaged = 0
        self.marked_interlaced = 0
        self.combed = 0.0

    def add(self, frame: VideoFrame) -> None:
        if self.first is None:
            self.first = frame
        self.decoded += 1
        self.damaged += frame.is_corrupt
        if frame.interlaced_frame:
            self.marked_interlaced += 1
            if self.marked_interlaced <= 12:
                self.combed = max(self.combed, combed_share(frame))


def look_inside(clip: OpenClip, index: int, timing: Timing, *, budget_px: int = BUDGET_PX) -> Look:
    """Decode from several places of the picture track `index`; with a budget of 0 just its first frame.

    Raises FileError: unsupported-codec (nothing decodes), corrupt (some does not).
    """
    stream = clip.stream(index)
    stream.codec_context.thread_count = 1
    area = max(1, stream.codec_context.width * stream.codec_context.height)
    frames = max(8, budget_px // area)
    seen = _Seen()
    if not budget_px:
        _decode_from(clip, stream, None, 1, seen)
    elif timing.frames <= frames:
        _decode_from(clip, stream, None, timing.frames + 64, seen)
    else:
        for place in range(PLACES):
            at = timing.start + timing.duration * Fraction(place, PLACES)
            _decode_from(clip, stream, at if place else None, frames // PLACES, seen)
    return _summary(seen, stream)


def decode_end(clip: OpenClip, index: int, timing: Timing) -> None:
    """After `look_inside`: decode the last group of pictures to its end, `_END_PX` of it at most.

    Raises FileError: corrupt.
    """
    stream = clip.stream(index)
    area = max(1, stream.codec_context.width * stream.codec_context.height)
    seen = _Seen()
    _decode_from(clip, stream, timing.start + timing.duration, max(8, _END_PX // area), seen)
    if seen.damaged:
        raise _damaged(seen)


def _decode_from(clip: OpenClip, stream: VideoStream, at: Fraction | None, frames: int, seen: _Seen) -> None:
    """Decode `frames` frames from the key frame before `at`, or from the beginning."""
    import av

    if at is not None:
        assert stream.time_base is not None
        try:
            clip.av.seek(int(at / stream.time_base), stream=stream)
        except av.error.FFmpegError:
            return  # containers without an index cannot seek; the beginning was looked at
    before = seen.decoded
    try:
        for packet in clip.packets(stream):
            with _damage_counted(seen, packet.size):
                for frame in packet.decode():
                    seen.add(frame)
            if seen.decoded - before >= frames:
                return
    except av.error.FFmpegError:
        seen.damaged += 1


@contextlib.contextmanager
def _damage_counted(seen: _Seen, packet_bytes: int) -> Iterator[None]:
    import av

    try:
        yield
    except av.error.EOFError:
        return
    except (av.error.FFmpegError, av.error.MemoryError) as error:
        if isinstance(error, av.error.PatchWelcomeError):
            raise _unsupported(str(error.strerror)) from error
        seen.damaged += packet_bytes > 0


def _summary(seen: _Seen, stream: VideoStream) -> Look:
    frame = seen.first
    if frame is None:
        if seen.damaged:
            raise FileError(Fault.CORRUPT, "None of its frames can be decoded.", EXPORT_AGAIN)
        raise _unsupported("no frame comes out of the decoder")
    if seen.damaged:
        raise _damaged(seen)
    kinds = set(_side_data(frame))
    components = frame.format.components
    return Look(
        coded=Size(frame.width, frame.height),
        sample_aspect=Fraction(stream.sample_aspect_ratio or 1),
        orientation=_orientation(frame),
        pix_fmt=frame.format.name,
        bit_depth=max(component.bits for component in components),
        interlaced=seen.marked_interlaced * 2 > seen.decoded and seen.combed > COMBED_SHARE,
        dolby_vision=bool(kinds & {"DOVI_METADATA", "DOVI_RPU_BUFFER"}),
    )


def _damaged(seen: _Seen) -> FileError:
    looked_at = seen.decoded + seen.damaged
    return FileError(
        Fault.CORRUPT, f"Its picture is damaged: {seen.damaged} of {looked_at} frames looked at.", EXPORT_AGAIN
    )


def _unsupported(why: str) -> FileError:
    return FileError(
        Fault.UNSUPPORTED_CODEC, f"Its picture cannot be decoded here ({why}).", "Export it as H.264 or HEVC."
    )


def _orientation(frame: VideoFrame) -> Orientation:
    matrix = _side_data(frame).get("DISPLAYMATRIX")
    return Orientation.from_matrix(struct.unpack("<9i", matrix)) if matrix else Orientation()


def _side_data(frame: VideoFrame) -> dict[str, bytes]:
    """What travels beside the pixels, by PyAV's names."""
    found: list[Any] = list(frame.side_data)
    return {str(data.type.name): bytes(data) for data in found}


def combed_share(frame: VideoFrame) -> float:
    """Share of pixels that differ from the lines above and below in the same direction: the teeth of a comb.

    Two fields of different moments give teeth at every moving edge; a progressive picture has next to none.
    """
    plane = frame.planes[0]
    rows = (
        np.frombuffer(memoryview(plane), np.uint8)
        .reshape(plane.height, plane.line_size)[:, : plane.width]
        .astype(np.int16)
    )
    above, here, below = rows[:-2], rows[1:-1], rows[2:]
    up, down = here - above, here - below
    teeth = (np.minimum(np.abs(up), np.abs(down)) > 12) & ((up > 0) == (down > 0))
    return float(teeth.mean())
