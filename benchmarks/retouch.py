"""What the skin retouch does to real faces, by measures of its own, at the amount and within the ceilings of presets/base.

    python benchmarks/retouch.py ../shared/corpus/photos/people ../shared/corpus/photos/crop [--sheet sheet.png]
Every photo is brought to the size of a 1080 x 1440 post, and once more relit so that its skin has the lightness of light,
medium and dark skin (L* 75, 55, 35). Printed per light: the texture energy kept, the largest change of mean skin lightness
and hue, and of the lips in CIEDE2000, and how much of the unevenness is left. Texture is L* less a Gaussian of 1 % of the
face's width, over the mask; unevenness is what lies between that and a Gaussian of 5 %; the lips are the area between the
corners of the mouth. A pixel that changes outside the masks ends the run. Times are CPU time on one core, least of three.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from as_posted import as_posted
from PIL import Image

from mediakit.model import Face, Size
from mediakit.photo.retouch import retouch
from mediakit.photo.skin_mask import SkinMask, skin_masks
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.pixels.light import encode, linear_from_srgb
from mediakit.presets.schema import Retouch
from mediakit.vision.faces import find_faces

LIGHTS = {"as shot": None, "light": 75.0, "medium": 55.0, "dark": 35.0}
SKIN_ONLY = Retouch(denoise=0, sharpen=0)


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("folders", type=Path, nargs="+")
    said.add_argument("--sheet", type=Path, help="write before and after of every face, at 1:1, side by side")
    args = said.parse_args()
    cv2.setNumThreads(1)
    found = [one for folder in args.folders for one in portraits(folder)]
    for light, lightness in LIGHTS.items():
        rows = [row for rgb, faces in found for row in measured(relit(rgb, faces, lightness), faces)]
        print_row(light, np.array(rows))
    spent = sorted(milliseconds(rgb, faces) for rgb, faces in found)
    print(
        f"retouch of {len(spent)} photos with faces: median {spent[len(spent) // 2]:.1f} ms, most {spent[-1]:.1f} ms CPU"
    )
    clean = sorted(milliseconds(rgb, faces, SKIN_ONLY) for rgb, faces in found)
    print(f"skin alone: median {clean[len(clean) // 2]:.1f} ms, most {clean[-1]:.1f} ms CPU")
    if args.sheet:
        write_sheet(args.sheet, found)


def portraits(folder: Path) -> Iterator[tuple[np.ndarray, tuple[Face, ...]]]:
    """Photos at the size of a post, with the faces that are large enough to be retouched."""
    for path in sorted(folder.iterdir()):
        rgb = as_posted(path)
        if rgb is None:
            continue
        faces = find_faces(rgb, shown=Size(rgb.shape[1], rgb.shape[0]))
        if skin_masks(rgb, faces):
            yield rgb, faces


def relit(rgb: np.ndarray, faces: tuple[Face, ...], lightness: float | None) -> np.ndarray:
    """The photo with its light turned up or down until the largest face's skin has that mean L*."""
    if lightness is None:
        return rgb
    mask = skin_masks(rgb, faces)[0]
    linear = linear_from_srgb(rgb)
    skin = mask.part(linear)[mask.weight > 0.5] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    goal = ((lightness + 16) / 116) ** 3
    return np.rint(255 * encode(linear * np.float32(goal / skin.mean()))).astype(np.uint8)


def measured(rgb: np.ndarray, faces: tuple[Face, ...]) -> Iterator[tuple[float, ...]]:
    """Face by face: texture kept, change of mean L* and hue, CIEDE2000 of the lips, the amount applied, unevenness left."""
    masks = skin_masks(rgb, faces)
    done = retouch(rgb, faces, SKIN_ONLY)
    outside = np.ones(rgb.shape[:2], bool)
    for mask in masks:
        mask.part(outside)[mask.weight > 0] = False
    assert np.array_equal(done.pixels[outside], rgb[outside]), "something changed outside the masks"
    amounts = [face["amount"] for face in done.facts.get("faces", [])]
    for mask, amount in zip(masks, amounts, strict=True):
        before, after = (lab_from_srgb(np.ascontiguousarray(mask.part(p))) for p in (rgb, done.pixels))
        means = [(mask.weight[..., None] * lab).sum(axis=(0, 1)) / mask.weight.sum() for lab in (before, after)]
        hues = [np.degrees(np.arctan2(mean[2], mean[1])) for mean in means]
        turn = abs((hues[1] - hues[0] + 180) % 360 - 180) if np.hypot(*means[0][1:]) > 2 else 0.0
        kept = energy(after, mask) / max(energy(before, mask), 1e-9)
        even = energy(after, mask, coarse=True) / max(energy(before, mask, coarse=True), 1e-9)
        yield kept, abs(means[1][0] - means[0][0]), turn, lips(rgb, done.pixels, mask, faces), amount, even


def energy(lab: np.ndarray, mask: SkinMask, *, coarse: bool = False) -> float:
    """Energy of the texture of L*, or of its unevenness."""
    plane = np.ascontiguousarray(lab[..., 0])
    base = cv2.GaussianBlur(plane, (0, 0), max(0.01 * mask.face_width_px, 0.8))
    band = base - cv2.GaussianBlur(plane, (0, 0), 0.05 * mask.face_width_px) if coarse else plane - base
    return float((mask.weight * band * band).sum())


def lips(before: np.ndarray, after: np.ndarray, mask: SkinMask, faces: tuple[Face, ...]) -> float:
    """Mean CIEDE2000 over an ellipse through the corners of the mouth of the mask's face."""
    face = min(faces, key=lambda each: abs(each.box.w - mask.face_width_px))
    right, left = face.points[3:]
    half = max(np.hypot(left[0] - right[0], left[1] - right[1]) / 2, 0.12 * face.box.w)
    angle = np.degrees(np.arctan2(left[1] - right[1], left[0] - right[0]))
    area = np.zeros(before.shape[:2], np.uint8)
    centre = (round((left[0] + right[0]) / 2), round((left[1] + right[1]) / 2))
    cv2.ellipse(area, centre, (round(half), round(0.55 * half)), angle, 0, 360, 1, -1)
    inside = area.astype(bool)
    if not inside.any():
        return 0.0
    return float(ciede2000(lab_from_srgb(before[inside]), lab_from_srgb(after[inside])).mean())


def print_row(light: str, rows: np.ndarray) -> None:
    kept, lightness, hue, lip, amount, even = rows.T
    print(
        f"{light:8} {len(rows)} faces: texture kept {kept.min():.2f} to {kept.max():.2f}, mean {kept.mean():.2f}; "
        f"L* within {lightness.max():.2f}, hue within {hue.max():.2f} deg, lips within {lip.max():.2f}; "
        f"lowered on {(amount < 0.33).sum()}; "
        f"unevenness left {even.mean():.2f}"
    )


def milliseconds(rgb: np.ndarray, faces: tuple[Face, ...], options: Retouch | None = None) -> float:
    best = np.inf
    for _ in range(3):
        began = time.process_time()
        retouch(rgb, faces, options or Retouch())
        best = min(best, time.process_time() - began)
    return 1000 * best


def write_sheet(path: Path, found: list[tuple[np.ndarray, tuple[Face, ...]]], side_px: int = 360) -> None:
    """Rows of before, default, full amount: the middle of the largest face of each photo at 1:1."""
    rows = []
    for rgb, faces in found:
        x, y = faces[0].box.centre
        left = int(np.clip(x - side_px / 2, 0, max(rgb.shape[1] - side_px, 0)))
        top = int(np.clip(y - side_px / 2, 0, max(rgb.shape[0] - side_px, 0)))
        looks = [rgb, *(retouch(rgb, faces, Retouch(skin=amount, sharpen=0)).pixels for amount in (0.35, 1.0))]
        row = np.full((side_px, 3 * side_px, 3), 255, np.uint8)
        for index, look in enumerate(looks):
            part = look[top : top + side_px, left : left + side_px]
            row[: part.shape[0], index * side_px : index * side_px + part.shape[1]] = part
        rows.append(row)
    Image.fromarray(np.vstack(rows)).save(path)


if __name__ == "__main__":
    main()
