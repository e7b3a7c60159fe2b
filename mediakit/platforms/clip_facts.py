"""What a clip is, read with PyAV alone: every packet is demuxed, the first and the last frames are decoded.

The container's demuxer is named by the file's own first bytes and reads through a plain file object, so that nothing
but this file is opened. Times are seconds of presentation. Limits: time grows with the file's bytes (about 1 s a GB
from a warm disk), memory with its packets (about 100 bytes each).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediakit.errors import Fault, FileError
from mediakit.model import Size
from mediakit.platforms.mp4_boxes import Mp4, read_mp4
from mediakit.platforms.packet_times import Packets, longest_gop, rhythm
from mediakit.tools.sniff import DEMUXERS, open_plainly

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

_READ_BYTES = 1 << 18
_FIRST_FRAME_PACKETS = 300
_LAST_PACKETS = 2
_COLOURS = {1: "bt709", 2: "unspecified", 5: "bt470bg", 6: "smpte170m", 9: "bt2020"}
_CURVES = {1: "bt709", 2: "unspecified", 6: "smpte170m", 13: "srgb", 14: "bt2020-10", 16: "pq", 18: "hlg"}
_MATRICES = {0: "rgb", 1: "bt709", 2: "unspecified", 5: "bt470bg", 6: "smpte170m", 9: "bt2020nc"}
"""ISO/IEC 23091-2 code points by the names ffmpeg gives them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The video track. `size` is as shown; `gop_s` the longest way from one key frame to the next."""

    codec: str
    profile: str
    level: int
    pixel_format: str
    size: Size
    is_turned: bool
    pixel_aspect: float
    matrix: str
    primaries: str
    curve: str
    is_interlaced: bool
    frames: int
    fps: float
    jitter_s: float
    """How far the time between two frames strays from the usual one, at worst."""
    gop_s: float
    leading_frames: int
    """Frames shown before a key frame that they follow in the file: an open GOP."""
    start_s: float
    duration_s: float
    kbps: float


@dataclass(frozen=True, slots=True)
class Sound:
    """The first audio track."""

    codec: str
    profile: str
    rate_hz: int
    channels: int
    start_s: float
    duration_s: float
    kbps: float


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """A clip. `outline` is None for containers that are not MP4 or QuickTime."""

    container: str
    bytes: int
    picture: Picture
    sound: Sound | None
    other_tracks: tuple[str, ...]
    tags: dict[str, str]
    outline: Mp4 | None

    @property
    def duration_s(self) -> float:
        """From the first thing shown or heard to the last."""
        tracks: list[Picture | Sound] = [self.picture] if self.sound is None else [self.picture, self.sound]
        return max(t.start_s + t.duration_s for t in tracks) - min(t.start_s for t in tracks)


def read_clip(path: Path, fmt: str, *, whole_end: bool = True) -> ClipFacts:
    """The facts of the clip at `path`; `fmt` is what `sniff` said. Not `whole_end`: of its last group of pictures only
    the beginning is decoded.

    Raises FileError: TRUNCATED, CORRUPT, NO_PICTURE, UNSUPPORTED_FORMAT, UNSUPPORTED_CODEC.
    """
    if fmt not in DEMUXERS:
        raise FileError(Fault.UNSUPPORTED_FORMAT, f"A {fmt} file is no clip.", "Export it as MP4.")
    length = path.stat().st_size
    with open_plainly(path) as file:
        outline = read_mp4(file, length) if fmt == "mp4" else None
        if outline is not None:
            _refuse_broken(outline)
        file.seek(0)
        with _opened(file, fmt) as container:
            video = _main_video(container)
            packets = _demux(container)
            decoded_last = None if whole_end else _LAST_PACKETS
            picture = _picture(container, video, packets[video.index], outline, decoded_last)
            sounds = container.streams.audio
            sound = _sound(sounds[0], packets[sounds[0].index]) if sounds else None
            others = tuple(_name_of(stream) for stream in container.streams if stream not in (video, *sounds[:1]))
            return ClipFacts(_container(fmt, outline), length, picture, sound, others, _tags(container), outline)


def _refuse_broken(outline: Mp4) -> None:
    if outline.layout == "no moov":
        raise FileError(Fault.TRUNCATED, "The clip's index (moov) is missing.", "Export or copy it again.")
    if outline.is_cut_short:
        raise FileError(Fault.TRUNCATED, "The clip's end is missing.", "Export or copy it again.")


@contextmanager
def _opened(file: Any, fmt: str) -> Iterator[InputContainer]:
    import av

    try:
        with av.open(
            file, mode="r", format=DEMUXERS[fmt], metadata_errors="replace", buffer_size=_READ_BYTES
        ) as opened:
            yield opened
    except av.error.FFmpegError as error:
        raise FileError(
            Fault.CORRUPT, f"The clip is damaged: {error.strerror or 'it cannot be read'}.", "Export it again."
        ) from error
    except (ValueError, OverflowError, IndexError) as error:  # the last: another track begins midway
        raise FileError(Fault.CORRUPT, "The clip is damaged: its figures make no sense.", "Export it again.") from error


def _main_video(container: InputContainer) -> VideoStream:
    from av.stream import Disposition

    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            if stream.codec_context is None:
                raise FileError(Fault.UNSUPPORTED_CODEC, "The picture's codec is not known.", "Export it as H.264.")
            return stream
    raise FileError(Fault.NO_PICTURE, "The clip has sound only.", "Give a clip with a picture.")


def _demux(container: InputContainer) -> dict[int, Packets]:
    found = {stream.index: Packets() for stream in container.streams}
    for packet in container.demux():
        time = packet.pts if packet.pts is not None else packet.dts
        if time is not None and packet.size and not packet.is_discard:
            found[packet.stream_index].add(time, packet.duration or 0, packet.size, packet.is_keyframe)
    return found


def _picture(
    container: InputContainer, video: VideoStream, packets: Packets, outline: Mp4 | None, decoded_last: int | None
) -> Picture:
    codec = video.codec_context
    first, is_interlaced = _prove_decoding(
        container, video, packets, can_seek=outline is not None, decoded_last=decoded_last
    )
    unit_s = float(video.time_base or 0)
    start_s, duration_s = packets.span(unit_s)
    step_s, jitter_s = rhythm(packets.pts, unit_s)
    turned = _is_turned(outline) or first.rotation != 0
    stored = Size(max(1, first.width), max(1, first.height))
    aspect = video.sample_aspect_ratio
    return Picture(
        codec=codec.codec.canonical_name,
        profile=str(codec.profile or ""),
        level=int(codec.level or 0),
        pixel_format=first.format.name,
        size=Size(stored.height_px, stored.width_px) if first.rotation % 180 else stored,
        is_turned=turned,
        pixel_aspect=float(aspect) if aspect else 1.0,
        matrix=_named(codec.colorspace, _MATRICES),
        primaries=_named(codec.color_primaries, _COLOURS),
        curve=_named(codec.color_trc, _CURVES),
        is_interlaced=is_interlaced,
        frames=len(packets.pts),
        fps=1.0 / step_s if step_s else 0.0,
        jitter_s=jitter_s,
        gop_s=longest_gop(packets, unit_s),
        leading_frames=packets.leading,
        start_s=start_s,
        duration_s=duration_s,
        kbps=packets.bytes * 8 / 1000 / duration_s if duration_s else 0.0,
    )


def _prove_decoding(
    container: InputContainer, video: VideoStream, packets: Packets, *, can_seek: bool, decoded_last: int | None
) -> tuple[Any, bool]:
    """The first frame, and whether it or one of the last GOP is interlaced. Raises FileError.

    decoded_last: how many packets of the last GOP are decoded, None for all of them.
    Only a container with an index can be trusted to find its last key frame; in others the first frame has to do.
    """
    video.codec_context.thread_count = 1
    video.codec_context.thread_type = "NONE"
    first = next(_frames_from(container, video, None, _FIRST_FRAME_PACKETS), None)
    if first is None:
        raise FileError(Fault.CORRUPT, "The clip is damaged: no frame can be decoded.", "Export it again.")
    is_interlaced = bool(first.interlaced_frame)
    if not can_seek or not packets.keys:
        return first, is_interlaced
    last = None
    for last in _frames_from(container, video, packets.keys[-1], decoded_last):
        is_interlaced |= bool(last.interlaced_frame)
    if last is None:
        raise FileError(Fault.CORRUPT, "The clip is damaged: its end cannot be decoded.", "Export it again.")
    return first, is_interlaced


def _frames_from(container: InputContainer, video: VideoStream, pts: int | None, packets: int | None) -> Iterator[Any]:
    """Frames from the key frame at `pts` on, or from the start; of no more than `packets`, and what these leave over."""
    container.seek(pts if pts is not None else 0, stream=video if pts is not None else None)
    for packet in islice(container.demux(video), packets):
        yield from packet.decode()
        if not packet.size:  # the file's end: it has emptied the decoder, which cannot be done twice
            return
    yield from video.codec_context.decode(None)


def _is_turned(outline: Mp4 | None) -> bool:
    tracks = [] if outline is None else outline.tracks
    return any(track.handler == "vide" and not track.is_upright for track in tracks)


def _sound(stream: Any, packets: Packets) -> Sound:
    codec = stream.codec_context
    if codec is None:
        return Sound("unknown", "", 0, 0, 0.0, 0.0, 0.0)
    start_s, duration_s = packets.span(float(stream.time_base or 0))
    kbps = packets.bytes * 8 / 1000 / duration_s if duration_s else 0.0
    name = codec.codec.canonical_name
    return Sound(name, str(codec.profile or ""), codec.sample_rate, codec.channels, start_s, duration_s, kbps)


def _name_of(stream: Stream) -> str:
    codec = stream.codec_context
    return f"{stream.type} {codec.codec.canonical_name}" if codec is not None else str(stream.type)


def _named(code: int, names: dict[int, str]) -> str:
    return names.get(int(code), f"code {int(code)}")


def _container(fmt: str, outline: Mp4 | None) -> str:
    if outline is None:
        return fmt
    if outline.brand == "qt  " or not outline.brand:
        return "mov"
    return "3gp" if outline.brand.startswith(("3gp", "3g2")) else "mp4"


def _tags(container: InputContainer) -> dict[str, str]:
    """Metadata of the file and of its tracks; the latter's keys carry the track's number."""
    tags = dict(container.metadata)
    for stream in container.streams:
        tags |= {f"{stream.index}:{key}": value for key, value in stream.metadata.items()}
    return tags
