"""From whatever a file's colours mean to 8-bit sRGB.

Most photos are sRGB already, or Display P3, Adobe RGB, ProPhoto: three curves and a matrix. Those go through three table
look-ups (about 5 ns a pixel); the result was checked against littlecms on a grid of colours before it is trusted.
Everything else (CMYK, Lab, grey curves, table profiles) goes through littlecms. Intent: perceptual, which for matrix
profiles is relative colorimetric. A profile that cannot be read is left out, and that is said.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from mediakit.model import Note
from mediakit.photo.containers.header import ColourTag
from mediakit.photo.icc import (
    D50,
    PRIMARIES,
    MatrixProfile,
    code_of_light,
    primaries_to_xyz,
    read_matrix_profile,
    write_profile,
)
from mediakit.photo.tonemap import PQ, to_sdr

Rgb8 = NDArray[np.uint8]
Deep = NDArray[np.uint16]
Picture = Image.Image | Rgb8 | Deep
_UNREADABLE = Note("profile-unreadable", "The colour profile could not be read; the photo was taken to be sRGB.")
_BAND_PIXELS = 1 << 17
_TRUSTED_WITHIN = 2
"""Code values by which the quick way may differ from littlecms on the grid; more, and littlecms does the work."""


@dataclass(frozen=True, eq=False)
class _Quick:
    """Look-up to 16-bit light, matrix, look-up to 8-bit sRGB."""

    to_light: NDArray[np.uint16]  # (1, 65536, 3)
    matrix: NDArray[np.float32]  # (3, 3)

    def apply(self, rgb: Rgb8 | Deep) -> Rgb8:
        table = np.ascontiguousarray(self.to_light if rgb.dtype == np.uint16 else self.to_light[:, ::257])
        return in_bands(rgb, lambda band: cv2.LUT(cv2.transform(cv2.LUT(band, table), self.matrix), code_of_light()))


@dataclass(frozen=True, eq=False)
class _Plan:
    """How a profile is applied: the quick way, by littlecms, or (neither: it is sRGB) not at all."""

    quick: _Quick | None = None
    transform: ImageCms.ImageCmsTransform | None = None


def in_bands(pixels: Rgb8 | Deep, change: Callable[[Any], Rgb8]) -> Rgb8:
    """`change` applied to some rows after the other: its wide intermediate values stay small, and in the cache."""
    result = np.empty(pixels.shape, np.uint8)
    rows = max(1, _BAND_PIXELS // pixels.shape[1])
    for top in range(0, pixels.shape[0], rows):
        result[top : top + rows] = change(pixels[top : top + rows])
    return result


def to_srgb(picture: Picture, tag: ColourTag) -> tuple[Rgb8, tuple[Note, ...]]:
    """The picture in sRGB, (H, W, 3) uint8, and what there is to say about it.

    picture: mode L, RGB, CMYK or LAB, its values as `tag` says; or (H, W, 3) RGB, uint8 or uint16 with 0..65535. An array
    that is sRGB already is returned itself.
    """
    if tag.is_hdr:
        return _from_hdr(picture, tag)
    if not tag.icc:
        return _from_code_points(picture, tag), ()
    plan = _plan(tag.icc, picture.mode if isinstance(picture, Image.Image) else "RGB")
    if plan is None:
        return _without_profile(picture), (_UNREADABLE,)
    if plan.quick:
        return plan.quick.apply(np.asarray(picture)), ()
    if plan.transform:
        return _by_littlecms(_image(picture), plan.transform), ()
    return _rgb(picture), ()


def _image(picture: Picture) -> Image.Image:
    """The picture as Pillow's, 8 bits a channel."""
    return picture if isinstance(picture, Image.Image) else Image.fromarray(_rgb(picture))


def _rgb(picture: Picture) -> Rgb8:
    """The picture as an 8-bit array, by value: no profile is applied."""
    if isinstance(picture, Image.Image):
        return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))
    if picture.dtype == np.uint8:
        return picture.astype(np.uint8, copy=False)
    rounded: Rgb8 = cv2.convertScaleAbs(picture, alpha=255 / 65535)
    return rounded


def _by_littlecms(image: Image.Image, transform: ImageCms.ImageCmsTransform) -> Rgb8:
    if image.mode == "L":
        ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
        table = np.asarray(ImageCms.applyTransform(ramp, transform))
        grey: Rgb8 = cv2.LUT(np.asarray(image.convert("RGB")), table)
        return grey
    return np.asarray(ImageCms.applyTransform(image, transform))


def _without_profile(picture: Picture) -> Rgb8:
    """Taken as sRGB; ink by the plain formula that viewers use; Lab by the D50 white it is defined with."""
    if isinstance(picture, Image.Image) and picture.mode == "LAB":
        return _by_littlecms(picture, _lab_to_srgb())
    return _rgb(picture)


def _from_code_points(picture: Picture, tag: ColourTag) -> Rgb8:
    """H.273 primaries without a profile: wide ones are brought home, the rest is near enough to sRGB."""
    is_rgb = not isinstance(picture, Image.Image) or picture.mode == "RGB"
    if not is_rgb or tag.primaries not in PRIMARIES or tag.primaries == 1:
        return _without_profile(picture)
    return _quick_for_primaries(tag.primaries).apply(np.asarray(picture))


def _from_hdr(picture: Picture, tag: ColourTag) -> tuple[Rgb8, tuple[Note, ...]]:
    kind = "PQ" if tag.transfer == PQ else "HLG"
    note = Note(
        "hdr-to-sdr", f"This is an HDR photo ({kind}); its light was brought into the range of ordinary screens."
    )
    if isinstance(picture, Image.Image) or picture.dtype == np.uint8:
        picture = _rgb(picture).astype(np.uint16) * 257
    return in_bands(picture, lambda band: to_sdr(band, tag.primaries, tag.transfer)), (note,)


def srgb_of_deep_lab(lab: NDArray[Any]) -> Rgb8:
    """CIELAB under D50, (H, W, 3) uint16 (L* 0..65535 is 0..100; a*, b* are 256 a unit around 32768), to sRGB."""
    return in_bands(lab, _srgb_of_lab_band)


def _srgb_of_lab_band(lab: Deep) -> Rgb8:
    codes = lab.astype(np.float32)
    lightness = (codes[..., 0] * np.float32(100 / 65535) + 16) / 116
    a, b = (codes[..., 1] - 32768) / np.float32(256 * 500), (codes[..., 2] - 32768) / np.float32(256 * 200)
    f = np.stack([lightness + a, lightness, lightness - b], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, (f - 4 / 29) * np.float32(108 / 841)) * np.array(D50, np.float32)
    light = cv2.transform(xyz.astype(np.float32), np.linalg.inv(primaries_to_xyz(1)).astype(np.float32))
    codes_of_light = np.rint(np.clip(light, 0, 1) * 65535).astype(np.uint16)
    srgb: Rgb8 = cv2.LUT(codes_of_light, code_of_light())
    return srgb


def _quick(profile: MatrixProfile) -> _Quick:
    light = np.stack(profile.curves, axis=-1).clip(0, 1)
    to_srgb_light = np.linalg.inv(primaries_to_xyz(1)) @ profile.to_xyz
    return _Quick(np.rint(light * 65535).astype(np.uint16)[None], to_srgb_light.astype(np.float32))


@lru_cache(maxsize=8)
def _quick_for_primaries(primaries: int) -> _Quick:
    profile = read_matrix_profile(write_profile("", primaries))
    if profile is None:
        raise AssertionError("our own profile does not read back")
    return _quick(profile)


@lru_cache(maxsize=16)
def _plan(icc: bytes, mode: str) -> _Plan | None:
    """How to apply a profile to pictures of `mode`; None when it cannot be read or is for another kind of picture."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        space = source.profile.xcolor_space.strip()
        if space != {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK", "LAB": "Lab"}.get(mode):
            return _fallback_plan(mode, space)
        transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
        reference = ImageCms.applyTransform(_grid(), transform) if mode == "RGB" else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if reference is None:
        return _Plan(transform=transform)
    return _plan_for_rgb(icc, transform, np.asarray(reference).astype(np.int16))


def _fallback_plan(mode: str, space: str) -> _Plan | None:
    """A grey picture with an RGB profile is common and harmless: treat it as sRGB grey. Else the profile is wrong."""
    return _Plan() if mode == "L" and space == "RGB" else None


def _plan_for_rgb(icc: bytes, transform: ImageCms.ImageCmsTransform, reference: NDArray[np.int16]) -> _Plan:
    grid = np.asarray(_grid())
    if np.abs(reference - grid).max() <= 1:
        return _Plan()
    profile = read_matrix_profile(icc)
    quick = _quick(profile) if profile else None
    if quick is not None and np.abs(reference - quick.apply(grid)).max() <= _TRUSTED_WITHIN:
        return _Plan(quick=quick)
    return _Plan(transform=transform)


@lru_cache(maxsize=1)
def _grid() -> Image.Image:
    """9 x 9 x 9 colours and all greys, as a picture one pixel high."""
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    return Image.fromarray(np.concatenate([colours, greys])[None])


@lru_cache(maxsize=1)
def _lab_to_srgb() -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")
