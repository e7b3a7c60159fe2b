"""Values every room shares. All are frozen, picklable and, pixels apart, JSON-able.

Coordinates are pixels of the source *as shown*: orientation applied, x to the right, y down, origin at the top left.
Time is exact (`Seconds`, a Fraction) wherever it is computed with, and a float only where it is reported.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Literal

Seconds = Fraction
Fit = Literal["crop", "pad", "blur"]
Status = Literal["made", "kept", "skipped", "failed"]
Verdict = Literal["pass", "fix", "reject"]


class Kind(StrEnum):
    """What a source is."""

    PHOTO = "photo"
    CLIP = "clip"


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """Width and height in pixels, both at least 1."""

    width_px: int
    height_px: int

    @property
    def pixels(self) -> int:
        """How many pixels that is."""
        return self.width_px * self.height_px

    @property
    def ratio(self) -> Fraction:
        """Width over height, exact."""
        return Fraction(self.width_px, self.height_px)

    @property
    def short_side_px(self) -> int:
        """The smaller of the two sides."""
        return min(self.width_px, self.height_px)

    def as_list(self) -> list[int]:
        """`[w, h]`, the form of manifest.json."""
        return [self.width_px, self.height_px]

    def __str__(self) -> str:
        return f"{self.width_px}x{self.height_px}"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with fractional edges: where something is."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """x of the right edge."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """y of the bottom edge."""
        return self.y + self.h

    @property
    def centre(self) -> tuple[float, float]:
        """(x, y) of the middle."""
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.w * self.h

    def scaled(self, factor: float) -> Box:
        """The same box in a picture `factor` times as large."""
        return Box(self.x * factor, self.y * factor, self.w * factor, self.h * factor)

    def as_list(self) -> list[float]:
        """`[x, y, w, h]`, rounded to a tenth of a pixel."""
        return [round(v, 1) for v in (self.x, self.y, self.w, self.h)]


@dataclass(frozen=True, slots=True)
class Crop:
    """A rectangle of whole pixels: which part of the source is used. Lies inside the source."""

    x_px: int
    y_px: int
    w_px: int
    h_px: int

    @property
    def size(self) -> Size:
        """Its size."""
        return Size(self.w_px, self.h_px)

    def as_box(self) -> Box:
        """The same rectangle as a Box."""
        return Box(self.x_px, self.y_px, self.w_px, self.h_px)

    def as_list(self) -> list[int]:
        """`[x, y, w, h]`, the form of manifest.json."""
        return [self.x_px, self.y_px, self.w_px, self.h_px]

    @classmethod
    def whole(cls, size: Size) -> Crop:
        """All of a picture of `size`."""
        return cls(0, 0, size.width_px, size.height_px)


@dataclass(frozen=True, slots=True)
class Source:
    """One original on disk. Never written to.

    `rel` is the path below the shoot, with forward slashes; it is what manifest.json and the report call the file.
    """

    root: Path
    rel: str
    kind: Kind
    bytes: int
    mtime_ns: int
    inode: int = 0

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.root / self.rel

    @property
    def place(self) -> str:
        """The same as text, at a third of the price: planning asks for it a hundred thousand times."""
        return os.path.join(self.root, self.rel)  # noqa: PTH118


@dataclass(frozen=True, slots=True)
class Face:
    """A face. `points`: right eye, left eye, nose tip, right and left mouth corner (the person's own right and left)."""

    box: Box
    confidence: float
    points: tuple[tuple[float, float], ...] = ()


MarkKind = Literal["code", "barcode", "text"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something to scan or to read: a code (`text` is what it says), a bar code of goods, or a line of words.

    `corners` run clockwise from its own top left. `t_s` is when a clip shows it.
    """

    kind: MarkKind
    text: str
    box: Box
    corners: tuple[tuple[float, float], ...]
    confidence: float
    t_s: float | None = None


@dataclass(frozen=True, slots=True)
class Saliency:
    """How much each cell of a coarse grid over the picture stands out: `rows` x `cols` bytes, row by row, 0..255."""

    rows: int
    cols: int
    cells: bytes


@dataclass(frozen=True, slots=True)
class Findings:
    """What a picture shows. Measured once, keyed by the source's content.

    `faces` come largest first and include small ones in the background; `main_faces` are those the picture is about.
    `tilt_deg` is how far the picture leans clockwise, None where there is no evidence; `convergence_deg` how far its uprights
    lean towards each other, from the left edge to the right, above 0 where they meet above. `focus` is what a person wants
    kept, a box of no size for a point; it is said, not measured. `stands_alone`: the subject is all there is on a plain
    ground.
    """

    size: Size
    faces: tuple[Face, ...] = ()
    subject: Box | None = None
    saliency: Saliency | None = None
    tilt_deg: float | None = None
    convergence_deg: float = 0.0
    focus: Box | None = None
    marks: tuple[Mark, ...] = ()
    stands_alone: bool = False

    @property
    def main_faces(self) -> tuple[Face, ...]:
        """Faces of at least a quarter of the largest one's area and 3 % of the picture's height."""
        if not self.faces:
            return ()
        largest = max(face.box.area for face in self.faces)
        lowest = 0.03 * self.size.height_px
        return tuple(f for f in self.faces if f.box.area >= 0.25 * largest and f.box.h >= lowest)


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a photo's colour is developed to because of the photos it belongs with (see `mediakit.look.scene`).

    `warm` and `magenta` are the light's colour in this photo (log2 ratios, see `mediakit.look.cast`), `curve` the code
    values (0..1) that the knots of the tone curve should have; empty where the photo is judged alone. `matrix` (nine
    numbers, row by row, linear sRGB) is a colour checker's calibration, of the photo named `chart`; empty without one.
    `look_at_most` is the strength of the brand's look that the products of all photos of the scene allow.
    """

    warm: float
    magenta: float
    curve: tuple[float, ...] = ()
    matrix: tuple[float, ...] = ()
    chart: str = ""
    look_at_most: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """One reason of a score. `value` runs 0.0 poor .. 1.0 fine; `measured` is the fact behind it, with a number.

    `tip` says what a person in the shop can do about it; empty where there is nothing to do.
    """

    name: str
    value: float
    weight: float
    measured: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a clip is at its worst: `part` names the Part that is poor there, `measured` is the fact, `value` 0.0 .. 1.0."""

    time_s: float
    part: str
    measured: str
    value: float


@dataclass(frozen=True, slots=True)
class Score:
    """Weighted parts. Holds no threshold: what is good enough is the brand's to say (`quality.verdict`)."""

    value: float
    """0..100."""
    parts: tuple[Part, ...] = ()
    moments: tuple[Moment, ...] = ()
    """Of a clip, its worst moments in order of time; empty where none stands out, and for photos."""

    def worst_first(self) -> list[Part]:
        """Parts by how much each costs the whole: the order a report explains them in."""
        return sorted(self.parts, key=lambda p: (p.value - 1.0) * p.weight)


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of a surface, held against one written file. `measured` and `limit` are JSON scalars or lists."""

    rule: str
    ok: bool
    measured: object
    limit: object
    severity: Literal["block", "warn"] = "block"


@dataclass(frozen=True, slots=True)
class Note:
    """Something a person should know that is not an error: which step was left out, which limit was met and how."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A FileError as a value: what manifest.json calls `error`."""

    code: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one deliverable. `path` is relative to OUT, with forward slashes."""

    target: str
    path: str
    status: Status
    fingerprint: str
    fit: Fit = "crop"
    crop: Crop | None = None
    why: str = ""
    size: Size | None = None
    bytes: int = 0
    duration_s: float | None = None
    sha256: str = ""
    checks: tuple[Check, ...] = ()
    score: Score | None = None
    notes: tuple[Note, ...] = ()
    problem: Problem | None = None
    facts: dict[str, object] = field(default_factory=dict)
    """What the rooms want said about it: encoder quality, loudness, retouch numbers. JSON-able."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source."""

    rel: str
    sha256: str
    kind: Kind
    size: Size | None = None
    duration_s: float | None = None
    findings: Findings | None = None
    score: Score | None = None
    delivered: tuple[Delivered, ...] = ()
    problem: Problem | None = None
    notes: tuple[Note, ...] = ()
    facts: dict[str, object] = field(default_factory=dict)
