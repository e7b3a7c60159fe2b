"""The likeliest run of near and far in a clip whose own near and far voices are not known beforehand.

Rooms and speakers differ more than any fixed bound allows for, so the log odds that this clip's near voices have, and its
far ones, are looked for together with who speaks when: from a few guesses, the likeliest run for the guess (A. Viterbi,
1967), then the two means of that run, held back by how they usually lie, until nothing changes (Viterbi training; B.-H.
Juang and L. Rabiner, 1990). Of everything met on the way the most probable is kept; somebody rather is near than nobody,
since a clip is given here for its presenter. Two kinds lie `_LEAST_APART` apart at least: one voice that is now livelier,
now calmer, is one kind.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Odds = NDArray[np.float32]
"""(steps,) log odds of near."""
Run = NDArray[np.bool_]
"""(steps,) True where near."""
_Means = NDArray[np.float64]
"""(2,) log odds of this clip's near and far voices."""

_USUAL: _Means = np.array([2.9, -2.0])
"""Log odds of near and of far voices, the mean over clips; learned on simulated rooms, as their spreads were."""
_SPREAD_OVER_CLIPS: _Means = np.array([1.2, 1.6])
_SPREAD = 1.6  # within a clip
_GUESSES: tuple[_Means, ...] = tuple(_USUAL + np.array(by) for by in ((0, 0), (-1.5, 1), (1.5, 2), (-2.5, -0.5)))
_LEAST_APART = 3.0
_NOBODY_NEAR = 5.0  # log odds against it
_ROUNDS = 8
_ONE_OF = 0.15  # neighbouring steps hear nearly the same, so each counts for this much
_CHANGING_OVER = 2.5  # log odds


def likeliest_run(odds: Odds, speaking: Run) -> Run:
    """Near or far for each step; where nobody is `speaking` the odds do not count, and the run goes on as is cheapest."""
    weight = np.where(speaking, _ONE_OF / (2 * _SPREAD**2), 0.0)
    met = [one for guess in _GUESSES for one in _refined(odds, weight, guess)]
    return max(met, key=lambda one: one[0])[1]


def _refined(odds: Odds, weight: NDArray[np.float64], means: _Means) -> Iterator[tuple[float, Run]]:
    """Runs from `means` on, each with its log probability (but for what is the same for all)."""
    before: Run | None = None
    for _ in range(_ROUNDS):
        near, far = means
        near_run = _viterbi((near - far) * (2 * odds - near - far) * weight)
        yield _log_probability(odds, weight, means, near_run), near_run
        means = _means_of(odds, weight, near_run)
        if means[0] - means[1] < _LEAST_APART or (before is not None and np.array_equal(before, near_run)):
            return
        before = near_run


def _log_probability(odds: Odds, weight: NDArray[np.float64], means: _Means, near_run: Run) -> float:
    heard = np.sum(weight * np.square(odds - np.where(near_run, *means)))
    changes = _CHANGING_OVER * np.count_nonzero(near_run[1:] != near_run[:-1])
    unusual = np.sum(np.square((means - _USUAL) / _SPREAD_OVER_CLIPS)) / 2
    nobody = 0.0 if near_run[weight > 0].any() else _NOBODY_NEAR
    return -float(heard + changes + unusual + nobody)


def _means_of(odds: Odds, weight: NDArray[np.float64], near_run: Run) -> _Means:
    """The likeliest means of a run, given how they usually lie."""
    certainty = 1 / np.square(_SPREAD_OVER_CLIPS)
    shares = np.stack([2 * weight * near_run, 2 * weight * ~near_run])
    means: _Means = (shares @ odds + certainty * _USUAL) / (shares.sum(axis=1) + certainty)
    return means


def _viterbi(evidence: NDArray[np.float64]) -> Run:
    """The run of near (True) and far that has the most evidence, less what changing over costs."""
    near = far = 0.0
    came_from: list[tuple[bool, bool]] = []
    for step in (evidence / 2).tolist():
        stayed = (near >= far - _CHANGING_OVER, far >= near - _CHANGING_OVER)
        near, far = max(near, far - _CHANGING_OVER) + step, max(far, near - _CHANGING_OVER) - step
        came_from.append(stayed)
    here = near >= far
    states = []
    for stayed_near, stayed_far in reversed(came_from):
        states.append(here)
        here = here if (stayed_near if here else stayed_far) else not here
    return np.array(states[::-1])
