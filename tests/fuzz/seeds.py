"""Makes the first seeds anew: small, valid inputs of every kind. Findings are kept beside them by hand.

python tests/fuzz/seeds.py
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).resolve().parent
REPO = HERE.parents[1]
CAPTIONS = {
    "plain": "周末试色\n柜台新到的三支口红,自然光下拍的。 #口红试色 #专柜",
    "flagged": "全网最低价!国家级完美底妆\n加微信 vx: abc_12345 电话 138 0013 8000 100%有效 #a#b#c",
    "folded": "完.美 ①③⑧00①③8000\n𝓿𝔁 零基礎 ﷽ e\u0301 \u200b\u202e",
    "line": '{"id": "1", "title": "周末", "body": "x", "topics": ["a"], "target": "weibo"}\n',
}
POSTS = {
    "one": 'title = "周末试色"\nbody = "b"\ntopics = ["口红"]\norder = ["IMG_2.jpg", "IMG_1.jpg"]\nsponsored = false\n',
    "several": '[[posts]]\nname = "a"\norder = ["IMG_1.jpg"]\n[[posts]]\nfolder = "counter"\nplatforms = ["xiaohongshu"]\n',
}
SIDECARS = {"point": "[focus]\npoint = [0.3, 0.6]\n", "box": "[focus]\nbox = [0.1, 0.2, 0.4, 0.5]\n"}
PRESETS = {
    "small": 'schema = 1\nname = "mine"\nextends = "base"\n[retouch]\nskin = 0.1\n',
    "wide": (REPO / "presets/base/preset.toml").read_text(encoding="utf-8"),
    "assets": 'schema = 1\nname = "mine"\nextends = "base"\n[overlay]\nlogo = "../logo.png"\n[develop]\nlook = "/etc/x"\n',
}


def photos() -> dict[str, bytes]:
    """One small picture in every format that Pillow writes here."""
    from pillow_heif import register_heif_opener

    register_heif_opener()
    y, x = np.mgrid[0:40, 0:56]
    rgb = np.stack([x * 4 % 256, y * 6 % 256, (x + y) * 3 % 256], axis=2).astype(np.uint8)
    picture = Image.fromarray(rgb)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Phone"
    made: dict[str, bytes] = {}
    ways = {
        "jpeg": {"quality": 80, "exif": exif},
        "png": {},
        "webp": {"quality": 60},
        "gif": {},
        "bmp": {},
        "tiff": {"compression": "tiff_lzw"},
        "heif": {"quality": 50},
        "avif": {"quality": 50},
        "mpo": {},
    }
    for kind, options in ways.items():
        stream = io.BytesIO()
        picture.save(stream, format=kind.upper(), **options)
        made[kind] = stream.getvalue()
    stream = io.BytesIO()
    picture.save(stream, format="JPEG", progressive=True, quality=70)
    made["progressive"] = stream.getvalue()
    stream = io.BytesIO()
    Image.fromarray(rgb[:, :, 0].astype(np.uint16) << 8).save(stream, format="PNG")
    made["png16"] = stream.getvalue()
    return made


def clips() -> dict[str, bytes]:
    """A clip of half a second in every container."""
    from mediakit.tools.ffmpeg import find_ffmpeg

    ways = {
        "mp4": ("-c:v", "libx264", "-f", "mp4", "-movflags", "+faststart"),
        "mov": ("-c:v", "libx264", "-f", "mov", "-metadata:s:v", "rotate=90"),
        "fragments": ("-c:v", "libx264", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov"),
        "mkv": ("-c:v", "libx264", "-f", "matroska"),
        "avi": ("-c:v", "mjpeg", "-f", "avi"),
        "ts": ("-c:v", "libx264", "-f", "mpegts"),
        "hevc": ("-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1", "-f", "mp4"),
    }
    made: dict[str, bytes] = {}
    source = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=0.5", "-f", "lavfi", "-i", "sine=f=440:r=8000:d=0.5"]
    with tempfile.TemporaryDirectory() as folder:
        for kind, options in ways.items():
            path = Path(folder, kind)
            command = [find_ffmpeg(), "-v", "error", *source, "-pix_fmt", "yuv420p", "-c:a", "aac", *options, path]
            subprocess.run(list(map(str, command)), check=True)
            made[kind] = path.read_bytes()
    return made


def packs() -> dict[str, bytes]:
    """A packed preset without music."""
    from mediakit.presets.pack import write_pack

    with tempfile.TemporaryDirectory() as shelf:
        folder = Path(shelf, "counter")
        folder.mkdir()
        (folder / "preset.toml").write_text('schema = 1\nname = "counter"\nextends = "base"\n[retouch]\nskin = 0.1\n')
        (folder / "rules.txt").write_text("words")
        write_pack(folder, Path(shelf, "p"))
        return {"counter": Path(shelf, "p").read_bytes()}


def main() -> None:
    """Write them all."""
    sys.path.insert(0, str(REPO))
    text = {"caption": CAPTIONS, "post": POSTS, "sidecar": SIDECARS, "preset": PRESETS}
    made = {name: {key: words.encode() for key, words in several.items()} for name, several in text.items()}
    made |= {"photo": photos(), "clip": clips(), "pack": packs()}
    for name, several in made.items():
        folder = HERE / "seeds" / name
        folder.mkdir(parents=True, exist_ok=True)
        for key, data in several.items():
            (folder / key).write_bytes(data)


if __name__ == "__main__":
    main()
