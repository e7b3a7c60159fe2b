"""A score must fall with the fault, name it, and stay put where nothing got worse."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shoots import picture

from mediakit.model import Box, Crop, Face, Findings, Part, Score, Size
from mediakit.presets.schema import Scoring
from mediakit.quality.parts import resolution_part
from mediakit.quality.photo import judge_photo, score_deliverable, score_photo
from mediakit.quality.total import total
from mediakit.quality.verdict import PLAIN_TIP, advised, verdict


def detailed(seed: int = 3) -> np.ndarray:
    """A sharp picture: detail at every scale in the middle, a plain wall around it."""
    rng = np.random.default_rng(seed)
    rgb = cv2.GaussianBlur(picture(960, 720, seed=seed), (0, 0), 0.8).astype(np.float32)
    texture = np.zeros((720, 960), np.float32)
    for octave in (1, 2, 4, 8, 16):
        coarse = rng.normal(0, 9, (720 // octave, 960 // octave)).astype(np.float32)
        texture += cv2.resize(coarse, (960, 720), interpolation=cv2.INTER_CUBIC)
    rgb[150:570, 200:760] += texture[150:570, 200:760, None]
    rgb[200:500, 200:760:40] *= 0.5  # hard edges
    rgb *= 1.3
    return np.clip(rgb, 0, 255).astype(np.uint8)


def score(rgb: np.ndarray, **findings: object) -> Score:
    size = Size(rgb.shape[1], rgb.shape[0])
    return score_photo(np.ascontiguousarray(rgb), Findings(size, **findings), shown=size)


def part(found: Score, name: str) -> Part:
    return next(item for item in found.parts if item.name == name)


def faulty(rgb: np.ndarray, fault: str, strength: int) -> np.ndarray:
    light = rgb.astype(np.float32)
    if fault == "blur":
        return cv2.GaussianBlur(rgb, (0, 0), (0.8, 1.6, 3.2)[strength])
    if fault == "noise":
        return np.clip(light + np.random.default_rng(0).normal(0, (5, 12, 25)[strength], rgb.shape), 0, 255).astype(
            np.uint8
        )
    if fault == "dark":
        return (light * (0.75, 0.5, 0.35)[strength]).astype(np.uint8)
    if fault == "bright":
        return np.clip(light * (1.3, 1.6, 2.0)[strength], 0, 255).astype(np.uint8)
    return np.clip(light * np.array([1 + 0.08 * (strength + 1), 1, 1 - 0.1 * (strength + 1)]), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("fault", "name"),
    [("blur", "sharpness"), ("noise", "noise"), ("dark", "exposure"), ("bright", "exposure"), ("cast", "colour-cast")],
)
def test_the_right_part_falls_with_the_fault_and_the_whole_never_rises(fault, name):
    clean = detailed()
    found = [score(clean), *(score(faulty(clean, fault, strength)) for strength in range(3))]
    values = [part(one, name).value for one in found]
    assert all(later <= earlier for earlier, later in pairwise(values))
    assert values[3] < values[0] - 0.2
    wholes = [one.value for one in found]
    assert all(later <= earlier for earlier, later in pairwise(wholes))


def test_a_soft_background_behind_a_sharp_subject_is_no_fault():
    sharp = detailed()
    portrait = cv2.GaussianBlur(sharp, (0, 0), 6)
    portrait[200:520, 300:660] = sharp[200:520, 300:660]
    face = Face(Box(320, 220, 300, 280), 0.9)
    both = score(portrait, faces=(face,)), score(cv2.GaussianBlur(sharp, (0, 0), 6), faces=(face,))
    assert part(both[0], "sharpness").value > 0.7 > 0.5 > part(both[1], "sharpness").value


def test_size_and_a_careful_save_hardly_move_the_score():
    large = cv2.resize(detailed(), (2880, 2160), interpolation=cv2.INTER_CUBIC)
    small = cv2.resize(large, (1440, 1080), interpolation=cv2.INTER_AREA)
    _, coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])
    saved = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    values = [score(rgb).value for rgb in (large, small, saved)]
    assert max(values) - min(values) < 5


def on_paper(rgb: np.ndarray) -> np.ndarray:
    """A thing cut out and laid on white paper."""
    page = np.full_like(rgb, 255)
    page[150:570, 200:760] = rgb[150:570, 200:760]
    return page


def test_white_paper_behind_a_product_is_no_glare_and_a_blown_product_on_it_is():
    fine, blown = score(on_paper(detailed())), score(on_paper(faulty(detailed(), "bright", 2)))
    assert part(fine, "exposure").value > 0.8
    assert part(fine, "clipping").value > 0.9
    assert part(blown, "exposure").value < part(fine, "exposure").value - 0.1
    assert blown.value < fine.value


def test_the_dark_around_a_lit_face_is_a_stage_and_no_fault():
    lit = detailed()
    stage = (lit * 0.12).astype(np.uint8)
    stage[200:520, 300:660] = lit[200:520, 300:660]
    face = Face(Box(320, 220, 300, 280), 0.9)
    on_stage, unlit = score(stage, faces=(face,)), score((lit * 0.12).astype(np.uint8), faces=(face,))
    assert part(on_stage, "exposure").value > 0.9
    assert part(unlit, "exposure").value < 0.5


def test_a_cut_face_costs_and_says_so():
    rgb = detailed()
    whole, cut = (score(rgb, faces=(Face(Box(x, 200, 200, 240), 0.9),)) for x in (300, -60))
    assert part(cut, "faces").value < part(whole, "faces").value
    assert "cut" in part(cut, "faces").tip


NOTHING = [np.zeros((64, 64, 3), np.uint8), np.full((40, 300, 3), 255, np.uint8), np.full((20, 20, 3), 90, np.uint8)]


@pytest.mark.parametrize("rgb", NOTHING)
def test_pictures_with_nothing_in_them_get_a_low_score_and_a_reason(rgb):
    found = score(rgb)
    assert 0 <= found.value < 60
    assert all(item.measured for item in found.parts)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 5)), min_size=1, max_size=8), st.integers(0, 7), st.floats(0, 1)
)
def test_a_better_part_never_makes_a_worse_whole(values, index, better):
    parts = [Part(str(i), value, weight, "measured") for i, (value, weight) in enumerate(values)]
    i = index % len(parts)
    improved = [*parts]
    improved[i] = Part(str(i), max(parts[i].value, better), parts[i].weight, "measured")
    assert 0 <= total(parts).value <= total(improved).value <= 100


def test_a_deliverable_is_scored_by_what_was_done_to_its_source():
    rgb = detailed()
    size = Size(rgb.shape[1], rgb.shape[0])
    source = judge_photo(rgb, Findings(size), shown=size)
    whole = Crop(0, 0, size.width_px, size.height_px)
    as_it_is = score_deliverable(rgb, Findings(size), source, whole)
    assert abs(as_it_is.value - source.score.value) < 3
    darker = score_deliverable((rgb * 0.4).astype(np.uint8), Findings(size), source, whole)
    tinted = score_deliverable((rgb * [1.0, 0.85, 0.6]).astype(np.uint8), Findings(size), source, whole)
    small = score_deliverable(cv2.resize(rgb, (240, 180)), Findings(Size(240, 180)), source, whole)
    corner = Crop(300, 200, 120, 90)
    enlarged = score_deliverable(cv2.resize(rgb[200:290, 300:420], (960, 720)), Findings(size), source, corner)
    assert all(worse.value < as_it_is.value - 2 for worse in (darker, small, enlarged))
    assert tinted.value < as_it_is.value


def test_what_a_crop_left_too_small_is_no_chat_copy():
    small = Size(405, 720)
    crop = Crop(400, 0, 405, 720)
    cut, sent = resolution_part(small, Size(1280, 720), crop), resolution_part(small, Size(405, 720), crop)
    small_surface = resolution_part(small, Size(3000, 4000), Crop(0, 0, 3000, 4000))
    assert cut.value == sent.value == small_surface.value
    assert small_surface.tip == ""
    assert "cut off" in cut.tip
    assert sent.tip == resolution_part(small).tip
    assert "original" in sent.tip


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (40, 40), (5, 7)])
def test_the_smallest_pictures_have_a_score_too(shape):
    found = score(np.full((*shape, 3), 120, np.uint8))
    assert found.value < 20
    assert "side" in part(found, "resolution").measured


def test_the_verdict_is_the_brands():
    score_of_55 = Score(55.0, ())
    assert verdict(score_of_55, Scoring(pass_at=50, reject_below=20)) == "pass"
    assert verdict(score_of_55, Scoring(pass_at=60, reject_below=20)) == "fix"
    assert verdict(score_of_55, Scoring(pass_at=80, reject_below=56)) == "reject"


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 1), st.booleans()), min_size=1, max_size=6), st.floats(0, 100)
)
def test_what_does_not_pass_always_says_what_to_do_and_only_what_is_weakest_is_named(values, pass_at):
    parts = [
        Part(str(i), value, weight, "measured", "Do." if tip else "") for i, (value, weight, tip) in enumerate(values)
    ]
    whole = total(parts)
    said = verdict(whole, Scoring(pass_at=pass_at, reject_below=0))
    told = advised(whole, said)
    named = [part for part in told.worst_first() if part.tip]
    assert (told == whole) == (said == "pass" or any(part.tip for part in parts))
    if told != whole:
        assert [part.tip for part in named] == [PLAIN_TIP]
        assert named[0].name == whole.worst_first()[0].name


def test_a_weak_impression_that_nothing_explains_comes_with_advice():
    felt, sharp = Part("impression", 0.3, 1.0, "30 of 100"), Part("sharpness", 0.4, 1.0, "soft", "Hold still.")
    assert total([felt]).parts[0].tip
    assert total([felt, sharp]).parts[0].tip == ""
    assert total([Part("impression", 0.8, 1.0, "80 of 100")]).parts[0].tip == ""
