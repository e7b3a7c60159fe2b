"""What the steadying pass found is judged: the camera's own shake, sure, and worth a crop."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mediakit.video.jumps import Jumps, read_jumps

HEAD = "VID.STAB 1\n#      accuracy = 8\n"


def written(path: Path, steps: np.ndarray, *, spread: float = 0.3, fields: int = 40, seed: int = 0) -> Path:
    """A file as vid.stab writes it: every field sees the camera's step and an error of its own."""
    random = np.random.default_rng(seed)
    lines = ["Frame 1 (List 0 [])"]
    for number, step in enumerate(steps, start=2):
        moves = np.rint(step + random.normal(0, spread, (fields, 2))).astype(int)
        inside = ",".join(f"(LM {x} {y} 100 80 48 0.600000 1.200000)" for x, y in moves)
        lines.append(f"Frame {number} (List {fields} [{inside}])")
    path.write_text(HEAD + "\n".join(lines) + "\n", encoding="ascii")
    return path


def judged(path: Path) -> Jumps | None:
    return read_jumps(path, 640, room_px=26, smoothed_frames=15)


def tremble(px: float, frames: int = 90) -> np.ndarray:
    random = np.random.default_rng(1)
    places = np.zeros((frames, 2))
    for n in range(1, frames):
        places[n] = 0.7 * places[n - 1] + random.normal(0, px, 2)
    return np.diff(places, axis=0)


def test_a_tremble_that_all_fields_see_is_worth_steadying(tmp_path: Path):
    steps = tremble(5)
    found = judged(written(tmp_path / "a.trf", steps))
    assert found is not None
    true = np.hypot(*np.diff(steps, axis=0).T).mean() / 640 * 1000
    assert abs(found.shake - true) < 0.15 * true
    assert found.is_worth_it
    assert found.left < 0.3 * found.shake


def test_fields_that_do_not_agree_are_no_camera(tmp_path: Path):
    found = judged(written(tmp_path / "a.trf", np.zeros((60, 2)), spread=9.0, fields=12))
    assert found is not None
    assert not found.is_worth_it


def test_an_even_pan_is_no_shake(tmp_path: Path):
    found = judged(written(tmp_path / "a.trf", np.tile([7.0, 0.0], (60, 1))))
    assert found is not None
    assert found.shake < 0.5
    assert not found.is_worth_it


def test_a_shake_wider_than_the_room_is_not_worth_a_crop(tmp_path: Path):
    steps = tremble(120)
    found = judged(written(tmp_path / "a.trf", steps))
    assert found is not None
    assert found.left > 0.6 * found.shake
    assert not found.is_worth_it


def test_a_picture_in_which_nothing_is_found_says_nothing(tmp_path: Path):
    path = tmp_path / "a.trf"
    path.write_text(HEAD + "\n".join(f"Frame {n} (List 0 [])" for n in range(1, 30)), encoding="ascii")
    assert judged(path) is None
