"""Reads the sound of any file as 48 kHz stereo, placed on the picture's time line.

Promise: what comes out begins at the picture's first frame, has exactly as many samples as were asked for, and is in
step with the picture throughout: a gap in the time stamps is silence (its edges faded over 5 ms), an overlap is cut,
what starts late is preceded by silence, what ends early is followed by it. Surround is folded down to stereo with the
decoder's own matrix (centre and surrounds at -3 dB, ITU-R BS.775), mono is heard on both sides.
Damage is counted, not guessed: a few lost packets become gaps and are told in `Reading.lost_s`; more than that is a
FileError. Only plain files are opened, by a whitelist of containers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.audio.pcm import RATE, Block, to_samples
from mediakit.audio.timeline import Reading, TimeLine
from mediakit.errors import Fault, FileError
from mediakit.model import Seconds
from mediakit.tools.ffmpeg import file_url

if TYPE_CHECKING:
    from av import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "avi", "flv", "mpegts", "mpeg", "asf", "ogg", "wav", "w64", "mp3",
    "flac", "aac", "aiff", "amr", "amrnb", "amrwb", "ac3", "eac3", "caf", "mpegvideo",
)  # fmt: skip
"""Containers that are opened. Playlists and scripts that name other files are not among them."""
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": ",".join(DEMUXERS)}

FROM_ZERO = Seconds(0)
_INSTEAD = "Copy the file from the phone again, or use mute or music for this clip."
_FEW_LOST_S = 0.25
_FEW_LOST_SHARE = 0.02
_EARLY_END_S = 1.0
_EARLY_END_SHARE = 0.1


def read_sound(
    path: Path,
    stream: int | None,
    *,
    start_s: Seconds = FROM_ZERO,
    samples: int | None = None,
    threads: int = 1,
    reading: Reading | None = None,
    tap: Callable[[AudioFrame], None] | None = None,
) -> Iterator[Block]:
    """Blocks of the sound in `path`, from `start_s` of the file's clock on.

    stream: index of the audio stream in the file; None takes the first one. samples: how many to give in all, padded
    or cut; None gives all there is. reading: filled in while the blocks are taken. tap: sees every frame
    as it was decoded, before anything is done to it.

    Raises FileError: NOT_MEDIA (cannot be opened, or has no sound), UNSUPPORTED_CODEC, CORRUPT (more than a little of it
    does not decode), TRUNCATED (breaks off long before the end that the file declares).
    """
    import av

    reading = reading if reading is not None else Reading()
    try:
        yield from _blocks(path, stream, start_s, samples, threads, reading, tap)
    except (av.error.FFmpegError, ValueError) as why:  # a format that changes into nonsense half-way
        raise _damaged(path, f"it cannot be read as sound ({why})") from why
    _judge(path, reading, samples)


def _blocks(
    path: Path,
    stream: int | None,
    start_s: Seconds,
    samples: int | None,
    threads: int,
    reading: Reading,
    tap: Callable[[AudioFrame], None] | None,
) -> Iterator[Block]:
    with _open(path) as container:
        track = _track(container, path, stream)
        track.codec_context.thread_count = max(1, threads)
        reading.codec = track.codec_context.name
        reading.declared_end_s = _declared_end_s(track, start_s)
        line = TimeLine(samples, reading)
        begin_s = float(start_s)
        for frame in _frames(container, track, reading, _until(start_s, samples)):
            if tap is not None:
                tap(frame)
            yield from line.add(frame, _position(frame, begin_s))
            if line.full:
                break
        yield from line.finish()


def has_sound(path: Path) -> bool:
    """Whether there is an audio stream in it. Raises FileError where the file cannot be opened."""
    with _open(path) as container:
        return len(container.streams.audio) > 0


def _open(path: Path) -> InputContainer:
    import av

    try:
        return av.open(file_url(path), options=_OPTIONS, metadata_errors="replace")
    except FileNotFoundError as why:
        raise FileError(Fault.UNREADABLE, f"{path.name} is not there.", "Check the path.") from why
    except PermissionError as why:
        raise FileError(Fault.UNREADABLE, f"{path.name} may not be read.", "Check its permissions.") from why
    except (av.error.FFmpegError, ValueError, OSError) as why:
        raise FileError(
            Fault.NOT_MEDIA,
            f"{path.name} is not a sound or video file that can be opened.",
            "Use MP3, M4A, WAV, FLAC or Ogg.",
        ) from why


def _track(container: InputContainer, path: Path, stream: int | None) -> AudioStream:
    tracks = container.streams.audio
    chosen = next((t for t in tracks if stream is None or t.index == stream), None)
    if chosen is None:
        raise FileError(Fault.NOT_MEDIA, f"{path.name} has no sound in it.", "Choose a file with an audio track.")
    if chosen.codec_context is None:
        raise FileError(
            Fault.UNSUPPORTED_CODEC,
            f"The sound of {path.name} is in a codec that cannot be decoded here.",
            "Export it with AAC sound, or use mute or music.",
        )
    return chosen


def _frames(container: InputContainer, track: AudioStream, reading: Reading, until_s: float) -> Iterator[AudioFrame]:
    """Decoded frames up to `until_s`; packets that do not decode, whatever the decoder calls it, are in `reading.lost_s`."""
    import av

    base_s = float(track.time_base or 0)
    for packet in _packets(container, track):
        if packet.pts is not None and packet.pts * base_s > until_s:
            return
        try:
            yield from packet.decode()
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            reading.lost_s += packet.duration * base_s if packet.duration else 0.02


def _packets(container: InputContainer, track: AudioStream) -> Iterator[Packet[AudioStream]]:
    """To where the container breaks off (what is missing shows in `declared_end_s`), or begins another track midway."""
    import av

    with suppress(av.error.FFmpegError, IndexError):
        yield from container.demux(track)


def _until(start_s: Seconds, samples: int | None) -> float:
    """Packets later than this, on the file's clock, are of no use; two seconds of slack for untidy interleaving."""
    return float("inf") if samples is None else float(start_s) + samples / RATE + 2.0


def _declared_end_s(track: AudioStream, start_s: Seconds) -> float | None:
    if not track.duration or not track.time_base:
        return None
    return float((track.duration + (track.start_time or 0)) * track.time_base - start_s)


def _position(frame: AudioFrame, start_s: float) -> int | None:
    """Where on the time line a frame says it begins, in samples; None where it does not say."""
    at_s = frame.time
    return None if at_s is None else to_samples(at_s - start_s)


def _judge(path: Path, reading: Reading, samples: int | None) -> None:
    """Raise where so much is missing that what is left is not the sound of this clip."""
    heard_s = (reading.last - reading.first) / RATE
    if reading.lost_s > max(_FEW_LOST_S, _FEW_LOST_SHARE * (heard_s + reading.lost_s)):
        raise _damaged(path, f"{reading.lost_s:.1f} s of it do not decode")
    if reading.declared_end_s is None:
        return
    end_s = min(reading.declared_end_s, float("inf") if samples is None else samples / RATE)
    if end_s - reading.last / RATE > max(_EARLY_END_S, _EARLY_END_SHARE * end_s):
        raise FileError(
            Fault.TRUNCATED,
            f"The sound of {path.name} breaks off at {reading.last / RATE:.1f} s of {end_s:.1f} s.",
            _INSTEAD,
        )


def _damaged(path: Path, how: str) -> FileError:
    return FileError(Fault.CORRUPT, f"The sound of {path.name} is damaged: {how}.", _INSTEAD)
