"""Why a crop lies where it lies, in plain words for the report: "two faces, kept with head-room; cut: right side"."""

from __future__ import annotations

from mediakit.model import Box, Crop, Findings, Size

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def described(findings: Findings, crop: Crop) -> str:
    """What the crop keeps and which side it gives up."""
    return f"{_kept(findings, crop)}; {given_up(findings.size, crop)}"


def _kept(findings: Findings, crop: Crop) -> str:
    main = findings.main_faces
    if main:
        cut = len(findings.faces) - sum(1 for face in findings.faces if _inside(face.box, crop, findings.size))
        rest = f", {_number(cut)} in the background cut or left out" if cut else ""
        return f"keeps {_number(len(main))} {'face' if len(main) == 1 else 'faces'}{rest}"
    if findings.subject is None:
        return "nothing stands out, so it stays near the middle"
    where = _where(findings.subject, findings.size)
    whole = _inside(findings.subject, crop, findings.size)
    return f"keeps the subject{where}" if whole else f"keeps most of the subject{where}"


def _inside(box: Box, crop: Crop, picture: Size) -> bool:
    """Whether as much of the box is shown as the picture has, to a pixel."""
    left, top = max(box.x, 0), max(box.y, 0)
    right, bottom = min(box.right, picture.width_px), min(box.bottom, picture.height_px)
    frame = crop.as_box()
    return left >= frame.x - 1 and top >= frame.y - 1 and right <= frame.right + 1 and bottom <= frame.bottom + 1


def _where(box: Box, picture: Size) -> str:
    x, y = box.centre[0] / picture.width_px, box.centre[1] / picture.height_px
    across = "left" if x < 0.38 else "right" if x > 0.62 else ""
    upright = "top" if y < 0.38 else "bottom" if y > 0.62 else ""
    place = " ".join(word for word in (upright, across) if word)
    return f" at the {place}" if place else " in the middle"


def given_up(picture: Size, crop: Crop) -> str:
    """Which sides the crop takes away, in per cent of the picture's side."""
    sides = (
        ("left", crop.x_px / picture.width_px),
        ("right", 1 - (crop.x_px + crop.w_px) / picture.width_px),
        ("top", crop.y_px / picture.height_px),
        ("bottom", 1 - (crop.y_px + crop.h_px) / picture.height_px),
    )
    cuts = [f"{round(100 * share)} % {name}" for name, share in sides if share >= 0.005]
    return f"gives up {' and '.join(cuts)}" if cuts else "gives up a few pixels"


def _number(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)
