"""What makes a reel another reel, known before anything is rendered."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from mediakit.batch import reel_row
from mediakit.batch.ledger import Ledger
from mediakit.batch.outfolder import ledger_path, only_run
from mediakit.batch.reel import Reel
from mediakit.batch.reel_photos import candidates
from mediakit.model import Check, Note, Size
from mediakit.platforms.targets import resolve
from mediakit.presets.load import load_preset

SAMPLES = Path(__file__).resolve().parents[3] / "samples" / "shoot"
(XIAOHONGSHU,) = resolve(["xiaohongshu.video"])
(DOUYIN,) = resolve(["douyin.video"])


@pytest.fixture
def ledger(tmp_path: Path):
    folder = tmp_path / "out"
    with only_run(folder), Ledger(ledger_path(folder)) as opened:
        yield opened


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "photos"
    folder.mkdir()
    return [shutil.copy(SAMPLES / f"IMG_{number}.jpg", folder / f"{number}.jpg") for number in (2041, 2042)]


def test_bytes_names_and_order_of_the_photos_count(ledger: Ledger, photos: list[Path]) -> None:
    first, second = photos
    known = reel_row.identity(candidates([first, second]), ledger)
    assert reel_row.identity(candidates([first, second]), ledger) == known
    others = [candidates([second, first]), candidates([first]), candidates([first.parent])]
    assert known not in {reel_row.identity(other, ledger) for other in others}
    shutil.copy(SAMPLES / "IMG_2043.jpg", second)
    assert reel_row.identity(candidates([first, second]), ledger) != known


def test_what_a_person_chose_counts_where_the_best_are_shown(ledger: Ledger, photos: list[Path]) -> None:
    folder = photos[0].parent
    before = reel_row.identity(candidates([folder]), ledger)
    (folder / "mediakit-keep.txt").write_text(f"{photos[1].name}\n")
    assert reel_row.identity(candidates([folder]), ledger) != before


def test_preset_surface_and_music_count_and_nothing_else(tmp_path: Path) -> None:
    song, same, other = (tmp_path / f"{name}.mp3" for name in ("song", "same", "other"))
    for path, said in ((song, b"la"), (same, b"la"), (other, b"li")):
        path.write_bytes(said)

    def made_by(target=XIAOHONGSHU, music: Path | None = song, **overrides: object) -> str:
        said = {key.replace("__", "."): value for key, value in overrides.items()}
        return reel_row.fingerprint(load_preset("base", overrides=said), target, music)

    assert made_by() == made_by(music=same) == made_by(post__each="shoot")
    differ = {
        made_by(),
        made_by(music=other),
        made_by(music=None),
        made_by(DOUYIN),
        made_by(reel__change="cut"),
        made_by(reel__each_s=1.5),
        made_by(sound__loudness_lufs=-16.0),
        made_by(retouch__skin=0.9),
        made_by(clip__x264_preset="fast"),
    }
    assert len(differ) == 9


def test_a_reel_is_recalled_as_it_was_while_it_is_that_file(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "reel.mp4"
    out.write_bytes(b"a film")
    monkeypatch.setattr(reel_row, "grab_frame", lambda *_: np.zeros((8, 8, 3), np.uint8))
    made = Reel(
        path=out,
        target="xiaohongshu.video",
        size=Size(1080, 1920),
        duration_s=9.5,
        bytes=6,
        photos=("a.jpg", "b.jpg"),
        why=("one face", "the middle"),
        changes_s=(0.0, 4.5, 9.5),
        on_beats=True,
        bed="song.mp3",
        checks=(Check("max-bytes", True, 6, 10),),
        notes=(Note("left-out", "c.jpg was left out"),),
        facts={"sound": {"lufs": -14.0}},
    )
    reel_row.record(ledger, made, "photos", "made-by")
    recalled = reel_row.recalled(ledger, out, "photos", "made-by")
    assert recalled is not None and recalled.kept
    assert {**_fields(recalled), "kept": False} == _fields(made)
    assert reel_row.recalled(ledger, out, "others", "made-by") is None
    assert reel_row.recalled(ledger, out, "photos", "other-way") is None
    out.write_bytes(b"a fil")
    assert reel_row.recalled(ledger, out, "photos", "made-by") is None


def _fields(reel: Reel) -> dict[str, object]:
    return {name: getattr(reel, name) for name in Reel.__dataclass_fields__}
