"""Every packet of a clip, read once: when it is shown, how long, where a player may start."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mediakit.errors import Fault, FileError
from mediakit.model import Seconds
from mediakit.video.container import EXPORT_AGAIN

if TYPE_CHECKING:
    from av.packet import Packet

    from mediakit.video.opening import OpenClip


@dataclass(slots=True)
class Packets:
    """The packets of one track that are shown, times in ticks of `tick` seconds; 16 bytes each, since hours have many."""

    tick: Fraction
    times: array[int] = field(default_factory=lambda: array("q"))
    lengths: array[int] = field(default_factory=lambda: array("q"))
    keys: array[int] = field(default_factory=lambda: array("q"))
    hidden: int = 0
    bytes: int = 0

    def add(self, packet: Packet[Any]) -> None:
        """Note one packet; those an edit list discards are decoded but never shown."""
        time = packet.pts if packet.pts is not None else packet.dts
        self.bytes += packet.size
        self.hidden += packet.is_discard
        if time is None or packet.is_discard:
            return
        self.times.append(time)
        self.lengths.append(packet.duration or 0)
        if packet.is_keyframe:
            self.keys.append(time)

    @property
    def begin(self) -> Seconds:
        """When the first is shown, on the file's own clock."""
        return min(self.times) * self.tick

    @property
    def end(self) -> Seconds:
        """When the last one ends."""
        return max(time + length for time, length in zip(self.times, self.lengths, strict=True)) * self.tick


def read_packets(clip: OpenClip, max_frames: int) -> dict[int, Packets]:
    """The packets of every picture and sound track, by stream index.

    Raises FileError: corrupt, too-large (more than `max_frames` frames).
    """
    import av

    streams = [*clip.pictures, *clip.sounds]
    found = {stream.index: Packets(Fraction(stream.time_base or 1)) for stream in streams}
    pictures = {stream.index for stream in clip.pictures}
    try:
        for packet in clip.packets(*streams):
            if not packet.size:
                continue
            track = found[packet.stream_index]
            track.add(packet)
            if packet.stream_index in pictures and len(track.times) > max_frames:
                raise FileError(
                    Fault.TOO_LARGE,
                    f"It has more than {max_frames} frames.",
                    "Cut it, or raise limits.max_frames in the preset.",
                )
    except av.error.FFmpegError as error:
        raise FileError(Fault.CORRUPT, f"It cannot be read to its end: {error.strerror}.", EXPORT_AGAIN) from error
    return found
