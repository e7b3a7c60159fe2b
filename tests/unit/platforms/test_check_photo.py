"""Photos: a file that conforms, and files that break exactly one rule each."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from exported_photos import (
    AS_SHOT,
    NOTE,
    SRGB,
    broken,
    display_p3,
    exif,
    picture,
    saved,
    with_exif_thumbnail,
    with_gps,
    xmp,
)
from PIL import Image, ImageCms, PngImagePlugin

from mediakit.model import Size
from mediakit.platforms.check import Expected, check_file, conforms
from mediakit.platforms.check_photo import profile_name
from mediakit.platforms.targets import resolve

GRID = resolve(["wechat-moments.grid"])[0]


def test_a_clean_export_conforms_to_the_last_rule(tmp_path: Path) -> None:
    checks = check_file(saved(tmp_path / "a.jpg"), NOTE, expect=Expected(size=Size(1080, 1440)))
    assert broken(checks) == set()
    assert conforms(checks)
    rules = {held.rule for held in checks}
    assert {"format", "ratio", "size", "max-bytes", "min-px", "orientation", "colour-profile", "location"} <= rules


@pytest.mark.parametrize(("fmt", "suffix"), [("PNG", ".png"), ("WEBP", ".webp")])
def test_other_formats_of_the_surface_conform(tmp_path: Path, fmt: str, suffix: str) -> None:
    checks = check_file(saved(tmp_path / f"a{suffix}", fmt=fmt), NOTE, expect=Expected())
    assert broken(checks) == set()


def png_with_text(path: Path) -> Path:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", xmp('exif:GPSLatitude="31,13.8N"').decode())
    return saved(path.with_suffix(".png"), fmt="PNG", pnginfo=text)


def with_iptc_city(path: Path) -> Path:
    record = b"\x1c\x02\x5a" + (8).to_bytes(2, "big") + b"Shanghai"
    record += b"\0" * (len(record) % 2)
    block = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + len(record).to_bytes(4, "big") + record
    data = saved(path).read_bytes()
    path.write_bytes(data[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + data[2:])
    return path


def behind(path: Path, extra: bytes) -> Path:
    saved(path)
    path.write_bytes(path.read_bytes() + extra)
    return path


ONE_FAULT: dict[str, tuple[str, Callable[[Path], Path]]] = {
    "too large a file": ("max-bytes", lambda p: behind(p, bytes(20_000_000))),
    "another ratio": ("ratio", lambda p: saved(p, picture((1440, 1080)))),
    "one pixel off is fine, two are not": ("ratio", lambda p: saved(p, picture((1080, 1447)))),
    "no export size": ("size", lambda p: saved(p, picture((1200, 1600)))),
    "a PNG named .jpg": ("extension", lambda p: saved(p, fmt="PNG")),
    "turned by a tag": ("orientation", lambda p: saved(p, picture((1440, 1080)), exif=exif(Orientation=6))),
    "mirrored by a tag": ("orientation", lambda p: saved(p, exif=exif(Orientation=2))),
    "no profile": ("colour-profile", lambda p: saved(p, icc_profile=None)),
    "Display P3": ("colour-profile", lambda p: saved(p, icc_profile=display_p3())),
    "a broken profile": ("colour-profile", lambda p: saved(p, icc_profile=b"not a profile" * 20)),
    "GPS in EXIF": ("location", lambda p: saved(p, exif=with_gps())),
    "GPS in XMP": ("location", lambda p: saved(p, xmp=xmp('exif:GPSLatitude="31,13.8N"'))),
    "GPS in a PNG's XMP": ("location", png_with_text),
    "a city in IPTC": ("location", with_iptc_city),
    "a body's serial number": ("serial-numbers", lambda p: saved(p, exif=exif(BodySerialNumber="0815"))),
    "a lens' serial number": ("serial-numbers", lambda p: saved(p, exif=exif(LensSerialNumber="4711"))),
    "a serial number in XMP": ("serial-numbers", lambda p: saved(p, xmp=xmp('aux:SerialNumber="4711"'))),
    "the owner's name": ("owner", lambda p: saved(p, exif=exif(CameraOwnerName="A. Person"))),
    "the owner's name in XMP": ("owner", lambda p: saved(p, xmp=xmp('aux:OwnerName="A. Person"'))),
    "a maker note": ("maker-note", lambda p: saved(p, exif=exif(MakerNote=b"\0" * 40))),
    "an EXIF thumbnail": ("thumbnail", with_exif_thumbnail),
    "a thumbnail in XMP": ("thumbnail", lambda p: saved(p, xmp=xmp('xmpGImg:image="aGk="'))),
    "the capture date": ("capture-date", lambda p: saved(p, exif=exif(DateTimeOriginal="2026:11:20 10:00:00"))),
    "the capture date in XMP": ("capture-date", lambda p: saved(p, xmp=xmp('photoshop:DateCreated="2026-11-20"'))),
    "a clip behind the picture": ("trailing-data", lambda p: behind(p, b"\0\0\0\x18ftypmp42")),
    "an archive behind the picture": ("trailing-data", lambda p: behind(p, b"PK\x03\x04 hidden")),
}


@pytest.mark.parametrize("name", ONE_FAULT)
def test_each_fault_is_caught_and_nothing_else(tmp_path: Path, name: str) -> None:
    rule, make = ONE_FAULT[name]
    path = make(tmp_path / "a.jpg")
    if name == "too large a file":  # zeros behind the picture are padding: only the size is wrong
        assert broken(check_file(path, NOTE, expect=Expected()), "block") == {rule}
        return
    checks = check_file(path, NOTE, expect=Expected())
    assert broken(checks) == {rule}
    assert not conforms(checks)


def test_a_file_from_another_tool_may_have_any_ratio_of_the_surface(tmp_path: Path) -> None:
    square = saved(tmp_path / "a.jpg", picture((1080, 1080)))
    assert conforms(check_file(square, NOTE))
    assert broken(check_file(square, NOTE, expect=Expected())) == {"ratio"}
    assert broken(check_file(square, resolve(["xiaohongshu.image@4:3"])[0])) == {"ratio"}
    assert conforms(check_file(square, resolve(["xiaohongshu.image@1:1"])[0], expect=Expected()))


def test_house_style_only_warns_about_a_file_from_another_tool(tmp_path: Path) -> None:
    checks = check_file(saved(tmp_path / "a.jpg", picture((1200, 1600)), icc_profile=None), NOTE)
    assert broken(checks, "warn") == {"size", "colour-profile"}
    assert conforms(checks)


def test_the_renderer_is_held_to_its_word(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg")
    assert broken(check_file(path, NOTE, expect=Expected(size=Size(720, 960)))) == {"expected-size"}
    assert broken(check_file(path, NOTE, expect=Expected(ai_label=True))) == {"ai-label"}
    labelled = saved(tmp_path / "b.jpg", xmp=xmp('TC260:AIGC="{&quot;Label&quot;:&quot;1&quot;}"'))
    assert broken(check_file(labelled, NOTE, expect=Expected(ai_label=True))) == set()


def test_a_kept_capture_date_is_no_fault(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", exif=exif(DateTimeOriginal="2026:11:20 10:00:00"))
    assert conforms(check_file(path, NOTE, expect=Expected(capture_date=True)))
    assert conforms(check_file(path, NOTE)), "other people's dates are their own business"


def test_copyright_and_an_ai_label_are_welcome(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.jpg", exif=exif(Copyright="Muselle", Artist="Studio"), xmp=xmp('dc:rights="Muselle"'))
    assert broken(check_file(path, NOTE, expect=Expected())) == set()


def test_below_the_minimum_is_below_whichever_way_it_is_held(tmp_path: Path) -> None:
    checks = check_file(saved(tmp_path / "a.jpg", picture((540, 720))), NOTE)
    assert "min-px" in broken(checks, "block")
    wide = check_file(saved(tmp_path / "b.jpg", picture((960, 720))), NOTE)
    assert "min-px" not in broken(wide)


def test_moments_warns_below_1080(tmp_path: Path) -> None:
    checks = check_file(saved(tmp_path / "a.jpg", picture((900, 900))), GRID)
    assert broken(checks, "warn") == {"size", "min-px"} and conforms(checks)


def test_the_thumbnail_of_an_article_is_64_kb(tmp_path: Path) -> None:
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    thumb = resolve(["wechat-article.thumb"])[0]
    heavy, light = saved(tmp_path / "a.jpg", noise, quality=100), saved(tmp_path / "b.jpg", noise, quality=40)
    assert heavy.stat().st_size > 64_000 > light.stat().st_size
    assert broken(check_file(heavy, thumb)) == {"max-bytes"}
    assert broken(check_file(light, thumb)) == set()


def test_limits_of_any(tmp_path: Path) -> None:
    inline = resolve(["wechat-article.inline"])[0]
    wide = saved(tmp_path / "a.jpg", picture((1081, 500)))
    assert broken(check_file(wide, inline), "warn") == {"size"}
    assert broken(check_file(wide, inline, expect=Expected()), "block") == {"size"}
    long = resolve(["wechat-moments.long"])[0]
    assert broken(check_file(saved(tmp_path / "b.jpg", picture((1000, 2000))), long)) == {"tall"}
    assert broken(check_file(saved(tmp_path / "c.jpg", picture((1000, 4000))), long, expect=Expected())) == set()


def test_as_shot_takes_any_shape(tmp_path: Path) -> None:
    assert broken(check_file(saved(tmp_path / "a.jpg", picture((37, 4001))), AS_SHOT, expect=Expected())) == set()


@pytest.mark.parametrize(("mode", "fmt", "suffix"), [("CMYK", "JPEG", ".jpg"), ("I;16", "PNG", ".png")])
def test_colours_no_app_shows(tmp_path: Path, mode: str, fmt: str, suffix: str) -> None:
    image = picture().convert("L").convert("I;16") if mode == "I;16" else picture(mode=mode)
    image.save(tmp_path / f"a{suffix}", fmt)
    assert "colour-mode" in broken(check_file(tmp_path / f"a{suffix}", NOTE), "block")


def test_several_pictures_in_one_file(tmp_path: Path) -> None:
    frames = [picture(), picture().rotate(90), picture().rotate(180)]
    frames[0].save(tmp_path / "a.webp", save_all=True, append_images=frames[1:], icc_profile=SRGB)
    assert broken(check_file(tmp_path / "a.webp", NOTE, expect=Expected())) == {"single-picture"}
    frames[0].save(tmp_path / "b.gif", save_all=True, append_images=frames[1:])
    assert broken(check_file(tmp_path / "b.gif", NOTE)) == {"format"}
    frames[0].save(tmp_path / "c.jpg", "MPO", save_all=True, append_images=frames[1:])
    assert "single-picture" in broken(check_file(tmp_path / "c.jpg", NOTE))


@pytest.mark.parametrize(("fmt", "suffix"), [("TIFF", ".tif"), ("BMP", ".bmp"), ("GIF", ".gif"), ("AVIF", ".avif")])
def test_formats_no_surface_takes(tmp_path: Path, fmt: str, suffix: str) -> None:
    picture((64, 64)).save(tmp_path / f"a{suffix}", fmt)
    assert broken(check_file(tmp_path / f"a{suffix}", AS_SHOT)) == {"format"}


def test_a_photo_against_a_surface_for_clips(tmp_path: Path) -> None:
    (check,) = check_file(saved(tmp_path / "a.jpg"), resolve(["weibo.video"])[0])
    assert (check.rule, check.ok, check.measured, check.limit) == ("kind", False, "photo", ["clip"])


@pytest.mark.parametrize("name", ["-rf.jpg", "a'b\"c:d.jpg", "口红 上新💄.jpg", "two\nlines.jpg", f"{'长' * 80}.jpg"])
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    assert conforms(check_file(saved(tmp_path / name), NOTE, expect=Expected()))


def test_a_profile_is_judged_by_what_it_does() -> None:
    assert profile_name(SRGB) == "sRGB"
    assert profile_name(display_p3()).startswith("not sRGB")
    assert profile_name(b"") == profile_name(b"junk" * 50) == "unreadable"
    assert profile_name(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()).startswith("not sRGB")


def test_exiftool_agrees_on_what_is_hidden(tmp_path: Path) -> None:
    if shutil.which("exiftool") is None:
        pytest.skip("no exiftool on the PATH to ask")
    makers: list[tuple[str, Callable[[Path], Path], str]] = [
        ("location", ONE_FAULT["GPS in EXIF"][1], "GPS"),
        ("serial-numbers", ONE_FAULT["a body's serial number"][1], "SerialNumber"),
        ("owner", ONE_FAULT["the owner's name"][1], "OwnerName"),
        ("thumbnail", with_exif_thumbnail, "ThumbnailImage"),
    ]
    for rule, make, tag in makers:
        path = make(tmp_path / f"{rule}.jpg")
        said = json.loads(subprocess.check_output(["exiftool", "-j", str(path)]))[0]
        assert any(tag in key for key in said), said
        assert rule in broken(check_file(path, NOTE))
    clean = json.loads(subprocess.check_output(["exiftool", "-j", str(saved(tmp_path / "clean.jpg"))]))[0]
    assert not any(word in key for key in clean for word in ("GPS", "Serial", "Owner", "Thumbnail"))
