"""Properties of export sizes: whatever the source, the result fits the surface."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mediakit.model import Size
from mediakit.platforms.consistency import ratio_fits
from mediakit.platforms.geometry import ratio_in_words
from mediakit.platforms.load import surfaces
from mediakit.platforms.schema import SafeZone, Shape

SIZES = st.builds(Size, st.integers(1, 20_000), st.integers(1, 20_000))
ALL_SHAPES = [
    (shape, spec)
    for part in surfaces()
    for spec in (part.photo, part.clip)
    if spec is not None
    for shape in spec.shapes
]
SHAPES = st.sampled_from([shape for shape, _ in ALL_SHAPES])


@given(SHAPES, SIZES, st.booleans())
def test_an_export_size_fits_every_limit_of_its_shape(shape: Shape, cropped: Size, even: bool) -> None:
    size = shape.export_size(cropped, even=even)
    most = max(size.width_px, size.height_px)
    if shape.sizes_px:
        assert (size.width_px, size.height_px) in shape.sizes_px
        assert ratio_fits(size, shape)
        return
    least = 2 if even else 1
    assert size.width_px <= max(shape.max_width_px or 10**9, least)
    assert size.height_px <= max(shape.max_height_px or 10**9, least)
    assert size.short_side_px <= max(shape.short_side_px or 10**9, least)
    assert most <= max(shape.long_side_px or 10**9, least)
    assert size.pixels <= max(shape.max_pixels or 10**18, least * most)
    if even:
        assert size.width_px % 2 == 0 and size.height_px % 2 == 0
    else:
        assert size.width_px <= cropped.width_px and size.height_px <= cropped.height_px, "any never enlarges"


@given(SHAPES, SIZES)
def test_any_keeps_the_proportions_within_a_pixel(shape: Shape, cropped: Size) -> None:
    if shape.sizes_px:
        return
    size = shape.export_size(cropped)
    if size.short_side_px < 2:
        return
    scale = max(size.width_px / cropped.width_px, size.height_px / cropped.height_px)
    assert abs(cropped.width_px * scale - size.width_px) <= 1.01 * max(1.0, scale * cropped.width_px / size.width_px)
    assert abs(cropped.height_px * scale - size.height_px) <= 1.01 * max(
        1.0, scale * cropped.height_px / size.height_px
    )


@given(SHAPES, SIZES)
def test_exporting_again_changes_nothing(shape: Shape, cropped: Size) -> None:
    size = shape.export_size(cropped)
    assert shape.export_size(size) == size


def test_every_listed_size_fits_its_own_surface() -> None:
    for shape, spec in ALL_SHAPES:
        for pair in shape.sizes_px:
            assert spec.min_px is None or min(pair) >= min(spec.min_px)
            assert shape.export_size(Size(*pair)) == Size(*pair)


@given(SIZES)
def test_a_ratio_can_always_be_said_in_words(size: Size) -> None:
    words = ratio_in_words(size)
    width, height = words.split(":")
    said = float(width) / float(height)
    assert abs(said * size.height_px - size.width_px) <= 1 + 0.001 * size.width_px or (
        abs(size.width_px / said - size.height_px) <= 1 + 0.001 * size.height_px
    )


def test_common_ratios_have_their_common_names() -> None:
    assert ratio_in_words(Size(1080, 1440)) == "3:4"
    assert ratio_in_words(Size(1080, 566)) == "21:11" or ratio_in_words(Size(1080, 566)) == "1.908:1"
    assert ratio_in_words(Size(1920, 1080)) == "16:9"
    assert ratio_in_words(Size(853, 480)) == "16:9"


def test_a_safe_zone_scales_with_the_picture() -> None:
    zone = SafeZone(canvas_px=(1080, 1440), top=108, bottom=216, left=96, right=96)
    box = zone.clear_box(Size(540, 720))
    assert (box.x, box.y, box.w, box.h) == (48, 54, 444, 558)


def test_only_tall_pictures_are_long_pictures() -> None:
    shape = next(shape for shape, _ in ALL_SHAPES if shape.max_ratio is not None)
    assert shape.takes(Size(1000, 3000)) and shape.takes(Size(1, 60_000))
    assert not shape.takes(Size(1000, 2999)) and not shape.takes(Size(4000, 3000))
