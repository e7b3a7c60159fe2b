"""Frames of a clip, to look at: a few over its whole length, a few in a row, or one in full size.

Frames come as shown: upright, square pixels, SDR (HDR through the same table that rendering uses), both fields of an
interlaced frame made one. Sampling jumps from key frame to key frame where the clip has them close enough, so that a
minute of 1080p costs a few tenths of a second.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mediakit.errors import Fault, FileError
from mediakit.model import Seconds
from mediakit.presets.schema import Limits
from mediakit.video.clip import ClipInfo
from mediakit.video.colour import apply_table, to_bt709
from mediakit.video.container import EXPORT_AGAIN
from mediakit.video.frame_pixels import converter, thumb_of
from mediakit.video.opening import OpenClip, open_clip
from mediakit.video.probe import probe

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

NEAR_ENOUGH = Fraction(1, 2)
"""Of the step between two samples: a key frame this close before the wanted moment is taken instead of it."""
RUN_EDGE_PX, RUN_LENGTH, RUN_PLACES = 240, 6, 4
HURRY_S = Fraction(1, 2)
WITHOUT_INDEX = ("mpegts", "mpeg", "flv", "ogg", "asf")
"""A seek in these lands anywhere near, not on a key frame: aim a group of pictures earlier."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame: when it is shown, counted from the first, and what it shows: (H, W, 3) uint8 sRGB."""

    t_s: float
    rgb: NDArray[np.uint8]


def sample_frames(path: Path, info: ClipInfo, *, count: int, long_edge_px: int = 640) -> list[Sample]:
    """About `count` frames, from the middles of `count` equal stretches of the clip, in order of time.

    Fewer where the clip has fewer frames; never none. Raises FileError(corrupt) where nothing decodes.
    """
    with _Reader.open(path, info, long_edge_px) as reader:
        found = [reader.at(moment, tolerance=near) for moment, near in middles(count, info)]
    return _once_each(found)


def middles(count: int, info: ClipInfo) -> list[tuple[Seconds, Seconds]]:
    """The middles of `count` equal stretches (no more than frames), and how far before each a key frame will do."""
    count = max(1, min(count, info.frames))
    step = info.duration / count
    return [(step * n + step / 2, step * NEAR_ENOUGH) for n in range(count)]


def _once_each(found: Sequence[Sample | None]) -> list[Sample]:
    samples = {sample.t_s: sample for sample in found if sample is not None}
    if not samples:
        raise FileError(Fault.CORRUPT, "None of its frames can be decoded.", EXPORT_AGAIN)
    return [samples[time] for time in sorted(samples)]


def sample_between(
    path: Path, info: ClipInfo, from_s: float, to_s: float, *, count: int, long_edge_px: int = 640
) -> list[Sample]:
    """Exactly placed frames, evenly from `from_s` to `to_s` (cut to the clip), each frame once; may be none."""
    first, last = max(0.0, from_s), min(to_s, float(info.duration))
    step = max(last - first, 0.0) / max(1, count - 1)
    return sample_at(path, info, [first + step * n for n in range(count)], long_edge_px=long_edge_px)


def sample_at(path: Path, info: ClipInfo, times_s: Iterable[float], *, long_edge_px: int | None = 640) -> list[Sample]:
    """The frames shown at these times, in order of time and each once, decoded in one go; None takes them in full size."""
    edge_px = long_edge_px or max(info.size.width_px, info.size.height_px)
    moments = [min(Seconds(t_s).limit_denominator(1000), info.duration) for t_s in sorted(times_s)]
    with _Reader.open(path, info, edge_px) as reader:
        found = [reader.at(moment, tolerance=Seconds(0)) for moment in moments]
    samples = {sample.t_s: sample for sample in found if sample is not None}
    return [samples[time] for time in sorted(samples)]


def sample_with_runs(
    path: Path,
    info: ClipInfo,
    *,
    count: int,
    long_edge_px: int = 640,
    places: int = RUN_PLACES,
    length: int = RUN_LENGTH,
) -> tuple[list[Sample], list[list[NDArray[np.uint8]]]]:
    """`sample_frames`, and `length` neighbouring frames from `places` places, small (RUN_EDGE_PX): what shake, flicker and
    frozen stretches show in. In one walk, so that a clip with few key frames is decoded once."""
    singles = [(moment, near, 1) for moment, near in middles(count, info)]
    rows = [(moment, near, length) for moment, near in middles(min(places, info.frames // length), info)]
    samples: list[Sample | None] = []
    runs: list[list[NDArray[np.uint8]]] = []
    with _Reader.open(path, info, long_edge_px) as reader:
        for moment, near, frames in sorted([*singles, *rows]):
            if frames == 1:
                samples.append(reader.at(moment, tolerance=near))
            else:
                runs.append(reader.run(moment, frames, tolerance=near, long_edge_px=RUN_EDGE_PX))
    return _once_each(samples), runs


@dataclass(frozen=True, slots=True)
class Passing:
    """A frame that is passed on a walk. `thumb` is a few thousand luma samples (h, w) uint8, as stored; `shown()` gives
    the picture as `Sample.rgb` has it, and costs ten times as much; `shown_at(px)` at another length than the walk's."""

    t_s: float
    tick: Fraction
    """Of the clip's clock."""
    thumb: NDArray[np.uint8]
    shown: Callable[[], NDArray[np.uint8]]
    shown_at: Callable[[int], NDArray[np.uint8]]


def walk_frames(path: Path, info: ClipInfo, *, long_edge_px: int = 640) -> Iterator[Passing]:
    """Every frame of the clip in order of time. Frames that no other needs come without the loop filter: a tenth cheaper.

    A frame's `shown` and `shown_at` must be called before the next is asked for.
    """
    with _Reader.open(path, info, long_edge_px) as reader:
        reader.stream.codec_context.options = {"skip_loop_filter": "noref"}
        for frame in reader.walk():
            at_s, shown = float(reader.position or 0), partial(reader.shown, frame)
            yield Passing(at_s, reader.tick, thumb_of(frame), shown, shown)


def grab_frame(path: Path, info: ClipInfo | None, t_s: float, *, long_edge_px: int | None = None) -> NDArray[np.uint8]:
    """The frame shown at `t_s`, in full size or `long_edge_px` long: (H, W, 3) uint8 sRGB. Past the end: the last one.

    info: None measures the clip first, without looking for damage. Raises FileError as `probe` does, and corrupt where
    nothing decodes there.
    """
    known = info if info is not None else probe(path, Limits(), thorough=False)
    with _Reader.open(path, known, long_edge_px or max(known.size.width_px, known.size.height_px)) as reader:
        at = min(Seconds(t_s).limit_denominator(100_000), known.duration)
        sample = reader.at(at, tolerance=Seconds(0)) or reader.at(Seconds(0), tolerance=known.duration)
    if sample is None:
        raise FileError(Fault.CORRUPT, "None of its frames can be decoded.", EXPORT_AGAIN)
    return sample.rgb


class _Reader:
    """An open clip that is read at moments of growing time."""

    def __init__(self, clip: OpenClip, info: ClipInfo, long_edge_px: int) -> None:
        self.clip, self.info = clip, info
        self.stream = clip.stream(info.stream)
        self.stream.codec_context.thread_count = 1
        self.table = to_bt709(info.colour)
        self.long_edge_px = long_edge_px
        self.converters: dict[int, Callable[[VideoFrame], NDArray[np.uint8]]] = {}
        self.frames: Iterator[VideoFrame] = iter(())
        self.position: Seconds | None = None
        self.moved = False

    @classmethod
    @contextlib.contextmanager
    def open(cls, path: Path, info: ClipInfo, long_edge_px: int) -> Iterator[_Reader]:
        with open_clip(path, info.container) as clip:
            yield cls(clip, info, long_edge_px)

    def at(self, moment: Seconds, *, tolerance: Seconds) -> Sample | None:
        """The frame shown at `moment`, or a key frame up to `tolerance` before it; None where nothing decodes."""
        found = self._seek(moment, tolerance)
        return None if found is None else Sample(float(self._time(found)), self.shown(found))

    def run(self, moment: Seconds, length: int, *, tolerance: Seconds, long_edge_px: int) -> list[NDArray[np.uint8]]:
        """`length` frames in a row from about `moment`; fewer at the end."""
        frame = self._seek(moment, tolerance)
        self._hurry(Seconds(0))
        pictures = []
        while frame is not None:
            pictures.append(self.shown(frame, long_edge_px))
            self.position = self._time(frame)
            frame = next(self.frames, None) if len(pictures) < length else None
        return pictures

    @property
    def tick(self) -> Fraction:
        """What the clip's times are multiples of, in seconds."""
        return Fraction(self.stream.time_base or Fraction(1, 90000))

    def walk(self) -> Iterator[VideoFrame]:
        """All frames from the beginning."""
        for frame in self._from_key_before(Seconds(0)):
            self.position = self._time(frame)
            yield frame

    def _seek(self, moment: Seconds, tolerance: Seconds) -> VideoFrame | None:
        """Jump where that is shorter than reading on, then read until the moment is reached."""
        behind = self.position is None or moment < self.position
        jumped = behind or float(moment - (self.position or 0)) > self.info.max_gop_s
        if jumped:
            self.frames = self._from_key_before(moment)
        half_frame = 1 / (2 * self.info.fps)
        best = None
        for frame in self.frames:
            self.position = self._time(frame)
            near_enough = tolerance if jumped and best is None else half_frame
            best = frame
            if self.position >= moment - max(near_enough, half_frame):
                break
            self._hurry(moment - self.position)
        return best

    def _hurry(self, still_to_go: Seconds) -> None:
        """On the way to a far moment, frames that no other frame needs are not decoded."""
        self.stream.codec_context.skip_frame = "NONREF" if still_to_go > HURRY_S else "DEFAULT"

    def _from_key_before(self, moment: Seconds) -> Iterator[VideoFrame]:
        import av

        time_base = self.stream.time_base
        assert time_base is not None
        early = Seconds(0)
        if self.info.container in WITHOUT_INDEX:
            early = Seconds(self.info.max_gop_s).limit_denominator(1000) + HURRY_S
        if moment > early or self.moved:  # else: at the beginning already, where a seek could only overshoot
            target = self.info.start + max(moment - early, Seconds(0))
            with contextlib.suppress(av.error.FFmpegError):  # it cannot seek: go on from where we are
                self.clip.av.seek(int(target / time_base), stream=self.stream)
        self.moved = True
        return self._decoded()

    def _decoded(self) -> Iterator[VideoFrame]:
        """Frames from here on; what does not decode is passed over (`probe` and `render` judge damage)."""
        import av

        try:
            for packet in self.clip.packets(self.stream):
                with contextlib.suppress(av.error.FFmpegError):
                    for frame in packet.decode():
                        if self._time(frame) >= 0:
                            yield frame
        except av.error.FFmpegError:
            return

    def _time(self, frame: VideoFrame) -> Seconds:
        stamp, time_base = frame.pts if frame.pts is not None else frame.dts, frame.time_base
        if stamp is None or time_base is None:
            return (self.position or Seconds(0)) + 1 / self.info.fps
        return Seconds(stamp * time_base) - self.info.start

    def shown(self, frame: VideoFrame, long_edge_px: int | None = None) -> NDArray[np.uint8]:
        """Scaled, converted with the clip's own matrix, brought to BT.709 SDR, put upright."""
        edge_px = long_edge_px or self.long_edge_px
        if edge_px not in self.converters:
            self.converters[edge_px] = converter(self.info, edge_px)
        picture = self.converters[edge_px](frame)
        if self.info.interlaced:
            import cv2

            picture = cv2.resize(picture[::2], picture.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        if self.table is not None:
            picture = apply_table(self.table, picture)
        return self.info.orientation.apply(picture)
