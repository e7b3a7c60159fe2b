"""What is done on purpose must not look like a fault, and a fault must not gain."""

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from mediakit.quality.impression import ANSWERS, Impression, impression
from mediakit.vision.statistics import GROUPS, statistics

PEOPLE = ("obama.jpg", "cloth-1.jpg", "img47.jpg", "alex_lacamoire1.jpg")


def opened(path: Path) -> np.ndarray:
    return np.ascontiguousarray(cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1])


def test_statistics_are_means_and_deviations_of_every_place():
    plain, noisy = (
        statistics(np.clip(np.random.default_rng(1).normal(128, spread, (320, 400, 3)), 0, 255).astype(np.uint8))
        for spread in (0.1, 40.0)
    )
    assert plain.shape == (2 * sum(GROUPS),)
    deviations = np.concatenate([np.r_[np.zeros(size), np.ones(size)] for size in GROUPS]).astype(bool)
    assert (plain[deviations] >= 0).all()
    assert np.isfinite(plain).all() and not np.allclose(plain, noisy)


def test_the_answers_are_named_in_the_order_they_are_stored_in():
    assert tuple(Impression.__slots__) == ANSWERS


@pytest.mark.corpus
def test_black_and_white_is_no_fault(corpus: Path):
    colour = [opened(corpus / "photos" / "people" / name) for name in PEOPLE]
    grey = [cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB) for rgb in colour]
    lost = [impression(a).opinion - impression(b).opinion for a, b in zip(colour, grey, strict=True)]
    assert np.mean(lost) < 5


@pytest.mark.corpus
def test_blur_costs_the_more_the_stronger_it_is(corpus: Path):
    rgb = opened(corpus / "photos" / "people" / PEOPLE[0])
    sigmas = [side * max(rgb.shape[:2]) for side in (0.001, 0.002, 0.004)]
    seen = [impression(rgb), *(impression(cv2.GaussianBlur(rgb, (0, 0), sigma)) for sigma in sigmas)]
    assert all(later.opinion < earlier.opinion for earlier, later in pairwise(seen))
    assert all(later.soft > earlier.soft for earlier, later in pairwise(seen))
