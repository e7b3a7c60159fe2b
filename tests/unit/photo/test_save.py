"""Saving: within the bytes, and as good as can be."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw
from saved_pictures import scene

from mediakit.errors import Fault, FileError
from mediakit.photo.chroma import needs_full_chroma
from mediakit.photo.save import save_photo


def noise(width: int, height: int, seed=1) -> np.ndarray:
    """The hardest thing to compress there is."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_what_fits_is_written_once_at_the_first_quality(tmp_path):
    saved = save_photo(scene(600, 800), tmp_path / "a.jpg", max_bytes=5_000_000, target_bytes=2_000_000)
    assert (saved.quality, saved.subsampling, saved.encodes, saved.reached_target) == (92, "4:2:0", 1, True)
    assert saved.alike is None
    assert saved.bytes == (tmp_path / "a.jpg").stat().st_size
    with Image.open(tmp_path / "a.jpg") as image:
        assert 200 < len(image.info["icc_profile"]) < 500
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)


@settings(max_examples=25, deadline=None)
@given(
    width=st.integers(1, 500),
    height=st.integers(1, 500),
    budget=st.integers(30_000, 200_000),
    fmt=st.sampled_from(["jpeg", "webp"]),
    rough=st.booleans(),
)
def test_any_size_fits_its_budget_and_reopens_elsewhere(tmp_path_factory, width, height, budget, fmt, rough):
    path = tmp_path_factory.mktemp("s") / f"a.{fmt}"
    pixels = (noise if rough else scene)(width, height)
    try:
        saved = save_photo(pixels, path, format=fmt, max_bytes=budget)
    except FileError as why:
        assert why.code is Fault.CHECK_FAILED
        assert rough
        assert width * height > budget / 4
        assert not path.exists()
        return
    assert saved.bytes == path.stat().st_size <= budget
    assert 30 <= saved.quality <= 92
    with Image.open(path) as image:
        image.load()
        assert image.size == (width, height)
        assert image.mode == "RGB"


@pytest.mark.parametrize("budget", [40_000, 60_000, 90_000, 130_000, 180_000])
def test_the_search_finds_the_best_quality_there_is(budget, tmp_path):
    pixels = scene(500, 700)
    saved = save_photo(pixels, tmp_path / "a.jpg", max_bytes=budget)
    if saved.quality < 92 and saved.bytes < 0.97 * budget:
        better = io.BytesIO()
        sampling = 0 if saved.subsampling == "4:4:4" else 2
        Image.fromarray(pixels).save(
            better, "JPEG", quality=saved.quality + 1, subsampling=sampling, progressive=True, optimize=True
        )
        assert len(better.getvalue()) + 496 > budget or (saved.quality + 1 == 80 and saved.subsampling == "4:2:0")
    assert saved.encodes <= 9


def test_the_budgets_of_thumbnails_and_articles_always_fit(tmp_path):
    cases = [((300, 300), 64_000), ((200, 200), 64_000), ((900, 383), 1_000_000), ((1080, 1440), 1_000_000)]
    for (width, height), limit in cases:
        assert save_photo(scene(width, height), tmp_path / "a.jpg", max_bytes=limit).bytes <= limit


def test_a_wish_is_not_worth_a_bad_picture_but_a_limit_is_kept(tmp_path):
    pixels = noise(400, 400)
    wished = save_photo(pixels, tmp_path / "a.jpg", target_bytes=10_000, max_bytes=5_000_000)
    assert not wished.reached_target
    assert wished.quality >= 70
    assert wished.alike >= 0.95
    with pytest.raises(FileError) as caught:
        save_photo(pixels, tmp_path / "b.jpg", max_bytes=10_000)
    assert caught.value.code is Fault.CHECK_FAILED
    assert not (tmp_path / "b.jpg").exists()


def test_a_wish_is_exceeded_by_no_more_than_the_perceptual_floor_asks(tmp_path):
    rng = np.random.default_rng(5)
    faint = np.clip(128 + rng.normal(0, 20, (400, 400, 1)).repeat(3, axis=2), 0, 255).astype(np.uint8)
    wished = save_photo(faint, tmp_path / "a.jpg", target_bytes=12_000, max_bytes=5_000_000)
    free = save_photo(faint, tmp_path / "b.jpg")
    assert wished.alike >= 0.95
    assert 70 < wished.quality < 92
    assert 12_000 < wished.bytes < free.bytes


def test_a_picture_that_had_to_be_compressed_hard_says_so(tmp_path):
    grain = np.random.default_rng(5).normal(0, 20, (400, 400, 1)).repeat(3, axis=2)
    pixels = np.clip(128 + grain, 0, 255).astype(np.uint8)
    hard = save_photo(pixels, tmp_path / "b.jpg", max_bytes=30_000)
    assert hard.alike < 0.95
    assert [note.code for note in hard.notes] == ["compressed-hard"]
    assert save_photo(pixels, tmp_path / "a.jpg").notes == ()


def test_bytes_are_fought_for_only_where_they_are_short(tmp_path):
    pixels = scene(500, 700)
    free = save_photo(pixels, tmp_path / "a.jpg")
    tight = save_photo(pixels, tmp_path / "b.jpg", max_bytes=free.bytes - 1)
    with Image.open(tmp_path / "a.jpg") as image:
        assert "progressive" not in image.info
    with Image.open(tmp_path / "b.jpg") as image:
        assert image.info["progressive"]
    assert (tight.quality, tight.encodes) == (92, 2)  # its scans alone save enough


def red_type(width=400, height=400):
    """Saturated red letters on white."""
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    for row in range(10, height, 24):
        draw.text((8, row), "RED LIPSTICK " * (width // 80), fill=(225, 0, 24))
    return np.asarray(page)


def test_colour_keeps_its_full_resolution_where_it_shows_and_the_bytes_allow(tmp_path):
    roomy = save_photo(red_type(), tmp_path / "a.jpg")
    tight = save_photo(red_type(), tmp_path / "b.jpg", max_bytes=roomy.bytes // 3)
    plain = save_photo(scene(400, 400), tmp_path / "c.jpg")
    assert (roomy.subsampling, tight.subsampling, plain.subsampling) == ("4:4:4", "4:2:0", "4:2:0")


@settings(max_examples=30, deadline=None)
@given(width=st.integers(1, 900), height=st.integers(1, 900), level=st.integers(0, 255))
def test_a_plain_picture_of_any_size_needs_no_full_chroma(width, height, level):
    assert not needs_full_chroma(np.full((height, width, 3), (level, 0, 255 - level), np.uint8))


def test_png_is_lossless_and_says_when_it_cannot_fit(tmp_path):
    pixels = noise(120, 90)
    save_photo(pixels, tmp_path / "a.png", format="png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), pixels)
    with pytest.raises(FileError) as caught:
        save_photo(pixels, tmp_path / "b.png", format="png", max_bytes=1000)
    assert caught.value.code is Fault.CHECK_FAILED
    assert "JPEG" in caught.value.hint


def test_a_side_that_the_format_cannot_hold_is_said(tmp_path):
    with pytest.raises(FileError) as caught:
        save_photo(np.zeros((16400, 4, 3), np.uint8), tmp_path / "a.webp", format="webp")
    assert caught.value.code is Fault.CHECK_FAILED


def test_a_folder_that_is_not_there_is_not_writable(tmp_path):
    with pytest.raises(FileError) as caught:
        save_photo(scene(20, 20), tmp_path / "gone" / "a.jpg")
    assert caught.value.code is Fault.NOT_WRITABLE


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path, monkeypatch):
    import errno
    from pathlib import Path

    def no_room(self, data):
        with self.open("wb") as file:
            file.write(data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(FileError) as caught:
        save_photo(scene(20, 20), tmp_path / "a.jpg")
    assert caught.value.code is Fault.DISK_FULL
    assert list(tmp_path.iterdir()) == []
