"""Holds a photo against its surface, reopened from disk with Pillow and nothing else.

The whole picture is decoded once, to prove that it can be; a JPEG at an eighth of its size, which reads all of its data
and takes half the time. HEIC, AVIF, TIFF, GIF and the like are told by their first
bytes and not opened: no surface takes them, and that is all a person needs to know. Limits: `MAX_PIXELS`, `MAX_BYTES`.
"""

from __future__ import annotations

import io
import warnings
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageCms, UnidentifiedImageError

from mediakit.errors import Fault, FileError
from mediakit.model import Kind, Size
from mediakit.platforms import privacy
from mediakit.platforms.geometry import hold_bytes, hold_geometry
from mediakit.platforms.picture_end import end_of_picture, uses_arithmetic_coding
from mediakit.platforms.schema import PhotoSpec, Target
from mediakit.platforms.verdicts import Held
from mediakit.tools.sniff import name_fits, open_plainly

MAX_PIXELS = 178_000_000  # Pillow's own limit; decoded, about 0.7 GB
MAX_BYTES = 500_000_000
_PLUGINS = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "webp": ("WEBP",)}
_MODES = ("RGB", "RGBA", "L", "LA", "P", "1")
"""Pixel layouts every app shows: at most 8 bits a channel, red-green-blue or grey."""
_PADDING = b"\0\xff\r\n\t "
_TURNED = (5, 6, 7, 8)
_SRGB_TOLERANCE = 3
"""Largest difference, of 255, between a profile's idea of a colour and sRGB's: v2 and v4 profiles differ by 2."""


def check_photo(held: Held, path: Path, fmt: str, target: Target, spec: PhotoSpec) -> None:
    """Every rule for photos. `fmt` is what `sniff` said. Raises FileError where the file cannot be read or decoded."""
    found = path.stat().st_size
    held.hold("format", fmt in spec.formats, fmt, list(spec.formats))
    held.hold("extension", name_fits(fmt, path.suffix), path.suffix, fmt)
    hold_bytes(held, found, spec)
    if fmt not in _PLUGINS:
        return
    if found > MAX_BYTES:
        raise FileError(Fault.TOO_LARGE, f"The picture has {found} bytes.", f"Pictures have at most {MAX_BYTES}.")
    with open_plainly(path) as file:
        data = file.read()
    if fmt == "jpeg" and uses_arithmetic_coding(data):
        raise FileError(
            Fault.UNSUPPORTED_CODEC, "The JPEG uses arithmetic coding, which no app shows.", "Export it again."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns about odd metadata; what matters here becomes a check
        with _opened(data, fmt) as image:
            stored = Size(*image.size)
            image.draft(None, (max(1, stored.width_px // 8), max(1, stored.height_px // 8)))
            _decode(image)
            _hold_structure(held, image, data, fmt)
            _hold_picture(held, image, stored, target)


def _opened(data: bytes, fmt: str) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=_PLUGINS[fmt])
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise FileError(
            Fault.CORRUPT, f"The {fmt} file is damaged: its header cannot be read.", "Export it again."
        ) from error
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels()
    return image


def _too_many_pixels() -> FileError:
    return FileError(
        Fault.TOO_LARGE, f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.", "Export it smaller."
    )


def _decode(image: Image.Image) -> None:
    try:
        image.load()
    except OSError as error:
        is_cut = "truncated" in str(error).lower()
        fault, words = (Fault.TRUNCATED, "its end is missing") if is_cut else (Fault.CORRUPT, "it cannot be decoded")
        raise FileError(fault, f"The picture is damaged: {words}.", "Export or copy it again.") from error
    except (
        SyntaxError,
        ValueError,
        IndexError,
        TypeError,
        KeyError,
        EOFError,
        OverflowError,
        ZeroDivisionError,
    ) as error:
        raise FileError(Fault.CORRUPT, "The picture is damaged: it cannot be decoded.", "Export it again.") from error
    except MemoryError as error:
        raise FileError(
            Fault.OUT_OF_MEMORY, "The picture needs more memory than there is.", "Export it smaller."
        ) from error


def _hold_structure(held: Held, image: Image.Image, data: bytes, fmt: str) -> None:
    """One picture, whole, with nothing behind it."""
    end = end_of_picture(data, fmt)
    if end is None:
        raise FileError(Fault.TRUNCATED, "The picture is damaged: its end is missing.", "Export or copy it again.")
    frames = getattr(image, "n_frames", 1)
    held.hold("single-picture", frames == 1, frames, 1)
    if frames == 1:  # several pictures in one file lie behind each other by design
        behind = len(data[end:].strip(_PADDING))
        held.hold("trailing-data", behind == 0, behind, 0)


def _hold_picture(held: Held, image: Image.Image, stored: Size, target: Target) -> None:
    found = privacy.traces(image)
    turned = found.orientation in _TURNED
    shown = Size(stored.height_px, stored.width_px) if turned else stored
    hold_geometry(held, shown, target, Kind.PHOTO)
    held.hold("orientation", found.orientation in (0, 1), found.orientation, 1)
    held.hold("colour-mode", image.mode in _MODES, image.mode, list(_MODES))
    _hold_profile(held, image)
    for rule in (privacy.LOCATION, privacy.SERIALS, privacy.MAKER_NOTE, privacy.OWNER, privacy.THUMBNAIL):
        held.hold(rule, rule not in found.found, found.found.get(rule, []), [])
    held.hold("metadata", not found.unreadable, found.unreadable, [])
    if held.expect is not None and not held.expect.capture_date:
        held.hold(privacy.DATE, privacy.DATE not in found.found, found.found.get(privacy.DATE, []), [])
    if held.expect is not None and held.expect.ai_label:
        held.hold("ai-label", found.has_ai_label, found.has_ai_label, True)


def _hold_profile(held: Held, image: Image.Image) -> None:
    """sRGB, by what the profile does and not by what it calls itself; without one, apps take sRGB for granted."""
    profile = image.info.get("icc_profile")
    if profile:
        name = profile_name(profile)
        held.hold("colour-profile", name == "sRGB", name, "sRGB")
    elif "srgb" in image.info:
        held.hold("colour-profile", True, "sRGB", "sRGB")
    else:
        held.hold_house("colour-profile", False, None, "sRGB")


@lru_cache(maxsize=32)
def profile_name(profile: bytes) -> str:
    """ "sRGB" where the ICC profile turns colours into what sRGB does; else what it calls itself, or "unreadable"."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = f"not sRGB: {ImageCms.getProfileDescription(opened).strip() or 'unnamed'}"
        mode = {"RGB ": "RGB", "GRAY": "L"}.get(opened.profile.xcolor_space)
        if mode is None:
            return name
        steps = (0, 64, 128, 192, 255)
        if mode == "RGB":
            probe = Image.new("RGB", (125, 1))
            probe.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
        else:
            probe = Image.new("L", (256, 1))
            probe.putdata(list(range(256)))
        seen = ImageCms.profileToProfile(probe, opened, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "unreadable"
    meant = probe.convert("RGB").tobytes()
    if seen is not None and max(abs(a - b) for a, b in zip(seen.tobytes(), meant, strict=True)) <= _SRGB_TOLERANCE:
        return "sRGB"
    return name
