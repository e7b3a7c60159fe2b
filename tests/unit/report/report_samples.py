"""Outcomes to report on, made by hand."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from mediakit.model import (
    Box,
    Check,
    Crop,
    Delivered,
    Face,
    Findings,
    Kind,
    Note,
    Outcome,
    Part,
    Problem,
    Saliency,
    Score,
    Size,
    Verdict,
)

HOSTILE = '</script><img src=x onerror="window.hacked=1">\n{{report}} \u202egpj.jpg'


def verdict_of(score: Score) -> Verdict:
    return "pass" if score.value >= 60 else "reject" if score.value < 30 else "fix"


def score(value: float) -> Score:
    parts = (
        Part("sharpness", 0.9, 1.0, "edges 1.2 px wide"),
        Part("exposure", 0.3, 2.0, "middle grey at 21 of 100", "Turn towards the light."),
    )
    return Score(value, parts)


def delivered(target: str, path: str, preview: str | None = None, **more: object) -> Delivered:
    facts: dict[str, object] = {} if preview is None else {"preview": preview}
    values: dict[str, object] = {
        "crop": Crop(0, 60, 240, 180),
        "why": "one face, a third down",
        "size": Size(1080, 1440),
        "bytes": 123_456,
        "sha256": "ab" * 32,
        "checks": (Check("max-bytes", True, 123_456, 5_000_000),),
        "score": score(80.0),
        "facts": facts,
        **more,
    }
    return Delivered(target, path, "made", "f" * 16, **values)


def photo(rel: str, *items: Delivered, value: float = 70.0, preview: str | None = None, **more: object) -> Outcome:
    size = Size(240, 320)
    faces = (Face(Box(60.04, 40, 80, 100), 0.9512), Face(Box(200, 10, 10, 12), 0.7))
    return Outcome(
        rel,
        "cd" * 32,
        Kind.PHOTO,
        size=size,
        findings=Findings(size, faces, Box(1, 2, 3, 4), Saliency(1, 1, b"\x00"), 1.25),
        score=score(value),
        delivered=items,
        notes=(Note("bystander", "A face at the right edge may be a customer."),),
        facts={} if preview is None else {"preview": preview},
        **more,
    )


def refused(rel: str) -> Outcome:
    return Outcome(rel, "", Kind.PHOTO, problem=Problem("truncated", f"{rel} ends early.", "Copy it again."))


def picture(out: Path, name: str, colour: str, size: tuple[int, int] = (240, 320)) -> str:
    """A preview below OUT, by its relative path."""
    rel = f".mediakit/previews/{name}.webp"
    (out / rel).parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(out / rel)
    return rel
