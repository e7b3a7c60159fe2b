"""Samples and runs of a clip taken from frames that pass by: what `sample_with_runs` seeks, without decoding it again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mediakit.model import Seconds
from mediakit.video.clip import ClipInfo
from mediakit.video.sample import RUN_EDGE_PX, RUN_LENGTH, RUN_PLACES, Passing, Sample, middles


@dataclass(slots=True)
class Gathered:
    """Fed every frame of a clip in order of time. `runs` are filled as they pass; a clip that ends early has fewer."""

    info: ClipInfo
    count: int
    long_edge_px: int
    runs: list[list[NDArray[np.uint8]]] = field(default_factory=list)
    _singles: list[Seconds] = field(init=False)
    _rows: list[Seconds] = field(init=False)

    def __post_init__(self) -> None:
        self._singles = [moment for moment, _ in middles(self.count, self.info)]
        self._rows = [moment for moment, _ in middles(min(RUN_PLACES, self.info.frames // RUN_LENGTH), self.info)]

    def take(self, frame: Passing) -> Sample | None:
        """One more frame; the sample where it is one, the first frame shown at or after its moment."""
        at_s = frame.t_s + 1 / (2 * float(self.info.fps)) + 1e-6
        self._run(frame, at_s)
        if not self._singles or at_s < self._singles[0]:
            return None
        while self._singles and at_s >= self._singles[0]:
            self._singles.pop(0)
        return Sample(frame.t_s, frame.shown_at(self.long_edge_px))

    def _run(self, frame: Passing, at_s: float) -> None:
        if self._rows and at_s >= self._rows[0]:
            self._rows.pop(0)
            self.runs.append([])
        elif not self.runs or len(self.runs[-1]) == RUN_LENGTH:
            return
        self.runs[-1].append(frame.shown_at(RUN_EDGE_PX))
