"""How many codes and contact lines are found in pictures, and how often something is found where nothing is.

    python benchmarks/marks.py [--pictures 30] [--font FONT.ttc] [--seed 7]

Composed: QR codes and lines (telephone numbers, WeChat IDs, flagged words) are laid over photos of the corpus at several
sizes, angles and contrasts, saved as JPEG and read again. Plain: every photo of the corpus; an alarm is a mark that would
warn or block on Xiaohongshu or WeChat. Prints a table; nothing is tuned to a file.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mediakit.batch.marked import marked
from mediakit.caption import load_rules
from mediakit.marks.codes import find_codes
from mediakit.marks.find import find_marks
from mediakit.model import Size
from mediakit.photo.open import open_photo
from mediakit.platforms.targets import resolve_one
from mediakit.presets.schema import Limits

FONTS = ("NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "wqy-microhei.ttc", "msyh.ttc", "PingFang.ttc")
TARGETS = ("xiaohongshu.image", "wechat-article.inline")
LONG_EDGE = 1440
"""As a photo is decoded for a phone-sized deliverable."""
QR_SIZES = (48, 56, 64, 90, 120, 160, 240, 320)
READABLE_QR = 56
TEXT_SIZES = (16, 20, 24, 32, 44)
READABLE_TEXT = 20
ANGLES = (0, 8, -15, 25)


def lines(rng: random.Random) -> list[tuple[str, str]]:
    """A telephone number, a WeChat ID and a flagged word, each in words a shop would use."""
    phone = f"1{rng.choice('3578')}{rng.randrange(10**9):09}"
    spaced = f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    name = "".join(rng.choice("abcdefghkmnprstuvwxyz") for _ in range(6)) + str(rng.randrange(10, 99))
    return [
        ("phone", f"{rng.choice(['预约电话', '订货热线', '咨询', '到店请拨'])} {rng.choice([phone, spaced])}"),
        ("wechat", f"{rng.choice(['加微信', '微信号', '加V', 'WeChat'])}：{name}"),
        ("word", rng.choice(["全网最低价", "完美遮瑕", "国家级品质", "祛斑神器", "100%有效"])),
    ]


def _font() -> str:
    """A font with Chinese and Latin letters that this machine has; "" where it has none."""
    packaged = find_spec("noto_cjk_sans_otc")
    places = [Path(place) for place in (packaged.submodule_search_locations or ())] if packaged else []
    for name in (*(str(place / FONTS[0]) for place in places), *FONTS, str(Path("~/.fonts").expanduser() / FONTS[1])):
        try:
            return str(ImageFont.truetype(name, 20).path)
        except OSError:
            continue
    return ""


def canvas(path: Path) -> Image.Image | None:
    try:
        rgb = open_photo(path, Limits()).pixels
    except Exception:
        return None
    picture = Image.fromarray(rgb).convert("RGB")
    scale = LONG_EDGE / max(picture.size)
    if scale > 2.5 or min(picture.size) * scale < 500:
        return None
    return picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)


def laid(picture: Image.Image, stamp: Image.Image, angle: float, rng: random.Random) -> np.ndarray | None:
    """The picture with a stamp somewhere on it, as it comes out of a JPEG of quality 85."""
    turned = stamp.rotate(angle, expand=True, resample=Image.Resampling.BICUBIC)
    if turned.width >= picture.width or turned.height >= picture.height:
        return None
    out = picture.copy()
    out.paste(
        turned, (rng.randrange(picture.width - turned.width), rng.randrange(picture.height - turned.height)), turned
    )
    raw = cv2.imencode(".jpg", cv2.cvtColor(np.asarray(out), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return cv2.cvtColor(cv2.imdecode(raw, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def qr_stamp(text: str, side: int) -> Image.Image:
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    modules = np.asarray(code.to_image(scale=1, add_quiet_zones=True))
    return (
        Image.fromarray(modules)
        .convert("RGBA")
        .resize((side, side), Image.Resampling.NEAREST if side > 200 else Image.Resampling.BOX)
    )


def text_stamp(text: str, height: int, font: str, rng: random.Random) -> Image.Image:
    """White, dark or yellow letters, with a thin outline or on a strip, as people put them on pictures."""
    face = ImageFont.truetype(font, height, index=2 if font.endswith("CJK-Regular.ttc") else 0)
    left, top, right, bottom = face.getbbox(text)
    pad = height // 2
    strip = rng.random() < 0.5
    back = (0, 0, 0, 150) if strip else (0, 0, 0, 0)
    stamp = Image.new("RGBA", (right - left + 2 * pad, bottom - top + 2 * pad), back)
    ink = rng.choice(
        [(255, 255, 255, 255), (255, 224, 70, 255)] if strip else [(255, 255, 255, 255), (20, 20, 20, 255)]
    )
    edge = (20, 20, 20, 255) if ink[0] > 128 else (255, 255, 255, 255)
    ImageDraw.Draw(stamp).text(
        (pad - left, pad - top), text, ink, face, stroke_width=max(1, height // 16), stroke_fill=edge
    )
    return stamp


def found_kinds(rgb: np.ndarray, book: object) -> dict[str, set[str]]:
    """What would be minded on each target: rules and "code"."""
    shown = Size(rgb.shape[1], rgb.shape[0])
    marks, notes = find_marks(rgb, shown, "all")
    if notes:
        sys.exit("\n".join(note.message for note in notes))
    return {
        name: {one.rule for one in marked(marks, resolve_one(name)[0], book) if one.severity != "info"}
        for name in TARGETS
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=30)
    parser.add_argument("--font", default=_font())
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-plain", action="store_true")
    said = parser.parse_args()
    corpus = Path(os.environ.get("MEDIAKIT_CORPUS", Path(__file__).parents[2] / "shared/corpus"))
    rng, book = random.Random(said.seed), load_rules()
    paths = sorted(p for p in (corpus / "photos").rglob("*") if p.suffix.lower() in (".jpg", ".png", ".heic"))
    rng.shuffle(paths)
    pictures = [one for one in map(canvas, paths) if one is not None][: said.pictures]
    codes(pictures, rng)
    if said.font:
        words(pictures, rng, said.font, book)
    if not said.no_plain:
        plain(corpus, book)


def codes(pictures: list[Image.Image], rng: random.Random) -> None:
    hit: dict[int, list[bool]] = {size: [] for size in QR_SIZES}
    spent = []
    for picture in pictures:
        rgb = np.asarray(picture)
        start = time.process_time()
        find_codes(rgb, Size(*picture.size))
        spent.append(time.process_time() - start)
    print(f"codes looked for in a plain picture: {1000 * np.median(spent):.0f} ms CPU, at most {1000 * max(spent):.0f}")
    for size in QR_SIZES:
        for picture in pictures:
            text = f"https://shop.example/{rng.randrange(10**6)}"
            rgb = laid(picture, qr_stamp(text, size), rng.choice(ANGLES), rng)
            if rgb is not None:
                hit[size].append(any(m.text == text for m in find_codes(rgb, Size(rgb.shape[1], rgb.shape[0]))))
    for size, found in hit.items():
        print(f"QR {size:4} px: {sum(found):3}/{len(found)}")
    readable = [one for size in QR_SIZES if size >= READABLE_QR for one in hit[size]]
    print(f"QR from {READABLE_QR} px: recall {np.mean(readable):.3f}", flush=True)


def words(pictures: list[Image.Image], rng: random.Random, font: str, book: object) -> None:
    wanted = {"phone": ("div-phone",), "wechat": ("div-",), "word": ("",)}
    hit: dict[tuple[str, int], list[bool]] = {}
    spent = []
    for size in TEXT_SIZES:
        for number, picture in enumerate(pictures):
            kind, text = lines(rng)[number % 3]
            rgb = laid(picture, text_stamp(text, size, font, rng), rng.choice(ANGLES[:3]), rng)
            if rgb is None:
                continue
            start = time.process_time()
            rules = found_kinds(rgb, book)["xiaohongshu.image"]
            spent.append(time.process_time() - start)
            good = any(rule.startswith(prefix) for rule in rules for prefix in wanted[kind])
            hit.setdefault((kind, size), []).append(good)
            if not good and size >= READABLE_TEXT:
                marks, _ = find_marks(rgb, Size(rgb.shape[1], rgb.shape[0]), "all")
                print(f"  missed {text!r} at {size} px; read {[m.text for m in marks]}", file=sys.stderr)
    for (kind, size), found in sorted(hit.items()):
        print(f"{kind:6} {size:3} px: {sum(found):3}/{len(found)}")
    for kind in wanted:
        readable = [one for (k, size), found in hit.items() if k == kind and size >= READABLE_TEXT for one in found]
        print(f"{kind} from {READABLE_TEXT} px: recall {np.mean(readable):.3f}")
    readable = [one for (_, size), found in hit.items() if size >= READABLE_TEXT for one in found]
    print(
        f"words from {READABLE_TEXT} px: recall {np.mean(readable):.3f}, {1000 * np.median(spent):.0f} ms CPU a picture",
        flush=True,
    )


def plain(corpus: Path, book: object) -> None:
    alarms, count, times = [], 0, []
    for path in sorted((corpus / "photos").rglob("*")) + sorted((corpus / "iqa/images").glob("*"))[:60]:
        try:
            rgb = open_photo(path, Limits()).pixels if path.is_file() else None
        except Exception:
            continue
        if rgb is None:
            continue
        if max(rgb.shape[:2]) > 2000:
            scale = 2000 / max(rgb.shape[:2])
            rgb = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        count += 1
        start = time.process_time()
        rules = found_kinds(rgb, book)
        times.append(time.process_time() - start)
        if any(rules.values()):
            alarms.append((path.name, rules))
    for name, rules in alarms:
        print(f"  alarm {name}: {rules}")
    print(
        f"plain: {len(alarms)} alarms on {count} photos ({len(alarms) / count:.1%}), {1000 * np.median(times):.0f} ms CPU"
    )


if __name__ == "__main__":
    main()
