"""What a clip is: the facts every step of making one asks for. Values only; `probe` measures them.

Coordinates and sizes are as shown: rotation and mirroring of the display matrix applied, pixels square.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Seconds, Size

Hdr = Literal["sdr", "hlg", "pq"]
"""How light was coded: SDR gamma, Hybrid Log-Gamma (Dolby Vision 8.4 included), or PQ (HDR10, Dolby Vision 8.1)."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """How the coded picture becomes the shown one: rows and columns swapped first, then flipped.

    This is the display matrix of ISO/IEC 14496-12 (and of ffmpeg) reduced to its eight upright forms.
    """

    swap: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @classmethod
    def from_matrix(cls, matrix: tuple[int, ...]) -> Orientation:
        """From the nine fixed-point numbers a b u c d v x y w: shown x = a x + c y, shown y = b x + d y."""
        a, b, _, c, d = matrix[:5]
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(False, a < 0, d < 0)
        return cls(True, c < 0, b < 0)

    def apply(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The shown picture of a coded one, (H, W, C) to (H', W', C); contiguous."""
        shown = picture.swapaxes(0, 1) if self.swap else picture
        if self.flip_x:
            shown = shown[:, ::-1]
        if self.flip_y:
            shown = shown[::-1]
        return np.ascontiguousarray(shown)

    @property
    def is_upright(self) -> bool:
        """True where coded and shown are the same."""
        return not (self.swap or self.flip_x or self.flip_y)


@dataclass(frozen=True, slots=True)
class Colour:
    """How the picture's numbers are coded, by ffmpeg's names; `unknown` where the file does not say."""

    primaries: str = "unknown"
    transfer: str = "unknown"
    matrix: str = "unknown"
    full_range: bool = False
    dolby_vision: bool = False

    @property
    def hdr(self) -> Hdr:
        """What kind of light coding it is."""
        if self.transfer == "arib-std-b67":
            return "hlg"
        return "pq" if self.transfer == "smpte2084" else "sdr"

    @property
    def is_bt709(self) -> bool:
        """Tagged BT.709 throughout, video range: what surfaces ask for."""
        return (self.primaries, self.transfer, self.matrix, self.full_range) == ("bt709",) * 3 + (False,)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """The sound that goes with the picture. `stream` is the index in the file; `start` counts from the first frame.

    A negative `start` means that sound begins before the picture does.
    """

    stream: int
    codec: str
    rate_hz: int
    channels: int
    layout: str
    start: Seconds
    duration: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipInfo:
    """What `probe` found. `start` is when the first frame is shown on the file's own clock; all else counts from it."""

    container: str
    """The format by magic number (`tools.sniff`): "mp4", "matroska" ..."""
    demuxer: str
    """What ffmpeg must open it with."""
    bytes: int
    size: Size
    coded: Size
    orientation: Orientation
    duration: Seconds
    start: Seconds
    frames: int
    fps: Fraction
    """The rate it was recorded at; for a variable rate the standard rate nearest to its usual frame interval."""
    vfr: bool
    interlaced: bool
    max_gop_s: float
    """The longest time between two frames that a player can start from."""
    stream: int
    codec: str
    profile: str
    level: int
    """As the codec counts: 42 is H.264 level 4.2."""
    pix_fmt: str
    bit_depth: int
    colour: Colour
    audio: AudioTrack | None
    audio_tracks: int
    has_location: bool
    edited: bool = False
    """The file holds frames that its edit list hides: a copied picture would show them."""
    video_kbps: int = 0
    kept: tuple[tuple[str, str], ...] = ()
    """What its metadata says that has to stay: copyright, and the label of AI-made content."""

    @property
    def has_audio(self) -> bool:
        """True where there is a track that decodes."""
        return self.audio is not None

    @property
    def is_square(self) -> bool:
        """True where the coded pixels are square."""
        shown = Size(self.coded.height_px, self.coded.width_px) if self.orientation.swap else self.coded
        return shown == self.size
