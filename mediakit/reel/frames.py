"""The frames of a reel, composed one by one at the size they are written in.

A picture is cut and scaled once to a canvas on which its whole move takes place, at the scale of its nearest window; a
frame is then one affine look at that canvas, to a thirty-second of a pixel, so that a slow move does not step. Around a
change two such frames are mixed. About 8 ms for a frame of 1080x1920, 16 in a crossfade.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.model import Box, Crop, Size
from mediakit.pixels.resample import crop as cut
from mediakit.pixels.resample import resize
from mediakit.reel.moves import Move
from mediakit.reel.timing import Timing

Rgb8 = NDArray[np.uint8]
"""(H, W, 3) uint8 sRGB."""


@dataclass(frozen=True, slots=True, eq=False)
class Slide:
    """A picture ready to be moved over: `move` is in the pixels of `canvas`."""

    canvas: Rgb8
    move: Move

    def frame(self, share: float, size: Size) -> Rgb8:
        """What is seen when `share` (0..1) of the move is done."""
        window = self.move.at(share)
        kx, ky = window.w / size.width_px, window.h / size.height_px
        matrix = np.array([[kx, 0.0, window.x + kx / 2 - 0.5], [0.0, ky, window.y + ky / 2 - 0.5]])
        seen: Rgb8 = cv2.warpAffine(
            self.canvas,
            matrix,
            (size.width_px, size.height_px),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return seen


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Something drawn on every frame: `drawn` (H, W, 4) with straight alpha, its corner at x, y."""

    drawn: NDArray[np.uint8]
    x_px: int
    y_px: int

    def on(self, frame: Rgb8) -> None:
        """Draw it, in place."""
        h, w = self.drawn.shape[:2]
        under = frame[self.y_px : self.y_px + h, self.x_px : self.x_px + w]
        alpha = self.drawn[..., 3:].astype(np.uint16)
        under[:] = (under * (255 - alpha) + self.drawn[..., :3] * alpha + 127) // 255


def prepared_canvas(pixels: Rgb8, move: Move, size: Size) -> tuple[Rgb8, Move]:
    """The part of `pixels` (in which `move` is) that the move shows, scaled so that its nearest window has `size`."""
    boxes = (move.begin, move.end)
    left, top = math.floor(min(b.x for b in boxes)), math.floor(min(b.y for b in boxes))
    right = min(pixels.shape[1], math.ceil(max(b.right for b in boxes)))
    bottom = min(pixels.shape[0], math.ceil(max(b.bottom for b in boxes)))
    part = Crop(max(0, left), max(0, top), right - max(0, left), bottom - max(0, top))
    scale = size.width_px / min(b.w for b in boxes)
    goal = Size(max(1, round(part.w_px * scale)), max(1, round(part.h_px * scale)))
    kx, ky = goal.width_px / part.w_px, goal.height_px / part.h_px
    moved = [Box((b.x - part.x_px) * kx, (b.y - part.y_px) * ky, b.w * kx, b.h * ky) for b in boxes]
    return resize(cut(pixels, part), goal), Move(*moved)


class Composer:
    """The frame of any moment. `fade_s`: how long a crossfade is, 0 for cuts; its middle lies on the change."""

    def __init__(
        self,
        slides: Sequence[Slide],
        card: Rgb8 | None,
        timing: Timing,
        size: Size,
        *,
        fade_s: float,
        patch: Patch | None,
    ) -> None:
        self._slides, self._card, self._timing, self._size = slides, card, timing, size
        self._fade_s, self._patch = fade_s, patch

    def frame(self, t_s: float) -> Rgb8:
        """(H, W, 3) sRGB at `t_s` from the beginning."""
        changes = self._timing.changes
        inner = changes[1:-1]
        index = sum(change <= t_s for change in inner)
        nearest = min(range(len(inner)), key=lambda n: abs(inner[n] - t_s), default=None)
        if nearest is not None and abs(inner[nearest] - t_s) < self._fade_s / 2:
            share = (t_s - inner[nearest]) / self._fade_s + 0.5
            weight = 0.5 - 0.5 * math.cos(math.pi * share)
            leaving, coming = self._shown(nearest, t_s), self._shown(nearest + 1, t_s)
            frame: Rgb8 = cv2.addWeighted(leaving, 1 - weight, coming, weight, 0.0)
        else:
            frame = self._shown(index, t_s)
        if self._patch is not None:
            self._patch.on(frame)
        return frame

    def _shown(self, index: int, t_s: float) -> Rgb8:
        if index >= len(self._slides):
            assert self._card is not None  # the timing has one stretch more than there are slides
            return self._card.copy()
        begin = self._timing.changes[index] - self._fade_s / 2
        end = self._timing.changes[index + 1] + self._fade_s / 2
        return self._slides[index].frame(min(1.0, max(0.0, (t_s - begin) / (end - begin))), self._size)
