"""What is read outside of a batch: in processes apart, which a file may kill and which reach what they were given."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from mediakit.batch import reel
from mediakit.batch.apart import each_apart
from mediakit.batch.reel_photos import make_ready, reel_recipe
from mediakit.batch.shoot import find_sources
from mediakit.errors import Fault, FileError
from mediakit.model import Kind, Size
from mediakit.platforms.targets import resolve
from mediakit.presets.load import load_preset
from mediakit.presets.recipes import recipe_for
from mediakit.reel.timing import time_pictures
from mediakit.tools.reach import Reach, can_be_kept

SHOOT = Path(__file__).resolve().parents[3] / "samples" / "shoot"
pytestmark = pytest.mark.slow


def read(path: Path) -> str:
    match path.name:
        case "deadly":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "endless":
            time.sleep(600)
        case "refused":
            raise FileError(Fault.EMPTY, "There is nothing in it.")
    try:
        return path.read_text(encoding="utf-8")
    except PermissionError:
        return "out of reach"


def test_each_call_has_its_end_whatever_became_of_the_others(tmp_path: Path) -> None:
    for name in ("a", "deadly", "endless", "refused", "z"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    calls = [(path.name, (path,)) for path in sorted(tmp_path.iterdir())]
    found = list(each_apart(read, calls, processes=2, limit_s=4.0, reach=None))
    assert [found[0], found[4]] == ["a", "z"]
    codes = [one.code for one in found[1:4] if isinstance(one, FileError)]
    assert codes == [Fault.CRASHED, Fault.TIMED_OUT, Fault.EMPTY]


@pytest.mark.skipif(not can_be_kept(), reason="needs Linux with Landlock, and landlockpy")
def test_what_was_not_given_is_out_of_reach(tmp_path: Path) -> None:
    for place in ("inside/a", "outside/b"):
        (tmp_path / place).parent.mkdir()
        (tmp_path / place).write_text(place, encoding="utf-8")
    calls = [(name, (tmp_path / name,)) for name in ("inside/a", "outside/b")]
    found = list(each_apart(read, calls, processes=1, limit_s=60.0, reach=Reach((str(tmp_path / "inside"),))))
    assert found == ["inside/a", "out of reach"]


def test_photos_of_a_reel_are_the_same_made_apart_and_a_photo_that_fails_is_left_out(tmp_path: Path) -> None:
    shutil.copy(SHOOT / "IMG_2041.jpg", tmp_path)
    (tmp_path / "a broken one.jpg").write_bytes((SHOOT / "IMG_2042.jpg").read_bytes()[:20_000])
    (target,), size = resolve(["xiaohongshu.video"]), Size(270, 480)
    loaded, sources = load_preset("muselle"), find_sources([tmp_path]).sources
    recipe, shape = recipe_for(loaded, target, Kind.CLIP, bed_seed=""), target.shape(Kind.CLIP)
    timing = time_pictures(2, each_s=2.0, card_s=0.0, beats=(), longest_s=30.0)
    (shown,), notes = reel._made_ready(sources, loaded, recipe, shape, size, timing, 1)
    here, _ = make_ready(
        sources[0],
        loaded,
        reel_recipe(loaded, recipe),
        shape,
        size,
        seconds=timing.changes[1] - timing.changes[0],
        inwards=True,
    )
    assert shown.rel == "IMG_2041.jpg"
    assert np.array_equal(shown.slide.canvas, here.slide.canvas)
    assert [note.code for note in notes if "a broken one.jpg" in note.message] == ["left-out"]
