"""Colours come out as littlecms says they should, whichever way they go."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from mediakit.model import Size
from mediakit.photo.colour import to_srgb
from mediakit.photo.containers.header import ColourTag
from mediakit.photo.icc import read_matrix_profile, srgb_profile, write_profile
from mediakit.photo.open import open_photo
from mediakit.photo.tonemap import light_of_pq, pq_of_light, roll_off, scene_of_hlg
from mediakit.pixels.lab import ciede2000, lab_from_srgb
from mediakit.presets.schema import Limits

LIMITS = Limits(mislabelled="accept", min_side_px=1)
ICC_SAMPLES = [
    "formats/avif-orientation-6.avif",
    "formats/Channel_digital_image_CMYK_color.jpg",
    "formats/concert.jpg",
    "formats/london.jpg",
    "formats/low-contrast.jpg",
    "formats/p3.png",
    "formats/prophoto.png",
    "formats/sample.jpg",
    "formats/sample-xyb.jpg",
    "crop/28155975.jpg",
    "crop/65210163.jpg",
    "crop/65310323.jpg",
    "people/couple.jpg",
    "people/img22.jpg",
    "people/img39.jpg",
    "people/img53.jpg",
    "people/john2.jpeg",
    "people/lin-manuel-miranda.png",
    "heic/IMG_5195.HEIC",
]


def difference(one: np.ndarray, other: np.ndarray) -> float:
    step = max(1, round((one.size / 600_000) ** 0.5))  # a fifth of a megapixel tells the mean
    one, other = np.ascontiguousarray(one[::step, ::step]), np.ascontiguousarray(other[::step, ::step])
    return float(ciede2000(lab_from_srgb(one), lab_from_srgb(other)).mean())


def littlecms(image: Image.Image, icc: bytes) -> np.ndarray:
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return np.asarray(
        ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"), np.uint8
    )


@pytest.mark.corpus
@pytest.mark.parametrize("name", ICC_SAMPLES)
def test_a_profile_is_applied_as_littlecms_applies_it(corpus, name):
    import pillow_heif
    from PIL import ImageOps

    pillow_heif.register_heif_opener()
    path = corpus / "photos" / name
    with Image.open(path) as opened:
        icc = opened.info["icc_profile"]
        image = ImageOps.exif_transpose(opened)
        if image.mode in ("RGBA", "P"):
            image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")
        expected = littlecms(image, icc)
    found = open_photo(path, LIMITS).pixels
    assert found.shape == expected.shape
    assert difference(found, expected) <= 0.5


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["Flag_of_the_Netherlands-16bit.png", "16-bit-grey-alpha.png", "tbgn2c16.png"])
def test_sixteen_bit_samples_match_their_exact_values(corpus, name):
    """Against the file's own 16-bit values, through the profile where there is one, in float."""
    import cv2

    path = corpus / "photos" / "formats" / name
    values = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED).astype(np.float64) / 65535
    colour, alpha = values[..., 2::-1], values[..., 3:] if values.shape[2] == 4 else 1.0
    exact = np.rint((colour * alpha + (1 - alpha)) * 255).astype(np.uint8)
    with Image.open(path) as opened:
        icc = opened.info.get("icc_profile")
    if icc:
        exact = np.asarray(littlecms(Image.fromarray(exact[..., 0]), icc))
    assert difference(open_photo(path, LIMITS).pixels, exact) <= 0.5


def chart() -> Image.Image:
    """Every hue and grey, 64 x 64."""
    rng = np.random.default_rng(3)
    return Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8))


def gamma_profile(gamma: float, primaries: int) -> bytes:
    """A v2-style profile with a plain gamma curve, as Adobe RGB and ProPhoto have."""
    icc = bytearray(write_profile("test", primaries))
    at = icc.index(b"para")
    icc[at : at + 14] = b"curv\x00\x00\x00\x00" + struct.pack(">IH", 1, round(gamma * 256))
    return bytes(icc)


@pytest.mark.parametrize(
    "icc",
    [write_profile("P3", 12), write_profile("2020", 9), gamma_profile(2.2, 12), gamma_profile(1.8, 9)],
    ids=["display-p3", "bt2020", "gamma-2.2", "gamma-1.8"],
)
def test_the_quick_way_agrees_with_littlecms(icc):
    found, notes = to_srgb(chart(), ColourTag(icc=icc))
    assert notes == ()
    assert difference(found, littlecms(chart(), icc)) <= 0.3
    assert np.abs(found.astype(int) - littlecms(chart(), icc)).max() <= 2


def test_srgb_pictures_pass_untouched():
    for icc in (b"", srgb_profile(), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()):
        found, notes = to_srgb(chart(), ColourTag(icc=icc))
        assert notes == ()
        assert np.array_equal(found, np.asarray(chart()))


def test_our_profile_is_small_valid_and_srgb():
    icc = srgb_profile()
    assert len(icc) < 500
    assert icc == srgb_profile()
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    assert ImageCms.getProfileDescription(profile).strip() == "sRGB"
    reference = read_matrix_profile(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    ours = read_matrix_profile(icc)
    assert np.abs(ours.to_xyz - reference.to_xyz).max() < 2e-4
    assert np.abs(np.array(ours.curves) - np.array(reference.curves)).max() < 2e-5


@pytest.mark.parametrize(
    "icc", [b"not a profile at all", srgb_profile()[:200], b"\x00" * 400], ids=["text", "cut", "zeros"]
)
def test_a_profile_that_cannot_be_read_is_left_out_and_said(icc, tmp_path):
    path = tmp_path / "p.jpg"
    chart().save(path, icc_profile=icc, quality=100, subsampling=0)
    photo = open_photo(path, LIMITS)
    assert [note.code for note in photo.notes] == ["profile-unreadable"]
    assert difference(photo.pixels, np.asarray(chart())) < 1.5


def test_a_profile_for_another_kind_of_picture_is_left_out_and_said(tmp_path):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    found, notes = to_srgb(chart(), ColourTag(icc=lab))
    assert [note.code for note in notes] == ["profile-unreadable"]
    assert np.array_equal(found, np.asarray(chart()))


def test_the_profile_is_applied_after_reduction_with_the_same_result(tmp_path):
    smooth = chart().resize((640, 640), Image.Resampling.BICUBIC)
    smooth.save(tmp_path / "p.png", icc_profile=write_profile("P3", 12))
    whole = open_photo(tmp_path / "p.png", LIMITS).pixels
    reduced = open_photo(tmp_path / "p.png", LIMITS, at_least=Size(320, 320)).pixels
    by_hand = np.asarray(Image.fromarray(whole).reduce(2))
    assert difference(reduced, by_hand) < 0.5


def test_lab_pictures_come_home(tmp_path):
    colours = chart().resize((32, 32))
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    ImageCms.applyTransform(colours, to_lab).save(tmp_path / "p.tif")
    assert difference(open_photo(tmp_path / "p.tif", LIMITS).pixels, np.asarray(colours)) < 1.5


def test_sixteen_bit_lab_comes_home(tmp_path):
    """Written by hand: Pillow knows 8-bit Lab only. Colours by littlecms, carried to 16 bits."""
    import cv2

    colours = chart().resize((32, 32))
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = np.asarray(ImageCms.applyTransform(colours, to_lab)).astype(np.int32)
    signed = ((lab[..., 1:] ^ 0x80) - 0x80 if lab[..., 1:].max() > 127 else lab[..., 1:]) * 256
    deep = np.dstack([lab[..., 0] * 257, signed & 0xFFFF]).astype(np.uint16)
    ok, data = cv2.imencode(".tif", deep[..., ::-1])
    assert ok
    tiff = bytearray(data.tobytes())
    rgb_entry = struct.pack("<HHI", 0x106, 3, 1)
    at = tiff.index(rgb_entry)
    tiff[at + 8 : at + 10] = struct.pack("<H", 8)
    (tmp_path / "deep.tif").write_bytes(tiff)
    assert difference(open_photo(tmp_path / "deep.tif", LIMITS).pixels, np.asarray(colours)) < 1.0


def test_ink_without_a_profile_is_not_inverted(tmp_path):
    Image.new("CMYK", (32, 32), (0, 0, 0, 0)).save(tmp_path / "white.jpg", quality=95)
    Image.new("CMYK", (32, 32), (0, 255, 255, 0)).save(tmp_path / "red.jpg", quality=95)
    assert open_photo(tmp_path / "white.jpg", LIMITS).pixels.min() > 250
    red = open_photo(tmp_path / "red.jpg", LIMITS).pixels.mean(axis=(0, 1))
    assert red[0] > 200
    assert red[1:].max() < 60


def test_wide_primaries_without_a_profile_are_brought_home():
    tag = ColourTag(primaries=12, transfer=13)
    found, _ = to_srgb(chart(), tag)
    assert difference(found, littlecms(chart(), write_profile("P3", 12))) <= 0.3
    same, _ = to_srgb(chart(), ColourTag(primaries=1, transfer=13))
    assert np.array_equal(same, np.asarray(chart()))


@pytest.mark.parametrize(
    ("code", "nits"), [(0.0, 0.0), (0.508, 100.0), (0.5806, 203.0), (0.7518, 1000.0), (1.0, 10000.0)]
)
def test_pq_follows_its_standard(code, nits):
    """Values of SMPTE ST 2084 as tabulated in ITU-R BT.2408."""
    assert light_of_pq(np.array([code], np.float32))[0] == pytest.approx(nits, rel=0.01, abs=0.01)
    assert pq_of_light(np.array([nits], np.float32))[0] == pytest.approx(code, abs=0.002)


def test_hlg_puts_reference_white_where_bt2408_says():
    def nits(code):
        return 1000 * float(scene_of_hlg(np.array(code, np.float32))) ** 1.2

    assert nits(0.75) == pytest.approx(203, rel=0.02)
    assert nits(1.0) == pytest.approx(1000, rel=0.01)


def test_the_roll_off_leaves_shadows_alone_and_ends_at_white():
    light = np.linspace(0, 1000, 500, dtype=np.float32)
    rolled = roll_off(light)
    assert rolled[:20] == pytest.approx(light[:20], abs=0.2)
    assert (np.diff(rolled) >= 0).all()
    assert rolled[-1] == pytest.approx(203, rel=0.01)


@pytest.mark.parametrize(("transfer", "name"), [(16, "smpte2084"), (18, "arib-std-b67")])
def test_an_hdr_photo_and_an_hdr_clip_of_one_scene_match(transfer, name):
    """Clips end in BT.1886 for screens of films, photos in sRGB: what differs is a little of the shadows."""
    from mediakit.video.clip import Colour
    from mediakit.video.colour import apply_table, to_bt709

    found, _ = to_srgb(chart(), ColourTag(primaries=9, transfer=transfer))
    clip = apply_table(to_bt709(Colour(primaries="bt2020", transfer=name)), np.asarray(chart()))
    assert difference(found, clip) < 2.5


def test_sixteen_bits_go_through_a_profile_with_their_depth():
    """A dark ProPhoto-like ramp: 8-bit input would leave steps of several code values, 16-bit input leaves none."""
    ramp = np.linspace(0, 9000, 1024).astype(np.uint16)[None, :, None].repeat(3, 2)
    found, _ = to_srgb(ramp, ColourTag(icc=gamma_profile(1.8, 9)))
    assert np.diff(found[0, :, 0].astype(int)).max() <= 1
    coarse, _ = to_srgb(Image.fromarray((ramp // 257).astype(np.uint8)), ColourTag(icc=gamma_profile(1.8, 9)))
    assert np.abs(coarse.astype(int) - found).max() <= 4


@pytest.mark.parametrize("transfer", [16, 18])
def test_hdr_greys_stay_grey_in_order_and_in_range(transfer):
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2).repeat(4, 0))
    found, notes = to_srgb(ramp, ColourTag(primaries=9, transfer=transfer))
    assert [note.code for note in notes] == ["hdr-to-sdr"]
    row = found[0].astype(int)
    assert np.abs(row - row[:, :1]).max() <= 1
    assert (np.diff(row[:, 0]) >= 0).all()
    assert row[-1, 0] == 255
    white = {16: 148, 18: 191}[transfer]  # the code of 203 cd/m2
    assert 200 <= row[white, 0] <= 240
