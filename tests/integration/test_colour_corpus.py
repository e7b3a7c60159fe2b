"""Develop and retouch on real photos: the promises that drawn pictures cannot test."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from mediakit.look.develop import cube_for
from mediakit.look.features import LEVELS
from mediakit.look.measure import measure
from mediakit.model import Size
from mediakit.photo.retouch import retouch
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.pixels.resample import resize, shrink_to_pixels
from mediakit.presets.schema import Develop, Retouch
from mediakit.vision.faces import find_faces

pytestmark = pytest.mark.corpus


def opened(path: Path):
    with Image.open(path) as picture:
        picture.draft("RGB", (1600, 1600))
        return np.ascontiguousarray(ImageOps.exif_transpose(picture).convert("RGB"))


def photos(folder: Path):
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".jpeg", ".png"})


def at_output_size(rgb):
    scale = min(1080 / min(rgb.shape[:2]), 1440 / max(rgb.shape[:2]), 1.5)
    return resize(rgb, Size(round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)))


def faces_of(rgb):
    return find_faces(rgb, shown=Size(rgb.shape[1], rgb.shape[0]))


def mouth_of(face, shape):
    """A box around the lips, from the corners of the mouth."""
    (x1, y1), (x2, y2) = face.points[3:]
    half = np.hypot(x2 - x1, y2 - y1) / 2
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    rows = slice(max(int(y - 0.45 * half), 0), min(int(y + 0.5 * half), shape[0]))
    return rows, slice(max(int(x - 0.9 * half), 0), min(int(x + 0.9 * half), shape[1]))


def test_skin_of_real_people_keeps_texture_shade_and_hue_and_lips_stay(corpus):
    seen = 0
    for path in photos(corpus / "photos" / "people"):
        rgb = at_output_size(opened(path))
        faces = faces_of(rgb)
        done = retouch(rgb, faces, Retouch(skin=0.35, denoise=0, sharpen=0))
        result, facts = done.pixels, done.facts
        for numbers in facts.get("faces", []):
            seen += 1
            assert numbers["texture_kept"] >= 0.70, path.name
            assert abs(numbers["lightness_change"]) <= 0.5, path.name
            assert abs(numbers["hue_change_deg"]) <= 1.0, path.name
        for face in faces[:2]:
            if face.box.w >= 80:
                mouth = mouth_of(face, rgb.shape)
                moved = ciede2000(lab_from_srgb(result[mouth]), lab_from_srgb(rgb[mouth]))
                assert moved.mean() <= 0.5, path.name
    assert seen >= 20


def test_texture_by_another_measure_on_real_faces(corpus):
    """Variance of the Laplacian inside the cheeks: a measure the retouch does not know."""
    kept = []
    for path in photos(corpus / "photos" / "people"):
        rgb = at_output_size(opened(path))
        done = retouch(rgb, faces_of(rgb), Retouch(skin=0.35, denoise=0, sharpen=0))
        result, facts = done.pixels, done.facts
        for numbers in facts.get("faces", []):
            x, y, w, h = numbers["region_px"]
            before, after = (cv2.cvtColor(p[y : y + h, x : x + w], cv2.COLOR_RGB2GRAY) for p in (rgb, result))
            kept.append(cv2.Laplacian(after, cv2.CV_32F).var() / cv2.Laplacian(before, cv2.CV_32F).var())
    assert min(kept) >= 0.70


def test_well_exposed_photos_are_hardly_changed(corpus):
    moved = []
    for folder in ("people", "retail", "products"):
        for path in photos(corpus / "photos" / folder):
            rgb = np.ascontiguousarray(shrink_to_pixels(opened(path), 40_000)[0])
            tone = measure(rgb)
            if tone.light[LEVELS.index(0.99)] < 0.8 or not 0.2 <= tone.mid[LEVELS.index(0.5)] <= 0.75:
                continue
            after = cube_for(tone, Develop(), None)[0].apply(rgb)
            moved.append(float(ciede2000(lab_from_srgb(rgb), lab_from_srgb(after)).mean()))
    assert len(moved) >= 30
    assert np.mean(moved) <= 2.5
    assert max(moved) <= 9
