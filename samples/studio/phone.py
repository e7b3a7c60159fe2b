"""From linear light to what a phone would have saved: exposure, lens, sensor noise, tone, sharpening, and a file with EXIF.

The phone is an invented one. Noise follows the usual two-part model (shot noise that grows with the light, read noise that
does not), is rougher in colour than in brightness as after a phone's own noise reduction, and grows with ISO.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from studio.wide import display_p3_profile, to_display_p3

Light = NDArray[np.float32]
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Handling:
    """How one picture was taken."""

    long_side_px: int = 2016
    ev: float = 0.0
    iso: int = 80
    warmth: tuple[float, float] = (1.0, 1.0)
    """Gain of red and blue: what the phone's white balance got wrong."""
    defocus_px: float = 0.0
    motion_px: tuple[float, float] = (0.0, 0.0)
    """How far the hand moved during the exposure, right and down, at the picture's full size."""
    quality: int = 90
    seed: int = 0


@dataclass(frozen=True)
class Tags:
    """What the phone wrote beside the picture. `upright` is False for a phone held on its side: EXIF orientation 6."""

    when: str
    exposure_s: Fraction = Fraction(1, 60)
    gps: tuple[float, float] | None = None
    sideways: bool = False
    subsecond: str = "000"


def develop(light: Light, how: Handling) -> Picture:
    """(h, w, 3) linear light to (h, w, 3) uint8 sRGB at the phone's size."""
    rng = np.random.default_rng(1000 + how.seed)
    scale = how.long_side_px / max(light.shape[:2])
    light = np.clip(
        light * _exposure(light, how.ev), 0, 4
    )  # the sensor's wells are full long before a lamp's own brightness
    light = np.maximum(cv2.resize(light, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), 0)
    light = light * np.array([how.warmth[0], 1.0, how.warmth[1]], dtype=np.float32)
    light = _shaken(_defocused(light, how.defocus_px), how.motion_px) * _vignette(light.shape[:2])
    picture = _tone(np.maximum(_noisy(light, how.iso, rng), 0))
    soft = cv2.GaussianBlur(picture, (0, 0), 1.6)
    picture = picture + 0.55 * (picture - soft)
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


def save(picture: Picture, path: Path, how: Handling, tags: Tags) -> None:
    """Write a JPEG (sRGB) or HEIC (Display P3), by the name's ending. The parent folder must exist."""
    stored = np.ascontiguousarray(np.rot90(picture, k=1) if tags.sideways else picture)
    exif = _exif(how, tags, (stored.shape[1], stored.shape[0])).tobytes()
    if path.suffix.lower() == ".heic":
        pillow_heif.register_heif_opener()
        image = Image.fromarray(to_display_p3(stored))
        image.save(path, quality=how.quality, exif=exif, icc_profile=display_p3_profile())
    else:
        image = Image.fromarray(stored)
        image.save(path, quality=how.quality, subsampling="4:2:0", optimize=True, exif=exif)


def _exposure(light: Light, ev: float) -> float:
    """The gain that brings the picture's geometric mean to mid-grey, moved by `ev` stops."""
    brightness = np.clip(light.mean(axis=2), 1e-3, None)
    return float(0.235 * 2**ev / np.exp(np.log(brightness).mean()))


def _vignette(shape: tuple[int, int]) -> Light:
    """A lens's fall-off towards the corners, (h, w, 1): 1 in the middle, 0.72 in the corners."""
    y, x = (np.linspace(-1, 1, n, dtype=np.float32) for n in shape)
    return (1 - 0.14 * (x[None, :] ** 2 + y[:, None] ** 2))[..., None]


def _defocused(light: Light, radius_px: float) -> Light:
    """Out of focus: every point becomes a disc."""
    if radius_px <= 0:
        return light
    reach = int(np.ceil(radius_px))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.clip(radius_px + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
    return cv2.filter2D(light, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)


def _shaken(light: Light, motion_px: tuple[float, float]) -> Light:
    """The hand moved while the shutter was open: every point becomes a slightly bent line."""
    across, down = motion_px
    if not across and not down:
        return light
    reach = int(np.ceil(max(abs(across), abs(down)) / 2)) + 2
    track = np.zeros((2 * reach + 1, 2 * reach + 1), dtype=np.float32)
    for t in np.linspace(-0.5, 0.5, 400):
        bow = 0.10 * np.cos(np.pi * t)
        track[round(reach + down * t + across * bow), round(reach + across * t - down * bow)] += 1
    track = cv2.GaussianBlur(track, (0, 0), 0.7)
    return cv2.filter2D(light, -1, track / track.sum(), borderType=cv2.BORDER_REFLECT)


def _noisy(light: Light, iso: int, rng: np.random.Generator) -> Light:
    """Sensor noise at an ISO, in linear light, 1.0 being the sensor's white."""
    gain = iso / 100
    deviation = np.sqrt(np.clip(light, 0, 1) * 0.00012 * gain + 0.0000016 * gain**1.6)
    grain = rng.standard_normal(light.shape, dtype=np.float32)
    common = cv2.GaussianBlur(grain.mean(axis=2), (0, 0), 0.6)[..., None] * 2.6
    colour = cv2.GaussianBlur(grain, (0, 0), 1.5) * 2.2
    return light + deviation * (common + colour)


def _tone(light: Light) -> Light:
    """A phone's curve: a shoulder for highlights, a little contrast and colour, then the sRGB encoding; 0..1."""
    peak = 5.0
    bright = light.max(axis=2, keepdims=True)
    rolled = bright * (1 + bright / peak**2) / (1 + 0.42 * bright)
    light = light * (rolled / np.maximum(bright, 1e-6)) * 1.18
    grey = light.mean(axis=2, keepdims=True)
    light = np.clip(grey + 1.06 * (light - grey), 0, 1)
    encoded = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return (encoded - 0.06 * np.sin(2 * np.pi * encoded)).astype(np.float32)


def _exif(how: Handling, tags: Tags, size: tuple[int, int]) -> Image.Exif:
    when = datetime.fromisoformat(tags.when).strftime("%Y:%m:%d %H:%M:%S")
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.Software] = "Halcyon", "Halcyon H3", "H3-OS 4.1"
    exif[Base.Orientation] = 6 if tags.sideways else 1
    exif[Base.DateTime] = when
    exif.get_ifd(IFD.Exif).update({
        Base.DateTimeOriginal: when,
        Base.DateTimeDigitized: when,
        Base.OffsetTimeOriginal: "+08:00",
        Base.SubsecTimeOriginal: tags.subsecond,
        Base.ExposureTime: IFDRational(tags.exposure_s.numerator, tags.exposure_s.denominator),
        Base.FNumber: 1.8,
        Base.ISOSpeedRatings: how.iso,
        Base.FocalLength: 5.6,
        Base.FocalLengthIn35mmFilm: 26,
        Base.ExifImageWidth: size[0],
        Base.ExifImageHeight: size[1],
        Base.ColorSpace: 1,
        Base.CameraOwnerName: "MUSELLE Store 3",
        Base.BodySerialNumber: "H3-0000-SAMPLE",
    })  # fmt: skip
    if tags.gps:
        exif.get_ifd(IFD.GPSInfo).update(_position(*tags.gps))
    return exif


def _position(latitude: float, longitude: float) -> dict[int, object]:
    return {
        GPS.GPSLatitudeRef: "N" if latitude >= 0 else "S",
        GPS.GPSLatitude: _sexagesimal(abs(latitude)),
        GPS.GPSLongitudeRef: "E" if longitude >= 0 else "W",
        GPS.GPSLongitude: _sexagesimal(abs(longitude)),
        GPS.GPSAltitude: 12.0,
    }


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 3)
