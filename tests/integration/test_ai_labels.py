"""AI-content labels through the whole flow: found in photos and clips, told, carried into every file, read back."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from shoots import picture

from mediakit import process
from mediakit.video.ai_label import label_keys

AIGC = json.dumps({"Label": "1", "ContentProducer": "brand", "ProduceID": "7"})
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
CAMERA = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" {}/></rdf:RDF></x:xmpmeta>'
)
IPTC_SAYS = 'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" Iptc4xmpExt:DigitalSourceType="{}"'
TC260_SAYS = 'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" TC260:AIGC="' + AIGC.replace('"', "&quot;") + '"'


def uuid_box(content: bytes) -> bytes:
    body = bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + content
    return (len(body) + 8).to_bytes(4, "big") + b"uuid" + body


@pytest.fixture(scope="module")
def plain_clip(tmp_path_factory) -> Path:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("no ffmpeg on the PATH")
    path = tmp_path_factory.mktemp("clip") / "plain.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=s=360x640:r=25:d=1.2"]
    subprocess.run([ffmpeg, "-v", "error", *source, "-pix_fmt", "yuv420p", str(path)], check=True)
    return path


def shoot_of(folder: Path, clip: Path) -> Path:
    folder.mkdir()
    shot = Image.fromarray(picture(480, 640, seed=1))
    shot.save(folder / "aigc.jpg", xmp=XMP.format(TC260_SAYS).encode())
    shot.save(folder / "iptc.jpg", xmp=XMP.format(IPTC_SAYS.format(COMPOSITE)).encode())
    shot.save(folder / "camera.jpg", xmp=XMP.format(IPTC_SAYS.format(CAMERA)).encode())
    (folder / "xmp.mp4").write_bytes(clip.read_bytes() + uuid_box(XMP.format(TC260_SAYS).encode()))
    (folder / "c2pa.mp4").write_bytes(clip.read_bytes() + uuid_box(b"\x00jumb\x01" + COMPOSITE.encode() + b"\x00"))
    shutil.copy(clip, folder / "plain.mp4")
    return folder


def test_labels_are_found_told_carried_and_read_back(plain_clip, tmp_path):
    shoot = shoot_of(tmp_path / "shoot", plain_clip)
    targets = ["xiaohongshu.image", "xiaohongshu.video"]
    result = process(shoot, out=tmp_path / "out", to=targets, jobs=2, overrides={"post.each": "shoot"})
    sources = {s["path"]: s for s in json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))["sources"]}
    told = {name: source["ai_label"] for name, source in sources.items()}
    assert json.loads(told["aigc.jpg"]["aigc"]) == json.loads(told["xmp.mp4"]["aigc"]) == json.loads(AIGC)
    assert told["iptc.jpg"]["source_type"] == told["c2pa.mp4"]["source_type"] == COMPOSITE
    assert told["camera.jpg"] is None and told["plain.mp4"] is None
    for name, source in sources.items():
        (made, *_) = source["deliverables"]
        assert made["status"] == "made", made
        checks = {check["rule"]: check["ok"] for check in made["checks"]}
        assert told[name] is None or checks["ai-label"] is True
        raw = (tmp_path / "out" / made["path"]).read_bytes()
        carried = b"AIGC" in raw or b"rainedAlgorithmicMedia" in raw
        assert carried == (told[name] is not None), name
        assert ("ai-label" in {note["code"] for note in source["notes"]}) == (told[name] is not None)
    assert any("AI" in step.zh for step in result.posts[0].steps)


@pytest.mark.parametrize("damage", [b"", b"\x00\x00\x00\x01uuid" + b"\xff" * 8, b"\x7f\xff\xff\xffuuid", b"\x00" * 64])
def test_a_file_of_any_kind_is_only_looked_through(tmp_path, damage):
    path = tmp_path / "x.mp4"
    path.write_bytes(damage)
    assert label_keys(path, ()) == () and label_keys(tmp_path / "gone.mp4", ()) == ()


def test_what_the_metadata_says_already_is_not_said_twice(tmp_path):
    path = tmp_path / "x.mp4"
    path.write_bytes(uuid_box(XMP.format(TC260_SAYS).encode()))
    assert label_keys(path, (("aigc", "x"),)) == ()
    assert dict(label_keys(path, ())) == {"AIGC": AIGC}


def test_an_independent_reader_finds_the_label_in_every_file_that_is_made(plain_clip, tmp_path):
    """Photos, covers and clips of several platforms, and the copies in posts, as exiftool reads them."""
    exiftool = shutil.which("exiftool")
    if exiftool is None:
        pytest.skip("no exiftool on the PATH")
    shoot = shoot_of(tmp_path / "shoot", plain_clip)
    targets = ["xiaohongshu", "wechat-moments", "wechat-channels", "wechat-article", "weibo", "instagram"]
    process(shoot, out=tmp_path / "out", to=targets, jobs=2, overrides={"post.each": "shoot"})
    document = json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))
    files = {
        item["path"]: source["path"]
        for source in document["sources"]
        for item in source["deliverables"]
        if item["path"]
    }
    files |= {one["path"]: one["source"] for post in document["posts"] for one in post["pictures"]}
    made = {path: source for path, source in files.items() if (tmp_path / "out" / path).is_file()}
    command = [exiftool, "-j", "-a", "-U", "-G0", "-api", "LargeFileSupport=1", *made]
    read = subprocess.run(command, cwd=tmp_path / "out", capture_output=True, check=True, timeout=120).stdout
    tags = {
        one["SourceFile"]: {key.split(":")[-1]: str(value) for key, value in one.items()} for one in json.loads(read)
    }
    assert len(made) >= 30 and tags.keys() == made.keys()
    for path, source in made.items():
        found = tags[path]
        if source in ("aigc.jpg", "xmp.mp4"):
            label = found.get("AIGC") or found.get("Aigc")
            assert label is not None and json.loads(label) == json.loads(AIGC), (path, found)
        elif source in ("iptc.jpg", "c2pa.mp4"):
            said = " ".join(value for key, value in found.items() if key.lower().startswith(("digitalsource", "aigc")))
            assert "rained" in said, (path, found)
        else:
            assert not any("aigc" in key.lower() for key in found), (path, found)
            assert "rained" not in found.get("DigitalSourceType", ""), path
