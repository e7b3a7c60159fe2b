"""The sample shoot holds what samples/README.md says it holds."""

import re
from datetime import datetime
from pathlib import Path

import av
import numpy as np
import pillow_heif
import pytest
from PIL import Image
from PIL.ExifTags import IFD, Base

pillow_heif.register_heif_opener()
SHOOT = Path(__file__).resolve().parents[3] / "samples" / "shoot"
PHOTOS = sorted(p for p in SHOOT.iterdir() if p.suffix.lower() in {".jpg", ".heic"})
CLIPS = sorted(p for p in SHOOT.iterdir() if p.suffix.lower() in {".mp4", ".mov"})


def test_the_shoot_is_small_enough_to_carry():
    assert sum(p.stat().st_size for p in SHOOT.iterdir()) < 15e6
    assert (len(PHOTOS), len(CLIPS)) == (12, 3)


def test_every_file_is_told_of_in_the_readme():
    told = set(re.findall(r"`([^`]+\.(?:jpg|HEIC|mp4|MOV))`", (SHOOT.parent / "README.md").read_text(encoding="utf-8")))
    assert told == {p.name for p in SHOOT.iterdir()}


@pytest.mark.parametrize("path", PHOTOS, ids=lambda p: p.name)
def test_photos_carry_a_phones_tags(path):
    with Image.open(path) as image:
        exif = image.getexif()
        image.load()
    assert exif[Base.Make] == "Halcyon"
    taken = datetime.strptime(exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal], "%Y:%m:%d %H:%M:%S")
    assert taken.date().isoformat() == "2026-05-21"


def test_the_mishaps_are_there():
    assert Image.open(SHOOT / "IMG_2042.jpg").getexif()[Base.Orientation] == 6
    assert Image.open(SHOOT / "IMG_2041.jpg").getexif().get_ifd(IFD.GPSInfo)
    dark = np.asarray(Image.open(SHOOT / "IMG_2058.jpg").convert("L"))
    bright = np.asarray(Image.open(SHOOT / "counter corner 2.jpg").convert("L"))
    assert dark.mean() < 90
    assert (bright > 250).mean() > 0.1


def test_the_burst_is_one_second_and_one_of_it_is_shaken():
    names = ["IMG_2044.jpg", "IMG_2045.jpg", "IMG_2046.jpg"]
    times, edges = set(), []
    for name in names:
        image = Image.open(SHOOT / name)
        times.add(image.getexif().get_ifd(IFD.Exif)[Base.DateTimeOriginal])
        grey = np.asarray(image.convert("L").reduce(2), dtype=np.float32)
        edges.append(float(np.quantile(np.abs(np.diff(grey, axis=1)), 0.995)))
    assert len(times) == 1
    assert edges[2] < 0.6 * min(edges[:2])


def test_clips_have_the_tracks_they_should():
    found = {}
    for path in CLIPS:
        with av.open(str(path)) as clip:
            video = clip.streams.video[0]
            frame = next(clip.decode(video))
            found[path.name] = (video.codec.name, float(video.average_rate), frame.rotation, len(clip.streams.audio))
    assert found == {
        "IMG_2052.MOV": ("h264", 30.0, 0, 1),
        "VID_20260521_143012.mp4": ("h264", 30.0, -90, 1),
        "VID_20260521_151120.mp4": ("h264", 25.0, 0, 0),
    }
