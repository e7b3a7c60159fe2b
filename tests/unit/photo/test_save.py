"""Saving: within the bytes, as good as can be, saying only what it should."""

from __future__ import annotations

import io
import json
import shutil
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from mediakit.errors import Fault, FileError
from mediakit.model import Size
from mediakit.photo.chroma import needs_full_chroma
from mediakit.photo.metadata import AiLabel, PhotoMeta
from mediakit.photo.open import open_photo, peek
from mediakit.photo.save import save_photo
from mediakit.presets.schema import Limits

LIMITS = Limits(min_side_px=1)
AIGC = '{"Label":"1","ContentProducer":"某工具 <a&b>","ProduceID":"x-1","ReservedCode1":""}'
LABEL = AiLabel(aigc=AIGC, source_type="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")


def noise(width: int, height: int, seed=1) -> np.ndarray:
    """The hardest thing to compress there is."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def scene(width: int, height: int, seed=1) -> np.ndarray:
    """Soft shapes with a little grain, like a photo."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)).resize((width, height), Image.BICUBIC)
    grain = rng.normal(0, 4, (height, width, 1))
    return np.clip(np.asarray(coarse) + grain, 0, 255).astype(np.uint8)


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


@pytest.mark.parametrize("fmt", ["jpeg", "png", "webp"])
def test_the_label_and_the_copyright_survive(fmt, tmp_path):
    path = tmp_path / f"a.{fmt}"
    meta = PhotoMeta(copyright='© 2026 "Shop" & <Söhne> 店', ai_label=LABEL)
    save_photo(scene(64, 48), path, format=fmt, meta=meta)
    again = open_photo(path, LIMITS).meta
    assert again.ai_label == LABEL
    assert again.copyright == meta.copyright
    assert peek(path, LIMITS).has_ai_label


@pytest.mark.parametrize("fmt", ["jpeg", "png", "webp"])
def test_nothing_is_said_that_was_not_there(fmt, tmp_path):
    save_photo(scene(64, 48), tmp_path / f"a.{fmt}", format=fmt, meta=PhotoMeta(captured_at="2026:01:02 03:04:05"))
    meta = open_photo(tmp_path / f"a.{fmt}", LIMITS).meta
    assert meta == PhotoMeta()


def test_the_capture_date_is_kept_only_on_request(tmp_path):
    meta = PhotoMeta(captured_at="2026:01:02 03:04:05", captured_offset="+08:00")
    save_photo(scene(64, 48), tmp_path / "a.jpg", meta=meta, keep_capture_date=True)
    again = open_photo(tmp_path / "a.jpg", LIMITS).meta
    assert (again.captured_at, again.captured_offset) == ("2026:01:02 03:04:05", "+08:00")


def test_the_same_pixels_make_the_same_bytes(tmp_path):
    for name in ("a.jpg", "b.jpg"):
        save_photo(scene(200, 100), tmp_path / name, meta=PhotoMeta(copyright="me", ai_label=LABEL))
    assert (tmp_path / "a.jpg").read_bytes() == (tmp_path / "b.jpg").read_bytes()


def xmp(attributes: str, inner: str = "") -> bytes:
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'{attributes}>{inner}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def exif_comment(text: str) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00" + text.encode()
    return exif.tobytes()


def labelled(where: str, path) -> None:
    image = Image.fromarray(scene(64, 48))
    escaped = AIGC.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    if where == "xmp attribute":
        image.save(path, "JPEG", xmp=xmp(f'TC260:AIGC="{escaped}"'))
    elif where == "xmp element":
        image.save(path, "JPEG", xmp=xmp("", f"<TC260:AIGC>{escaped}</TC260:AIGC>"))
    elif where == "webp xmp":
        image.save(path, "WEBP", xmp=xmp(f'TC260:AIGC="{escaped}"'))
    elif where == "png text":
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("AIGC", AIGC, zip=True)
        image.save(path, "PNG", pnginfo=texts)
    elif where == "exif comment":
        image.save(path, "JPEG", exif=exif_comment(f'{{"AIGC": {AIGC}}}'))


@pytest.mark.parametrize("where", ["xmp attribute", "xmp element", "webp xmp", "png text", "exif comment"])
def test_an_ai_label_is_found_wherever_it_stands_and_carried_on(where, tmp_path):
    suffix = {"webp xmp": ".webp", "png text": ".png"}.get(where, ".jpg")
    labelled(where, tmp_path / f"in{suffix}")
    photo = open_photo(tmp_path / f"in{suffix}", LIMITS)
    assert photo.meta.ai_label is not None
    assert json.loads(photo.meta.ai_label.aigc) == json.loads(AIGC)
    save_photo(photo.pixels, tmp_path / "out.jpg", meta=photo.meta)
    assert json.loads(open_photo(tmp_path / "out.jpg", LIMITS).meta.ai_label.aigc) == json.loads(AIGC)


def test_a_copyright_in_an_older_chinese_encoding_is_read(tmp_path):
    block = b"II*\x00\x08\x00\x00\x00\x01\x00" + b"\x98\x82\x02\x00\x09\x00\x00\x00\x1a\x00\x00\x00" + b"\x00" * 4
    image = Image.fromarray(scene(64, 48))
    image.save(tmp_path / "in.jpg", exif=b"Exif\x00\x00" + block + "版权所有".encode("gbk") + b"\x00")
    assert open_photo(tmp_path / "in.jpg", LIMITS).meta.copyright == "版权所有"


def test_an_iptc_source_type_is_carried_on(tmp_path):
    image = Image.fromarray(scene(64, 48))
    image.save(tmp_path / "in.jpg", xmp=xmp(f'e:DigitalSourceType="{LABEL.source_type}"'))
    photo = open_photo(tmp_path / "in.jpg", LIMITS)
    assert photo.meta.ai_label == AiLabel(source_type=LABEL.source_type)


def test_content_credentials_that_say_ai_leave_their_word_behind(tmp_path):
    """A C2PA manifest cannot survive an edit; the fact that it states can, and must."""
    plain = io.BytesIO()
    Image.fromarray(scene(64, 48)).save(plain, "JPEG")
    claim = b"JP\x00\x01\x00\x00\x00\x01....jumb....c2pa..digitalSourceTypex" + LABEL.source_type.encode()
    segment = b"\xff\xeb" + (len(claim) + 2).to_bytes(2, "big") + claim
    (tmp_path / "in.jpg").write_bytes(plain.getvalue()[:2] + segment + plain.getvalue()[2:])
    photo = open_photo(tmp_path / "in.jpg", LIMITS)
    assert photo.meta.ai_label == AiLabel(source_type=LABEL.source_type)
    assert "credentials-dropped" in {note.code for note in photo.notes}
    save_photo(photo.pixels, tmp_path / "out.jpg", meta=photo.meta)
    assert open_photo(tmp_path / "out.jpg", LIMITS).meta.ai_label == photo.meta.ai_label


@pytest.mark.parametrize(
    "packet",
    [
        b"<x:xmpmeta",
        b"\xff\xfe\x00garbage",
        b'<!DOCTYPE a [<!ENTITY b "cccccccccc"><!ENTITY d "&b;&b;&b;">]><x>&d;</x>',
        b"<a>" * 5000,
    ],
)
def test_broken_or_malicious_metadata_never_stops_a_photo(packet, tmp_path):
    Image.fromarray(scene(64, 48)).save(tmp_path / "in.jpg", xmp=packet)
    assert open_photo(tmp_path / "in.jpg", LIMITS).meta.ai_label is None


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 300), flips=st.lists(st.tuples(st.integers(0, 299), st.integers(0, 255)), max_size=12))
def test_reading_metadata_never_raises(tmp_path_factory, cut, flips):
    exif = Image.Exif()
    exif[0x8298], exif[0x0112], exif[0x010F] = "me", 6, "Acme"
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 14:30:00"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 5.5)
    block = bytearray(exif.tobytes())
    for at, value in flips:
        if 6 <= at < len(block):
            block[at] = value
    path = tmp_path_factory.mktemp("m") / "a.jpg"
    Image.new("RGB", (32, 24)).save(path, exif=bytes(block[: max(10, len(block) - cut)]))
    assert open_photo(path, LIMITS).shown in (Size(32, 24), Size(24, 32))


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool, an independent judge, is not installed")
@pytest.mark.corpus
def test_an_independent_tool_finds_nothing_private_in_what_is_written(corpus, tmp_path):
    sources = [
        *sorted((corpus / "photos" / "exif").glob("*.jpg")),
        *sorted((corpus / "photos" / "heic").glob("*.HEIC")),
    ]
    for source in sources:
        photo = open_photo(source, LIMITS, at_least=Size(200, 200))
        save_photo(photo.pixels, tmp_path / f"{source.stem}.jpg", meta=photo.meta)
    said = subprocess.run(
        ["exiftool", "-j", "-G1", "-a", "-r", str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout
    assert len(json.loads(said)) == len(sources)
    allowed = ("System:", "File:", "ExifTool:", "Composite:", "JFIF:", "ICC", "SourceFile")
    kept = {"IFD0:Copyright", "XMP-dc:Rights"}
    for tags in json.loads(said):
        strange = {t for t in tags if not t.startswith(allowed) and t not in kept}
        assert not strange, (tags["SourceFile"], strange)
        assert "ThumbnailImage" not in str(tags)
        assert tags["ICC_Profile:ProfileDescription"] == "sRGB"
