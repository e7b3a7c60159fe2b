"""A recipe: how one deliverable of one source should come out. Built once, while planning; nobody downstream edits it.

Two recipes with the same fingerprint make the same bytes from the same source, so the ledger asks the fingerprint what
is stale. A recipe therefore holds only what changes the file: the thresholds of a verdict are not in it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from mediakit.model import Anchor, Kind, Size
from mediakit.platforms.schema import Data, Shape, Target
from mediakit.presets.schema import Bed, Clip, Develop, Frame, Marks, Overlay, Privacy, Retouch, Sound

RENDERING = 15
"""Raised when a change of code changes pixels or sound: everything is then made again."""


STAFF = "privacy.staff."
"""What the asset names of reference photos begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRef:
    """A file of the preset, with the hash of its bytes: a changed logo makes a changed recipe."""

    path: Path
    sha256: str


class Recipe(Data):
    """One deliverable. `assets` maps the names used in the sections (`look`, `logo`, `logo_on_dark`, a bed) to files.

    `overlay` is None where no logo goes on this surface; `sound`, `clip` and `bed` are None for photos.
    """

    kind: Kind
    target: Target
    develop: Develop
    retouch: Retouch
    frame: Frame
    overlay: Overlay | None
    privacy: Privacy
    sound: Sound | None = None
    clip: Clip | None = None
    bed: Bed | None = None
    anchor: Anchor | None = None
    """What this one photo is developed to because of the photos it was taken with."""
    marks: Marks | None = None
    """Set where codes and contact details are blurred."""
    keep_faces: tuple[int, ...] = ()
    """Numbers of the faces of this one source that are not blurred, from 1."""
    assets: dict[str, AssetRef] = Field(default_factory=dict)

    @property
    def shape(self) -> Shape:
        """The ratio and sizes to render."""
        return self.target.shape(self.kind)

    @property
    def leaves_picture(self) -> bool:
        """Whether a clip's picture is wanted just as it was shot: then nothing has to be known about it, only its sound."""
        spec, develop = self.target.surface.clip, self.develop
        if self.kind is not Kind.CLIP or spec is None or spec.picture != "as-shot" or self.overlay is not None:
            return False
        if self.marks is not None or self.privacy.bystanders == "blur":
            return False
        return develop.look is None and develop.white_balance == develop.auto_tone == 0

    def settled(self, shown: Size) -> Recipe:
        """The recipe for one source of `shown` pixels; its fingerprint is that of the recipe it came from."""
        return self.model_copy(update={"target": self.target.settled(self.kind, shown)})

    def anchored(self, anchor: Anchor | None) -> Recipe:
        """The recipe for one photo of a scene; its fingerprint is its own."""
        return self if anchor is None else self.model_copy(update={"anchor": anchor})

    def keeping(self, faces: tuple[int, ...]) -> Recipe:
        """The recipe for one source some of whose faces somebody vouched for; the same where no face is blurred anyway."""
        if not faces or self.privacy.bystanders != "blur":
            return self
        return self.model_copy(update={"keep_faces": tuple(sorted(set(faces)))})

    def focused(self, focus: tuple[float, ...]) -> Recipe:
        """The recipe for one source with a focus of its own; without any where nothing of the picture is given up anyway."""
        if not focus and not self.frame.focus:
            return self
        spec = self.target.surface.spec(self.kind)
        whole = spec is not None and all(shape.value is None for shape in spec.shapes)
        wanted = () if whole else focus or self.frame.focus
        if wanted == self.frame.focus:
            return self
        return self.model_copy(update={"frame": self.frame.model_copy(update={"focus": wanted})})

    @property
    def staff(self) -> tuple[AssetRef, ...]:
        """Reference photos of people who agreed to be shown."""
        return tuple(ref for name, ref in sorted(self.assets.items()) if name.startswith(STAFF))

    def asset(self, name: str | None) -> Path | None:
        """The file behind an asset name, None for None."""
        return None if name is None else self.assets[name].path

    def fingerprint(self) -> str:
        """16 hex digits, made from every field there is and the bytes of every asset, never from where they lie.

        Of the surface only its name and what it takes of this kind count: a newer `checked_on` or a corrected title
        changes no file.
        """
        fields = self.model_dump(mode="json", exclude={"assets", "target"})
        spec = self.target.surface.spec(self.kind)
        fields["target"] = self.target.name
        fields["spec"] = None if spec is None else spec.model_dump(mode="json")
        fields["assets"] = {name: ref.sha256 for name, ref in sorted(self.assets.items())}
        fields["rendering"] = RENDERING
        text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:16]
