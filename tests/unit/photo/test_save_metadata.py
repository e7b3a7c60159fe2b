"""Saving: a file says what it should, and nothing more."""

from __future__ import annotations

import io
import json
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from saved_pictures import scene

from mediakit.model import Size
from mediakit.photo.metadata import AiLabel, PhotoMeta
from mediakit.photo.open import open_photo, peek
from mediakit.photo.save import save_photo
from mediakit.presets.schema import Limits

LIMITS = Limits(min_side_px=1)
AIGC = '{"Label":"1","ContentProducer":"某工具 <a&b>","ProduceID":"x-1","ReservedCode1":""}'
LABEL = AiLabel(aigc=AIGC, source_type="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")


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
