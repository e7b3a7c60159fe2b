"""Codes and lettering are things to keep: whole where a crop can hold them, rather out than cut."""

from mediakit.frame.solve import solve
from mediakit.frame.straight import straightened_findings, upright_view
from mediakit.model import Box, Findings, Mark, Saliency, Size
from mediakit.platforms.schema import Shape
from mediakit.presets.schema import Frame

SIZE = Size(1600, 1000)
EVEN = Saliency(10, 16, bytes([90] * 160))


def mark(x, y, w, h, kind="text"):
    corners = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    return Mark(kind, "words", Box(x, y, w, h), corners, 0.95)


def span(findings):
    crop = solve(findings, Shape(ratio="3:4"), Frame()).crop
    return crop.x_px, crop.x_px + crop.w_px


def test_a_line_of_words_at_the_side_is_shown_whole():
    left, right = span(Findings(SIZE, saliency=EVEN, marks=(mark(1180, 700, 380, 90),)))
    assert left <= 1180
    assert right >= 1560


def test_a_code_is_shown_whole():
    left, right = span(Findings(SIZE, saliency=EVEN, marks=(mark(40, 100, 220, 220, "code"),)))
    assert left <= 40
    assert right >= 260


def test_of_two_lines_that_do_not_fit_together_one_is_whole_and_none_is_cut():
    marks = (mark(60, 300, 420, 80), mark(1120, 300, 420, 80))
    left, right = span(Findings(SIZE, saliency=EVEN, marks=marks))
    inside = [left <= m.box.x and right >= m.box.right for m in marks]
    outside = [right <= m.box.x or left >= m.box.right for m in marks]
    assert sorted(inside) == [False, True]
    assert sorted(outside) == [False, True]


def test_fine_print_counts_for_little():
    strong = bytearray([20] * 160)
    for row in range(10):
        strong[row * 16 + 2 : row * 16 + 7] = bytes([230] * 5)
    thing = Findings(SIZE, saliency=Saliency(10, 16, bytes(strong)), subject=Box(200, 0, 500, 1000))
    print_ = Findings(SIZE, saliency=thing.saliency, subject=thing.subject, marks=(mark(1100, 960, 400, 8),))
    assert abs(span(print_)[0] - span(thing)[0]) < 40


def test_marks_turn_with_the_picture():
    turned = straightened_findings(Findings(SIZE, marks=(mark(700, 450, 200, 100),)), upright_view(SIZE, 4.0))
    (moved,) = turned.marks
    assert moved.box.w > 200
    assert moved.text == "words"
