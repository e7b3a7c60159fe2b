"""Opening: every format, turned as shown, no larger than asked for."""

from __future__ import annotations

import io

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mediakit.errors import Fault, FileError
from mediakit.model import Size
from mediakit.photo import heic, raw
from mediakit.photo.containers import read_header
from mediakit.photo.open import open_photo, peek
from mediakit.presets.schema import Limits

LIMITS = Limits()
RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 160, 40), (40, 60, 200), (230, 210, 40)


def quarters(width=64, height=48) -> Image.Image:
    """Red top left, green top right, blue bottom left, yellow bottom right."""
    image = Image.new("RGB", (width, height))
    half = (width // 2, height // 2)
    for colour, at in ((RED, (0, 0)), (GREEN, (half[0], 0)), (BLUE, (0, half[1])), (YELLOW, half)):
        image.paste(colour, (*at, at[0] + half[0], at[1] + half[1]))
    return image


def corners(pixels: np.ndarray) -> list[tuple[int, int, int]]:
    height, width = pixels.shape[:2]
    return [tuple(pixels[y, x].tolist()) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]


def assert_quarters(pixels: np.ndarray, within=12) -> None:
    found = np.array(corners(pixels), int)
    assert np.abs(found - np.array([RED, GREEN, BLUE, YELLOW])).max() <= within, found


# How a picture has to be stored so that a viewer who applies the orientation sees it upright (EXIF 2.32, tag 274).
STORED_FOR = {
    1: lambda im: im,
    2: lambda im: im.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda im: im.transpose(Image.Transpose.ROTATE_180),
    4: lambda im: im.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda im: im.transpose(Image.Transpose.TRANSPOSE),
    6: lambda im: im.transpose(Image.Transpose.ROTATE_90),
    7: lambda im: im.transpose(Image.Transpose.TRANSVERSE),
    8: lambda im: im.transpose(Image.Transpose.ROTATE_270),
}


def exif_with(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fmt", ["jpg", "png", "webp", "tif", "avif", "heic"])
def test_all_eight_orientations_come_out_upright(fmt, orientation, tmp_path):
    """AVIF and HEIC carry them as `irot` and `imir`, which Pillow and libheif write from the EXIF tag."""
    pillow_heif.register_heif_opener()
    path = tmp_path / f"photo.{fmt}"
    STORED_FOR[orientation](quarters()).save(path, exif=exif_with(orientation), quality=95)
    photo = open_photo(path, LIMITS)
    assert photo.shown == Size(64, 48)
    assert photo.pixels.shape == (48, 64, 3)
    assert_quarters(photo.pixels, within=25 if fmt in ("webp", "avif", "heic") else 12)


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_does_not_exist_is_none(orientation, tmp_path):
    quarters().save(tmp_path / "odd.jpg", exif=exif_with(orientation), quality=95)
    assert_quarters(open_photo(tmp_path / "odd.jpg", LIMITS).pixels)


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_tiffs_are_turned_once_whoever_decodes_them(compression, orientation, tmp_path):
    upright = np.asarray(quarters().convert("L")).astype(np.uint16) * 257
    codes = {8: Image.fromarray((upright // 257).astype(np.uint8)), 16: Image.fromarray(upright)}
    expected = [c[0] for c in corners(upright[..., None] // 257)]
    for bits, image in codes.items():
        path = tmp_path / f"scan{bits}.tif"
        STORED_FOR[orientation](image).save(path, compression=compression, exif=exif_with(orientation))
        assert [c[0] for c in corners(open_photo(path, LIMITS).pixels)] == expected, bits


def heic_bytes(image: Image.Image, **extra) -> bytes:
    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, quality=90, **extra)
    return file.getvalue()


def test_heic_ignores_exif_orientation_as_its_standard_says(tmp_path):
    (tmp_path / "a.heic").write_bytes(heic_bytes(quarters()))
    assert_quarters(open_photo(tmp_path / "a.heic", LIMITS).pixels, within=20)


def test_a_tiled_heic_decodes_the_same_in_bands(tmp_path, monkeypatch):
    noisy = np.asarray(Image.effect_noise((256, 384), 40).convert("RGB")) // 2 + np.asarray(quarters(256, 384)) // 2
    monkeypatch.setattr(pillow_heif.options, "GRID_TILE_SIZE", 64)
    path = tmp_path / "tiles.heic"
    path.write_bytes(heic_bytes(Image.fromarray(noisy)))
    at_once = open_photo(path, LIMITS, at_least=Size(128, 192))
    if not heic.can_band(path.read_bytes(), read_header(path.read_bytes(), "heic")):
        pytest.skip("this libheif writes no tiles")
    monkeypatch.setattr(heic, "_DIRECT_PIXELS", 1000)
    monkeypatch.setattr(heic, "_BAND_PIXELS", 33_000)
    in_bands = open_photo(path, LIMITS, at_least=Size(128, 192))
    assert in_bands.pixels.shape == at_once.pixels.shape == (192, 128, 3)
    assert np.array_equal(in_bands.pixels, at_once.pixels)


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(16, 700),
    height=st.integers(16, 700),
    want_w=st.integers(1, 900),
    want_h=st.integers(1, 900),
    fmt=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP"]),
)
def test_a_photo_is_never_smaller_than_asked_nor_larger_than_itself(
    tmp_path_factory, width, height, want_w, want_h, fmt
):
    path = tmp_path_factory.mktemp("p") / f"photo.{fmt.lower()}"
    Image.new("RGB", (width, height), (90, 120, 200)).save(path, fmt)
    photo = open_photo(path, LIMITS, at_least=Size(want_w, want_h))
    made_h, made_w = photo.pixels.shape[:2]
    assert photo.shown == Size(width, height)
    assert photo.scale == made_w / width
    assert min(width, want_w) <= made_w <= width
    assert min(height, want_h) <= made_h <= height
    if fmt == "JPEG":
        assert made_w < 2 * max(want_w, 1) or made_h < 2 * max(want_h, 1) or made_w == -(-width // 8)


def test_the_size_asked_for_counts_as_shown(tmp_path):
    STORED_FOR[6](quarters(1200, 800)).save(tmp_path / "p.jpg", exif=exif_with(6))
    photo = open_photo(tmp_path / "p.jpg", LIMITS, at_least=Size(600, 400))
    assert photo.shown == Size(1200, 800)
    assert photo.pixels.shape == (400, 600, 3)


def test_transparent_parts_are_white(tmp_path):
    clear = Image.new("RGBA", (40, 40), (200, 0, 0, 0))
    clear.paste((200, 0, 0, 255), (0, 0, 20, 40))
    clear.paste((200, 0, 0, 128), (0, 0, 20, 20))
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([200, 0, 0, 0, 255, 0])
    palette.paste(0, (0, 0, 20, 40))
    clear.save(tmp_path / "a.png")
    clear.save(tmp_path / "a.webp", lossless=True)
    palette.save(tmp_path / "p.png", transparency=1)
    palette.save(tmp_path / "p.gif", transparency=1)
    for name in ("a.png", "a.webp"):
        pixels = open_photo(tmp_path / name, LIMITS).pixels
        assert pixels[30, 30].tolist() == [255, 255, 255]
        assert pixels[30, 10].tolist() == [200, 0, 0]
        assert np.abs(pixels[10, 10].astype(int) - [227, 127, 127]).max() <= 1
    for name in ("p.png", "p.gif"):
        pixels = open_photo(tmp_path / name, LIMITS).pixels
        assert pixels[30, 30].tolist() == [255, 255, 255]
        assert pixels[30, 10].tolist() == [200, 0, 0]


def test_transparency_is_settled_before_the_picture_is_reduced(tmp_path):
    # Columns of opaque red beside columns of fully transparent black: reduced, they are a light red, never a dark one.
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:, ::2] = (255, 0, 0, 255)
    Image.fromarray(pixels).save(tmp_path / "comb.png")
    reduced = open_photo(tmp_path / "comb.png", LIMITS, at_least=Size(32, 32)).pixels
    assert np.abs(reduced.astype(int) - [255, 127, 127]).max() <= 1


def test_sixteen_bits_are_rounded_not_cut(tmp_path):
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16)[None].repeat(16, 0)
    Image.fromarray(ramp).save(tmp_path / "ramp.png")
    Image.fromarray(ramp).save(tmp_path / "ramp.tif")
    for name in ("ramp.png", "ramp.tif"):
        pixels = open_photo(tmp_path / name, LIMITS).pixels
        assert np.array_equal(pixels[0, :, 0], np.arange(256))
        assert np.array_equal(pixels[..., 0], pixels[..., 2])


def test_the_first_of_many_pictures_is_used_and_said(tmp_path):
    frames = [quarters(), Image.new("RGB", (64, 48), "black")]
    for name in ("many.gif", "many.webp", "many.png", "many.tif"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], lossless=True)
        photo = open_photo(tmp_path / name, LIMITS)
        assert [n.code for n in photo.notes] == ["first-of-many"], name
        assert_quarters(photo.pixels, within=40)
        assert peek(tmp_path / name, LIMITS).frames == 2


def test_peek_tells_what_opening_would(tmp_path):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Acme", "Acme Phone 3"
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 14:30:00"
    exif.get_ifd(0x8825)[1] = "N"
    quarters().save(tmp_path / "p.jpg", exif=exif.tobytes(), quality=83)
    facts = peek(tmp_path / "p.jpg", LIMITS)
    assert (facts.shown, facts.format, facts.bits, facts.frames) == (Size(64, 48), "jpeg", 8, 1)
    assert (facts.camera, facts.captured_at, facts.has_gps) == ("Acme Phone 3", "2026:05:01 14:30:00", True)
    assert facts.quality_estimate == 83
    meta = open_photo(tmp_path / "p.jpg", LIMITS).meta
    assert meta.private == ("position",)


@pytest.mark.parametrize("quality", [20, 35, 50, 75, 90, 99])
def test_the_quality_of_a_jpeg_is_told_from_its_tables(quality, tmp_path):
    quarters().save(tmp_path / "p.jpg", quality=quality)
    assert abs(peek(tmp_path / "p.jpg", LIMITS).quality_estimate - quality) <= 1


def test_raw_without_its_part_says_how_to_get_it(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "rawpy", None)
    (tmp_path / "shot.dng").write_bytes(b"II*\x00\x08\x00\x00\x00" + b"\x00" * 100)
    with pytest.raises(FileError) as caught:
        open_photo(tmp_path / "shot.dng", LIMITS)
    assert caught.value.code is Fault.MISSING_PART
    assert "mediakit[raw]" in caught.value.hint


@pytest.mark.corpus
def test_the_eight_corpus_orientations_show_the_same_scene(corpus):
    for scene in ("Landscape", "Portrait"):
        shown = [
            open_photo(corpus / "photos" / "orientation" / f"{scene}_{n}.jpg", LIMITS, at_least=Size(200, 200)).pixels
            for n in range(1, 9)
        ]
        assert len({pixels.shape for pixels in shown}) == 1
        # The number painted into each picture differs; the scene around it does not.
        differences = [np.abs(pixels.astype(int) - shown[0]).mean() for pixels in shown[1:]]
        assert max(differences) < 12


@pytest.mark.corpus
def test_a_raw_photo_is_developed(corpus):
    pytest.importorskip("rawpy")
    path = corpus / "photos" / "formats" / "synth_plants.dng"
    whole = open_photo(path, LIMITS)
    assert whole.pixels.shape == (960, 640, 3)
    half = open_photo(path, LIMITS, at_least=Size(300, 400))
    assert half.pixels.shape == (480, 320, 3)
    assert half.shown == Size(640, 960)
    assert raw.NOTE in half.notes


@pytest.mark.corpus
def test_arithmetic_jpeg_opens_like_its_huffman_twin(corpus):
    arithmetic = open_photo(corpus / "photos" / "formats" / "two_people_arith.jpg", LIMITS)
    huffman = open_photo(corpus / "photos" / "people" / "two_people.jpg", LIMITS)
    assert np.abs(arithmetic.pixels.astype(int) - huffman.pixels).mean() < 0.5


@pytest.mark.corpus
def test_notes_say_what_was_decided(corpus):
    formats = corpus / "photos" / "formats"
    expected = {
        "ultraHDR.jpg": "gain-map",
        "Channel_digital_image_CMYK_color_no_profile.jpg": "ink-colours",
        "tbgn2c16.png": "gamma-ignored",
        "G31D_MULTI.TIF": "first-of-many",
    }
    for name, code in expected.items():
        assert code in {note.code for note in open_photo(formats / name, LIMITS).notes}
    assert "motion-photo" in {n.code for n in peek(corpus / "photos" / "heic" / "sample_MP.heic", LIMITS).notes}
