"""From the 24 patches of a colour checker, as photographed, to the matrix that puts the colours right.

The matrix works in linear light and keeps the lightness of a middle grey: a chart tells colour; how bright a picture should
be is judged with the picture. It is drawn towards plain white balance where patches disagree (ridge), and grey stays grey
exactly. Reference values: the classic 24-patch chart in sRGB under D65, as its maker publishes them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mediakit.pixels.lab import ciede2000, lab_from_linear
from mediakit.pixels.light import LUMINANCE_WEIGHTS, Float, decode

ROWS, COLUMNS = 4, 6
_CODES = (
    "735244 c29682 627a9d 576c43 8580b1 67bdaa"
    " d67e2c 505ba6 c15a63 5e3c6c 9dbc40 e0a32e"
    " 383d96 469449 af363c e7c71f bb5695 0885a1"
    " f3f3f2 c8c8c8 a0a0a0 7a7a79 555555 343434"
)
REFERENCE: Float = decode(
    np.array([[int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)] for code in _CODES.split()], np.float32)
)
"""(24, 3) linear sRGB, row by row from "dark skin" to "black"."""
GREYS = slice(18, 24)
MOST_ERROR = 8.0
"""Of colour, lightness evened out: mean CIEDE2000 that the fit may leave; another thing with 24 fields leaves more."""
MOST_GAIN = 2.5
"""Between the channels: beyond this the light was too strange for the dim channel to be trusted."""
RIDGES = (0.02, 0.2, 1e3)
"""How firmly the matrix is held to plain white balance, from "the patches say" to "only that"."""


Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Calibration:
    """`matrix`: nine numbers, row by row, from linear sRGB as photographed to linear sRGB as it should be.

    `before` and `after`: mean CIEDE2000 of the patches from the reference (lightness evened out), as they were and corrected.
    """

    matrix: tuple[float, ...]
    before: float
    after: float


def calibrate(patches: Float) -> Calibration | None:
    """Fit the matrix to (24, 3) linear sRGB patches in the reference's order; None where they are not such a chart."""
    usable = (patches.max(axis=1) < 0.97) & (patches.min(axis=1) > 0.0005) & (patches.max(axis=1) > 0.003)
    greys = usable.copy()
    greys[: GREYS.start] = False
    if usable.sum() < 16 or greys.sum() < 3 or not _is_lit_alike(patches, usable, greys):
        return None
    balance = REFERENCE[greys].mean(axis=0) / patches[greys].mean(axis=0)
    if balance.max() / balance.min() > MOST_GAIN:
        return None
    evened = _as_light(patches * balance)
    cast = 1 / balance
    mixes = [_mix(evened[usable], REFERENCE[usable], ridge) for ridge in RIDGES]
    # A grey in that cast keeps its luminance. Nothing at all is among the choices: a chart may find a photo right as it is.
    choices = [mix * balance * float(cast @ LUMINANCE_WEIGHTS) for mix in mixes] + [np.eye(3)]
    errors = [_error(_as_light(patches @ choice.T), usable) for choice in choices]
    best = int(np.argmin(errors))
    if errors[best] > MOST_ERROR:
        return None
    return Calibration(
        matrix=tuple(round(float(value), 4) for value in choices[best].reshape(-1)),
        before=round(errors[-1], 2),
        after=round(errors[best], 2),
    )


def _as_light(patches: Float) -> Float:
    """Each patch scaled to the reference's luminance: cameras bend lightness as they please, colour is what is asked."""
    wanted, found = REFERENCE @ LUMINANCE_WEIGHTS, patches @ LUMINANCE_WEIGHTS
    scaled: Float = patches * (wanted / np.maximum(found, 1e-6))[:, None]
    return scaled


def _mix(balanced: Float, wanted: Float, ridge: float) -> Float:
    """(3, 3) whose rows sum to 1, near the identity: least squares on differences from green, so grey stays grey."""
    rows = []
    light = np.sqrt(np.maximum(wanted @ LUMINANCE_WEIGHTS, 0.01))[:, None]
    for channel in range(3):
        others = [c for c in range(3) if c != channel]
        apart = (balanced[:, others] - balanced[:, [channel]]) / light
        off = ((wanted - balanced)[:, [channel]] / light)[:, 0]
        gram = apart.T @ apart + ridge * len(apart) * np.eye(2)
        shares = np.linalg.solve(gram, apart.T @ off)
        row = np.zeros(3, np.float32)
        row[others] = shares
        row[channel] = 1 - shares.sum()
        rows.append(row)
    return np.array(rows, np.float32)


def _is_lit_alike(patches: Float, usable: Mask, greys: Mask) -> bool:
    """The grey row falls step by step and has one colour, and all patches are as light and dark as the chart's are."""
    wanted, found = (np.log2(np.maximum(p @ LUMINANCE_WEIGHTS, 1e-5)) for p in (REFERENCE, patches))
    if (np.diff(found[GREYS]) > 0.02).any() or (np.diff(found[greys]) >= -0.1).any():
        return False
    if np.corrcoef(wanted[greys], found[greys])[0, 1] < 0.97 or np.corrcoef(wanted[usable], found[usable])[0, 1] < 0.9:
        return False
    colour = np.log2(patches[greys]) - found[greys][:, None]
    return bool(colour.std(axis=0).max() < 0.25)


def _error(linear: Float, usable: Mask) -> float:
    lab, wanted = lab_from_linear(np.clip(linear, 0, 1).astype(np.float32)), lab_from_linear(REFERENCE)
    return float(ciede2000(lab[usable], wanted[usable]).mean())
