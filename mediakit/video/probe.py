"""What a clip is, measured: `probe(path, limits)` gives a ClipInfo, or says by name why the file cannot be used.

Promise: the container is told by its magic and opened with that one demuxer; every packet is read (times are measured,
not believed); frames from beginning, end and between are decoded, so that a codec we cannot read and a damaged
stream are found before anything is rendered. Peak memory is a few frames; a minute of 1080p costs a few tenths of a
second. Nothing of it depends on the file's name.
Limits: damage between the decoded places is found by `render`, which decodes everything it changes.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.errors import Fault, FileError
from mediakit.model import Kind, Seconds, Size
from mediakit.presets.schema import Limits
from mediakit.tools.sniff import AUDIO_FORMATS, kind_of_format, sniff
from mediakit.video.ai_label import LABELS, label_keys
from mediakit.video.clip import AudioTrack, ClipInfo
from mediakit.video.container import COPY_AGAIN, EXPORT_AGAIN, check_whole
from mediakit.video.decode import BUDGET_PX, Look, decode_end, look_inside
from mediakit.video.opening import OpenClip, colour_of, open_clip
from mediakit.video.packets import Packets, read_packets
from mediakit.video.timing import Timing, measure_timing

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.video.stream import VideoStream

LOCATION_KEYS = ("location", "com.apple.quicktime.location.ISO6709", "com.apple.quicktime.location.iso6709")
KEPT_KEYS = (*LABELS, "copyright")
MISSING_SHARE = 0.1
MISSING_S = 1.0


def probe(path: Path, limits: Limits, *, thorough: bool = True) -> ClipInfo:
    """Measure the clip at `path`. Not thorough: only its first frame is decoded, damage is not looked for.

    Raises FileError: empty, unreadable, not-media, mislabelled, unsupported-format, truncated, corrupt, no-picture,
    unsupported-codec, too-large, too-small, too-long.
    """
    container = _container(path)
    size_bytes = path.stat().st_size
    if size_bytes > limits.max_clip_mb * 1e6:
        raise FileError(
            Fault.TOO_LARGE,
            f"The file is {size_bytes / 1e6:.0f} MB; the limit is {limits.max_clip_mb:.0f} MB.",
            "Cut it, or raise limits.max_clip_mb in the preset.",
        )
    check_whole(path, container)
    with open_clip(path, container) as clip:
        _check_area(clip.picture, limits)
        packets = read_packets(clip, limits.max_frames)
        stream = _picture_with_frames(clip, packets)
        index = stream.index  # the stream itself dies with its container
        timing = _timing(stream, packets)
        _check_lengths(clip, packets, timing, limits)
    with open_clip(path, container) as clip:
        look = look_inside(clip, index, timing, budget_px=BUDGET_PX if thorough else 0)
        info = _info(clip, packets, index, timing, look)
    return _within(info, limits)


def find_damage(path: Path, info: ClipInfo) -> None:
    """What a thorough `probe` does more than a quick one: decode here and there; and the end, whose picture will be copied
    and not decoded on the way. Raises FileError: corrupt.
    """
    timing = Timing(info.start, info.duration, info.frames, info.fps, info.vfr, info.max_gop_s)
    with open_clip(path, info.container) as clip:
        look_inside(clip, info.stream, timing)
        decode_end(clip, info.stream, timing)


def _container(path: Path) -> str:
    container = sniff(path)
    if container is None:
        raise FileError(
            Fault.NOT_MEDIA, "The bytes in this file are no clip, whatever its name says.", "Remove it from the shoot."
        )
    if container in AUDIO_FORMATS:
        raise FileError(Fault.NO_PICTURE, "It holds sound only, no picture.", "Use it as music, not as a clip.")
    if kind_of_format(container) is not Kind.CLIP:
        raise FileError(
            Fault.MISLABELLED, f"It is a photo ({container}) that is named like a clip.", "Give it its proper name."
        )
    return container


def _check_area(stream: VideoStream, limits: Limits) -> None:
    """Before anything is decoded: a picture of this many pixels would cost memory without end."""
    pixels = stream.codec_context.width * stream.codec_context.height
    if pixels > limits.max_clip_megapixels * 1e6:
        raise FileError(
            Fault.TOO_LARGE,
            f"Each frame has {pixels / 1e6:.0f} megapixels; the limit is {limits.max_clip_megapixels:.0f}.",
            "Export it smaller, or raise limits.max_clip_megapixels in the preset.",
        )


def _picture_with_frames(clip: OpenClip, packets: dict[int, Packets]) -> VideoStream:
    """The first picture track, default ones first, that holds any frame."""
    for stream in clip.pictures:
        if packets[stream.index].times:
            return stream
    raise FileError(Fault.NO_PICTURE, "Its picture track is empty.", EXPORT_AGAIN)


def _timing(stream: VideoStream, packets: dict[int, Packets]) -> Timing:
    found = packets[stream.index]
    assert stream.time_base is not None
    said = stream.guessed_rate or stream.average_rate or Fraction(25)
    return measure_timing(found.times, found.lengths, found.keys, stream.time_base, Fraction(said))


def _check_lengths(clip: OpenClip, packets: dict[int, Packets], timing: Timing, limits: Limits) -> None:
    if timing.duration > limits.max_clip_s:
        raise FileError(
            Fault.TOO_LONG,
            f"It runs {float(timing.duration):.0f} s; the limit is {limits.max_clip_s:.0f} s.",
            "Cut it, or raise limits.max_clip_s in the preset.",
        )
    declared = clip.declared_duration
    if declared is None:
        return
    measured = max((p.end - p.begin for p in packets.values() if p.times), default=Seconds(0))
    missing = float(declared - measured)
    if missing > max(MISSING_S, MISSING_SHARE * float(declared)):
        raise FileError(
            Fault.TRUNCATED,
            f"It should run {float(declared):.1f} s, but its last frame is at {float(measured):.1f} s.",
            COPY_AGAIN,
        )


def _audio(clip: OpenClip, packets: dict[int, Packets], timing: Timing) -> AudioTrack | None:
    """The default track, else the first, among those that have sound and a decoder for it."""
    for stream in clip.sounds:
        found = packets[stream.index]
        if found.times:
            return _track(stream, found, timing)
    return None


def _track(stream: AudioStream, found: Packets, timing: Timing) -> AudioTrack:
    return AudioTrack(
        stream=stream.index,
        codec=stream.codec_context.codec.canonical_name,
        rate_hz=stream.codec_context.sample_rate,
        channels=stream.codec_context.channels,
        layout=stream.codec_context.layout.name,
        start=found.begin - timing.start,
        duration=found.end - found.begin,
    )


def _info(clip: OpenClip, packets: dict[int, Packets], index: int, timing: Timing, look: Look) -> ClipInfo:
    stream, picture = clip.stream(index), packets[index]
    coded = look.coded
    return ClipInfo(
        container=clip.container,
        demuxer=clip.demuxer,
        bytes=clip.path.stat().st_size,
        size=shown_size(coded, look.sample_aspect, swap=look.orientation.swap),
        coded=coded,
        orientation=look.orientation,
        duration=timing.duration,
        start=timing.start,
        frames=timing.frames,
        fps=timing.fps,
        vfr=timing.vfr,
        interlaced=look.interlaced,
        max_gop_s=timing.max_gop_s,
        stream=index,
        codec=stream.codec_context.codec.canonical_name,
        profile=stream.codec_context.profile or "",
        level=int(stream.codec_context.level or 0),
        pix_fmt=look.pix_fmt,
        bit_depth=look.bit_depth,
        colour=colour_of(stream.codec_context, look),
        audio=_audio(clip, packets, timing),
        audio_tracks=len(clip.sounds),
        has_location=any(key in clip.metadata for key in LOCATION_KEYS),
        edited=picture.hidden > 0,
        video_kbps=round(picture.bytes * 8 / 1000 / max(float(timing.duration), 0.001)),
        kept=_kept(clip),
    )


def _kept(clip: OpenClip) -> tuple[tuple[str, str], ...]:
    """What a clip says about itself that is carried on: the copyright and any AI-content label."""
    said = tuple((key, value) for key, value in clip.metadata.items() if key.lower() in KEPT_KEYS)
    return (*said, *label_keys(clip.path, said))


def shown_size(coded: Size, sample_aspect: Fraction, *, swap: bool) -> Size:
    """Size with square pixels and upright: wide pixels widen the picture, tall ones heighten it; nothing is lost."""
    width, height = Fraction(coded.width_px), Fraction(coded.height_px)
    if sample_aspect > 1:
        width *= sample_aspect
    else:
        height /= sample_aspect
    square = Size(max(1, round(width)), max(1, round(height)))
    return Size(square.height_px, square.width_px) if swap else square


def _within(info: ClipInfo, limits: Limits) -> ClipInfo:
    if info.colour.dolby_vision and info.colour.hdr == "sdr" and info.colour.transfer == "unknown":
        raise FileError(
            Fault.UNSUPPORTED_CODEC,
            "It is Dolby Vision without a picture that other players can read (profile 5).",
            "Export it as HLG, HDR10 or SDR.",
        )
    if info.size.short_side_px < limits.min_side_px:
        raise FileError(
            Fault.TOO_SMALL, f"The picture is only {info.size} pixels.", "Nothing to post; remove it from the shoot."
        )
    return info
