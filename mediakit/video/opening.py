"""Open a clip with PyAV: one file, one demuxer, and the tracks that matter put in order."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mediakit.errors import Fault, FileError
from mediakit.model import Seconds
from mediakit.tools.ffmpeg import file_url
from mediakit.tools.sniff import DEMUXERS
from mediakit.video.clip import Colour
from mediakit.video.container import EXPORT_AGAIN

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

    from mediakit.video.decode import Look

_PRIMARIES = {
    1: "bt709",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020",
    11: "smpte431",
    12: "smpte432",
}
_TRANSFERS = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "linear",
    13: "iec61966-2-1",
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    18: "arib-std-b67",
}
_MATRICES = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc", 10: "bt2020c"}
_FULL_RANGE = 2
"""Code points of ITU-T H.273, with the names ffmpeg's filters read."""


@dataclass(frozen=True, slots=True)
class OpenClip:
    """An open container. `pictures` and `sounds` hold the tracks that have a decoder, default ones first."""

    path: Path
    container: str
    demuxer: str
    av: InputContainer
    pictures: tuple[VideoStream, ...]
    sounds: tuple[AudioStream, ...]

    @property
    def picture(self) -> VideoStream:
        """The track to look at first; there is always one."""
        return self.pictures[0]

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the container says about itself."""
        return self.av.metadata

    @property
    def declared_duration(self) -> Seconds | None:
        """How long the container says it runs, in seconds; None where it does not say."""
        return None if not self.av.duration or self.av.duration < 0 else Seconds(self.av.duration, 1_000_000)

    def stream(self, index: int) -> VideoStream:
        """The picture track of that index."""
        return next(stream for stream in self.pictures if stream.index == index)

    def packets(self, *streams: Stream) -> Iterator[Packet[Any]]:
        """The packets of these tracks, in the order of the file.

        Raises FileError (corrupt) where a transport stream begins another track midway; PyAV's own errors pass.
        """
        try:
            yield from self.av.demux(streams)
        except IndexError as error:  # how PyAV meets it
            raise FileError(Fault.CORRUPT, "A track begins in the middle of it.", EXPORT_AGAIN) from error


@contextlib.contextmanager
def open_clip(path: Path, container: str) -> Iterator[OpenClip]:
    """Open `path` as `container` (an answer of `tools.sniff`).

    Raises FileError: unsupported-format, corrupt, no-picture, unsupported-codec.
    """
    import av

    demuxer = DEMUXERS.get(container)
    if demuxer is None:
        raise FileError(
            Fault.UNSUPPORTED_FORMAT, f"Clips in a {container} container are not read.", "Export it as MP4."
        )
    options = {"protocol_whitelist": "file,pipe", "format_whitelist": demuxer}
    try:
        opened = av.open(file_url(path), format=demuxer, options=options, metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        raise FileError(Fault.CORRUPT, f"It cannot be opened: {_reason(error)}.", EXPORT_AGAIN) from error
    with opened:
        yield _tracks(path, container, demuxer, opened)


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".").lower()


def _tracks(path: Path, container: str, demuxer: str, opened: InputContainer) -> OpenClip:
    from av.stream import Disposition

    moving = [
        s for s in opened.streams.video if not s.disposition & (Disposition.attached_pic | Disposition.still_image)
    ]
    readable = [s for s in moving if _has_decoder(s) and s.codec_context.width > 0]
    if not moving:
        raise FileError(Fault.NO_PICTURE, "It holds sound only, no moving picture.", "Use it as music, not as a clip.")
    if not readable:
        raise FileError(
            Fault.UNSUPPORTED_CODEC,
            "Its picture is coded in a way that cannot be read here.",
            "Export it as H.264 or HEVC.",
        )
    sounds = [s for s in opened.streams.audio if _has_decoder(s)]
    return OpenClip(path, container, demuxer, opened, _default_first(readable), _default_first(sounds))


def _has_decoder(stream: VideoStream | AudioStream) -> bool:
    return cast(object, stream.codec_context) is not None


def _default_first(streams: list[Any]) -> tuple[Any, ...]:
    """In file order, those the file marks as default before the others."""
    from av.stream import Disposition

    return tuple(sorted(streams, key=lambda stream: not stream.disposition & Disposition.default))


def colour_of(codec: VideoCodecContext, look: Look) -> Colour:
    """The colour coding the stream declares."""
    return Colour(
        primaries=_PRIMARIES.get(int(codec.color_primaries), "unknown"),
        transfer=_TRANSFERS.get(int(codec.color_trc), "unknown"),
        matrix=_MATRICES.get(int(codec.colorspace), "unknown"),
        full_range=int(codec.color_range) == _FULL_RANGE or look.pix_fmt.startswith("yuvj"),
        dolby_vision=look.dolby_vision,
    )
