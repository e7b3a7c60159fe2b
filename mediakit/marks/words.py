"""Words in a picture, Chinese and English, read by rapidocr (PP-OCRv6 small, Apache-2.0; the models are in its wheel).

Lines are looked for in a small copy and read from a larger one: that halves the time. Limits: lettering lower than some
1.3 % of the picture's long side is missed, as are upright Chinese lines of single characters; the first character of a
line that leans by more than 8 degrees may be lost, so patterns must not hang on it.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.marks.geometry import mark_at
from mediakit.model import Mark, Size

Rgb8 = NDArray[np.uint8]
WORKING_EDGE_PX = 1600
"""Long side of the copy that lines are read from."""
LOOKING_EDGE_PX = 960
"""Long side of the copy in which lines are looked for."""
SURE = 0.6
"""Mean probability of a line's characters from which it counts as read."""


def read_words(rgb: Rgb8, shown: Size) -> tuple[Mark, ...]:
    """The lines of text in (H, W, 3) uint8 sRGB, in the order of reading, with corners in pixels of `shown`."""
    scale = min(1.0, WORKING_EDGE_PX / max(rgb.shape[:2]))
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    if scale < 1.0:
        bgr = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found = _reader()(bgr)
    if found.txts is None or found.boxes is None:
        return ()
    to_shown = shown.width_px / rgb.shape[1] / scale
    return tuple(
        mark_at("text", text, [(float(x), float(y)) for x, y in corners], to_shown, float(score))
        for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
        if score >= SURE and text.strip()
    )


@cache
def _reader() -> Any:
    """One reader a process, on one thread: the batch has a process for every core."""
    from rapidocr import RapidOCR

    os.environ.setdefault("OMP_NUM_THREADS", "1")
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "Det.limit_type": "max",
            "Det.limit_side_len": LOOKING_EDGE_PX,
        }
    )
