"""Who looks into files that arrived: in a process of its own, which a file may kill, and which reaches the inbox only."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from shoots import photo_shoot

from mediakit.batch.apart import main_left_alone
from mediakit.batch.shoot import find_sources
from mediakit.model import Kind, Source
from mediakit.presets.schema import Limits
from mediakit.tools.reach import can_be_kept
from mediakit.watch.doorman import Doorman, Look

FAULTY = str(Path(__file__).parents[2] / "integration/watch/faulty")
pytestmark = pytest.mark.slow


def looked(doorman: Doorman, *sources: Source) -> dict[str, Look]:
    return {source.rel: look for source, look in doorman.look(sources, lambda: None)}


def test_a_file_that_kills_who_opens_it_is_left_to_the_batch_and_the_others_are_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAKIT_TEST_DEADLY", "IMG_0001.jpg")
    monkeypatch.setenv("PYTHONPATH", FAULTY)
    photo_shoot(tmp_path, 4)
    whole = (tmp_path / "IMG_0003.jpg").read_bytes()
    (tmp_path / "IMG_0003.jpg").write_bytes(whole[: len(whole) // 2])
    beats: list[int] = []
    with main_left_alone():
        doorman = Doorman(tmp_path, Limits())
        try:
            found = dict(doorman.look(find_sources([tmp_path]).sources, lambda: beats.append(1)))
        finally:
            doorman.close()
    missing = {source.rel: bool(look.missing) for source, look in found.items()}
    assert missing == {"IMG_0000.jpg": False, "IMG_0001.jpg": False, "IMG_0002.jpg": False, "IMG_0003.jpg": True}
    assert beats


@pytest.mark.skipif(not can_be_kept(), reason="needs Linux with Landlock, and landlockpy")
def test_it_reads_the_inbox_and_nothing_else_also_after_the_inbox_is_another_folder(tmp_path: Path) -> None:
    inbox, elsewhere = tmp_path / "inbox", tmp_path / "elsewhere"
    photo_shoot(inbox, 1)
    photo_shoot(elsewhere, 1)
    inside, outside = (Source(folder, "IMG_0000.jpg", Kind.PHOTO, 1, 1) for folder in (inbox, elsewhere))
    with main_left_alone():
        doorman = Doorman(inbox, Limits())
        try:
            assert looked(doorman, inside) == {"IMG_0000.jpg": Look()}
            assert looked(doorman, outside)["IMG_0000.jpg"].missing
            shutil.rmtree(inbox)
            elsewhere.rename(inbox)
            assert looked(doorman, inside)["IMG_0000.jpg"].missing
            doorman.renew()
            assert looked(doorman, inside) == {"IMG_0000.jpg": Look()}
        finally:
            doorman.close()
