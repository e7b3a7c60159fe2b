"""Shake, noise and shrinking: mended where they are, and a clip that has none is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from clip_maker import encode, film, picture

import mediakit
from mediakit.presets.schema import Limits
from mediakit.quality.measures import luma
from mediakit.quality.motion import measure_motion
from mediakit.video.look import look_at_clip
from mediakit.video.probe import probe
from mediakit.video.sample import grab_frame

WIDTH, HEIGHT = 640, 360


def hand_held(path: Path, *, px: float, frames: int = 60) -> Path:
    """A still scene filmed by a hand that trembles by `px`."""
    random = np.random.default_rng(3)
    scene = cv2.resize(random.integers(0, 255, (27, 48, 3), dtype=np.uint8), (960, 540), interpolation=cv2.INTER_CUBIC)

    def trembling() -> Iterator[np.ndarray]:
        place = np.zeros(2)
        for _ in range(frames):
            place = 0.7 * place + random.normal(0, px, 2)
            move = np.array([[1, 0, -160 - place[0]], [0, 1, -90 - place[1]]], np.float32)
            yield cv2.warpAffine(scene, move, (WIDTH, HEIGHT))

    return film(trembling(), path, crf=16)


def shake(path: Path) -> float:
    info = probe(path, Limits())
    motion = measure_motion([[luma(frame) for frame in run] for run in look_at_clip(path, info).runs])
    assert motion is not None
    return motion.shake


def made(source: Path, out: Path, **overrides: object) -> tuple[Path, dict[str, object]]:
    result = mediakit.process(source, to=("douyin.video@16:9",), out=out, overrides={**overrides})
    item = next(one for one in result.outcomes[0].delivered if one.path.endswith(".mp4"))
    assert item.status == "made", item.problem
    facts = item.facts["mended"]
    assert isinstance(facts, dict)
    return out / item.path, facts


def test_a_trembling_hand_is_steadied_and_the_crop_is_said(tmp_path: Path) -> None:
    source = hand_held(tmp_path / "in.mp4", px=4)
    path, facts = made(source, tmp_path / "out")
    assert shake(path) < 0.35 * shake(source)
    assert facts["steadied"] == {"shake_per_mille": round(shake(source), 1), "cropped_share": 0.08}


def test_a_tripod_is_left_alone(tmp_path: Path) -> None:
    _, facts = made(hand_held(tmp_path / "in.mp4", px=0.0), tmp_path / "out")
    assert "steadied" not in facts
    assert facts["denoised"] is False


def test_a_still_plain_noisy_clip_keeps_its_whole_picture(tmp_path: Path) -> None:
    plain = picture("color=c=0x8a8478", w=WIDTH, h=HEIGHT, seconds=2)
    plain[-1] += ",noise=alls=24:allf=t"
    _, facts = made(encode(*plain, to=tmp_path / "in.mp4", options=("-crf", "16")), tmp_path / "out")
    assert facts["noise"] > 1.6
    assert "steadied" not in facts


def test_noise_that_is_seen_is_taken_out(tmp_path: Path) -> None:
    noisy = ("-vf", "noise=c0s=10:c0f=t", "-crf", "12")
    # Few frames a second: noise at thirty is more than the surface's bit rate holds, and its encoder would smooth both.
    source = encode(*picture("color=gray", w=1280, h=720, fps="8", seconds=2), to=tmp_path / "in.mp4", options=noisy)
    path, facts = made(source, tmp_path / "out")
    assert facts["denoised"] is True
    kept, facts = made(source, tmp_path / "kept", **{"clip.denoise": 0.0})
    assert facts["denoised"] is False
    assert np.std(grab_frame(path, None, 1.0)) < 0.75 * np.std(grab_frame(kept, None, 1.0))
