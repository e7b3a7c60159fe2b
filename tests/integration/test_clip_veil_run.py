"""A whole run that hides things in clips: codes that move, and people in the background of real faces."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from clip_maker import film

import mediakit
from mediakit.marks.find import find_marks
from mediakit.model import Size
from mediakit.presets.schema import Limits
from mediakit.video.probe import probe
from mediakit.video.sample import walk_frames
from mediakit.vision.faces import find_faces

WIDTH, HEIGHT = 960, 540
LINK = "https://shop.example/follow"
PLAIN = {"develop.white_balance": 0, "develop.auto_tone": 0, "clip.follow": False}


def wall() -> np.ndarray:
    random = np.random.default_rng(4)
    return cv2.resize(
        random.integers(60, 200, (14, 24, 3), dtype=np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC
    )


def made(source: Path, out: Path, target: str, **overrides: object) -> tuple[mediakit.Delivered, Path]:
    result = mediakit.process(source, to=(target,), out=out, jobs=1, overrides={**PLAIN, **overrides})
    item = next(one for one in result.outcomes[0].delivered if one.path.endswith(".mp4"))
    assert item.status == "made", item.problem
    return item, out / item.path


def pictures(path: Path) -> list[np.ndarray]:
    info = probe(path, Limits())
    return [frame.shown().copy() for frame in walk_frames(path, info, long_edge_px=WIDTH)]


@pytest.fixture(scope="module")
def with_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A code that is carried across for two seconds of three."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="needs the marks extra")
    code = np.asarray(zxingcpp.create_barcode(LINK, zxingcpp.BarcodeFormat.QRCode).to_image(scale=6))
    background = wall()

    def frames() -> Iterable[np.ndarray]:
        for n in range(90):
            frame = background.copy()
            if 20 <= n < 80:
                x, y, side = 120 + 6 * n, 140 + n, code.shape[0]
                frame[y : y + side, x : x + side] = code[: HEIGHT - y, : WIDTH - x, None]
            yield frame

    return film(frames(), tmp_path_factory.mktemp("code") / "code.mp4")


def codes_in(path: Path) -> int:
    found = [find_marks(rgb, Size(rgb.shape[1], rgb.shape[0]), "codes")[0] for rgb in pictures(path)]
    return sum(any(mark.text == LINK for mark in marks) for marks in found)


def test_a_code_that_moves_can_be_read_in_no_frame_where_the_surface_minds_it(with_code: Path, tmp_path: Path):
    assert codes_in(with_code) >= 50
    blur = {"marks.find": "codes", "marks.on_find": "blur"}
    item, path = made(with_code, tmp_path / "out", "weibo.video", **blur)
    assert codes_in(path) == 0
    assert "marks-blurred" in {note.code for note in item.notes}
    first = pictures(path)[5].astype(int)
    assert np.abs(first[:120] - pictures(with_code)[5][:120]).mean() < 4


def test_a_code_stays_where_it_is_only_reported(with_code: Path, tmp_path: Path):
    item, path = made(with_code, tmp_path / "out", "weibo.video", **{"marks.find": "codes"})
    assert codes_in(path) >= 50
    assert "marks-blurred" not in {note.code for note in item.notes}


@pytest.fixture
def with_people(corpus: Path, tmp_path: Path) -> Path:
    """Somebody in front, and somebody small who walks behind."""
    front, behind = (
        cv2.imread(str(corpus / "photos" / "people" / name))[:, :, ::-1] for name in ("biden.jpg", "obama2.jpg")
    )
    large, small = cut_out(front, 190), cut_out(behind, 52)
    background = wall()

    def frames() -> Iterable[np.ndarray]:
        for n in range(75):
            frame = background.copy()
            lay(frame, small, 60 + 4 * n, 40)
            lay(frame, large, 560, 150)
            yield frame

    return film(frames(), tmp_path / "people.mp4")


def cut_out(rgb: np.ndarray, face_px: int) -> np.ndarray:
    rgb = np.ascontiguousarray(rgb)
    face = find_faces(rgb, shown=Size(rgb.shape[1], rgb.shape[0]))[0].box
    x, y, w, h = (max(0, round(v)) for v in (face.x - 0.5 * face.w, face.y - 0.5 * face.h, 2 * face.w, 2 * face.h))
    part = rgb[y : y + h, x : x + w]
    scale = face_px / face.h
    return cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def lay(frame: np.ndarray, part: np.ndarray, x: int, y: int) -> None:
    under = frame[y : y + part.shape[0], x : x + part.shape[1]]
    under[:] = part[: under.shape[0], : under.shape[1]]


def faces_of(rgb: np.ndarray) -> list[float]:
    """Heights of the faces, largest first."""
    return [face.box.h for face in find_faces(rgb, shown=Size(rgb.shape[1], rgb.shape[0]))]


@pytest.mark.corpus
def test_who_walks_behind_is_hidden_in_every_frame_and_who_stands_in_front_in_none(with_people: Path, tmp_path: Path):
    before = [faces_of(rgb) for rgb in pictures(with_people)]
    assert np.mean([len(faces) >= 2 for faces in before]) > 0.9
    item, path = made(with_people, tmp_path / "out", "weibo.video", **{"privacy.bystanders": "blur"})
    after = [faces_of(rgb) for rgb in pictures(path)]
    assert all(len(faces) == 1 and faces[0] > 150 for faces in after)
    assert "bystanders-hidden" in {note.code for note in item.notes}
    people = item.facts["people"]
    assert {one["is"] for one in people} == {"main", "hidden"}
    assert all((tmp_path / "out" / one["preview"]).is_file() for one in people)


@pytest.mark.corpus
def test_somebody_vouched_for_by_number_stays(with_people: Path, tmp_path: Path):
    out = tmp_path / "out"
    item, _ = made(with_people, out, "weibo.video", **{"privacy.bystanders": "blur"})
    number = next(one["face"] for one in item.facts["people"] if one["is"] == "hidden")
    keep = {"privacy.bystanders": "blur", "privacy.keep_faces": {with_people.name: [number]}}
    item, path = made(with_people, out, "weibo.video", **keep)
    assert next(one["is"] for one in item.facts["people"] if one["face"] == number) == "kept"
    assert np.mean([len(faces_of(rgb)) >= 2 for rgb in pictures(path)]) > 0.9
