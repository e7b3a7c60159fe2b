"""Writes a reel: MoviePy has the timeline and the encoder, the frames are ours.

A MoviePy `VideoClip` asks `Composer` for each frame and hands it to ffmpeg, with the same words for the encoder that clips
get (H.264 High, BT.709, closed groups of pictures, index first) and the finished sound copied in.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mediakit.errors import Fault, FileError, MissingPartError
from mediakit.model import Size
from mediakit.tools.ffmpeg import find_ffmpeg
from mediakit.video.encode import Encoding, container_args, rate_args, x264_args

FPS = 30
_TO_BT709 = "scale=in_range=pc:out_range=tv:out_color_matrix=bt709:flags=bilinear+accurate_rnd,format=yuv420p"
_TAGGED = "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"

FrameAt = Callable[[float], NDArray[np.uint8]]


def write_reel(
    path: Path, frame_at: FrameAt, size: Size, frames: int, sound: Path | None, encoding: Encoding, *, threads: int = 1
) -> None:
    """Write `frames` frames of `size` at 30 a second to `path`, an MP4, with the AAC in `sound`.

    Raises FileError DISK_FULL, NOT_WRITABLE or INTERNAL; MissingPartError where MoviePy does not load.
    """
    clip = _timeline(frame_at, frames)
    duration = Fraction(frames, FPS)
    sound_bytes = sound.stat().st_size if sound is not None else 0
    average = encoding.average_kbps(duration, Fraction(FPS), sound_bytes)
    coding = [*x264_args(encoding, size, Fraction(FPS), threads), *rate_args(encoding, average)]
    sounds = ["-map", "0:v:0", "-map", "1:a:0"] if sound is not None else ["-map", "0:v:0"]
    try:
        clip.write_videofile(
            str(path),
            fps=FPS,
            codec="libx264",
            audio=str(sound) if sound is not None else False,
            audio_codec="copy",
            preset=encoding.x264_preset,
            ffmpeg_params=[
                "-vf",
                f"{_TO_BT709},{_TAGGED}",
                *coding,
                *sounds,
                "-frames:v",
                str(frames),
                *container_args(()),
            ],
            logger=None,
        )
    except OSError as error:
        raise _disk_trouble(path, error) from error


def _timeline(frame_at: FrameAt, frames: int) -> Any:
    os.environ.setdefault("FFMPEG_BINARY", str(find_ffmpeg()))  # MoviePy reads it when it is loaded
    try:
        from moviepy import VideoClip
    except ImportError as why:
        raise MissingPartError(f"MoviePy does not load: {why}.", "Install it with `pip install moviepy`.") from why
    return VideoClip(frame_function=frame_at, duration=frames / FPS)


def _disk_trouble(path: Path, error: OSError) -> FileError:
    """MoviePy hands on what ffmpeg said, in words."""
    said = str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or "No space left" in said:
        return FileError(
            Fault.DISK_FULL, "The disk filled up while the reel was written.", "Free some space, run again."
        )
    if error.errno in (errno.EACCES, errno.EROFS) or "Permission denied" in said:
        return FileError(Fault.NOT_WRITABLE, f"{path.name} could not be written.", "Check the output folder.")
    last = said.strip().splitlines()[-1] if said.strip() else "no word"
    return FileError(Fault.INTERNAL, f"The reel could not be encoded ({last[:120]}).", "Run it again with --verbose.")
