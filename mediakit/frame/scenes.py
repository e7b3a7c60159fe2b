"""A clip whose shots want different framings: a crop that follows people in one, a border around two far apart in another.

A deliverable is then made of scenes, one after the other without a gap; where one ends the clip itself cuts, so that a border
never comes or goes within a shot. Values only: `batch` decides, `video` draws.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mediakit.frame.reframe import CameraPath
from mediakit.frame.solve import Framing


@dataclass(frozen=True, slots=True)
class Scene:
    """Frames `begin` to `end` (not included) of a deliverable. `framing` is the first frame's; `camera` moves the crop, its
    frames counted from `begin`; None where it stays."""

    begin: int
    end: int
    framing: Framing
    camera: CameraPath | None = None

    def framing_at(self, frame: float) -> Framing:
        """The framing of one frame of the deliverable."""
        if self.camera is None:
            return self.framing
        since = min(max(0.0, frame - self.begin), self.end - 1 - self.begin)
        return replace(self.framing, crop=self.camera.crop_at(since / float(self.camera.grid.fps)))

    def facts(self, fps: float) -> dict[str, object]:
        """For the manifest."""
        told: dict[str, object] = {
            "begin_s": round(self.begin / fps, 3),
            "fit": self.framing.fit,
            "crop_px": self.framing.crop.as_list(),
            "why": self.framing.why,
        }
        return told if self.camera is None else {**told, "camera": self.camera.facts()}
