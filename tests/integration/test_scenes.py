"""A whole run shares a scene's look: the same with any number of workers, kept by a second run, changed with its members."""

import numpy as np
import pytest
from PIL import Image

import mediakit
from mediakit.batch.ledger import Ledger
from mediakit.batch.outfolder import ledger_path

TARGET = ("xiaohongshu.image",)


def shelf(seed):
    rng = np.random.default_rng(seed)
    picture = np.full((900, 1200, 3), rng.uniform(120, 190), np.float32) * np.linspace(1.1, 0.7, 1200)[None, :, None]
    for _ in range(120):
        y, x = rng.integers(0, 840), rng.integers(0, 1100)
        h, w = rng.integers(30, 110), rng.integers(30, 130)
        picture[y : y + h, x : x + w] = rng.uniform(30, 225, 3)
        picture[y + 6 : y + 12, x + 6 : x + max(w - 12, 10)] = rng.uniform(20, 235)
    return picture


def save(path, picture, gain, taken_at):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = taken_at
    pixels = np.clip(picture * np.array(gain, np.float32), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=92, exif=exif)


@pytest.fixture
def shoot(tmp_path):
    folder = tmp_path / "shoot"
    folder.mkdir()
    for scene in (0, 1):
        for i, gain in enumerate(((1, 1, 1), (1.06, 1, 0.9), (0.85, 0.9, 1.0))):
            part = shelf(scene)[40 * i : 800 + 40 * i, 60 * i : 1000 + 60 * i]
            save(folder / f"s{scene}-{i}.jpg", part, gain, f"2026:05:01 1{scene}:00:0{i}")
    return folder


def status(result):
    return {outcome.rel: [item.status for item in outcome.delivered] for outcome in result.outcomes}


def prints(result):
    return {o.rel: [(d.fingerprint, d.sha256) for d in o.delivered] for o in result.outcomes}


def test_a_scene_is_shared_kept_and_changed_with_its_members(shoot, tmp_path):
    out = tmp_path / "out"
    first = mediakit.process(shoot, to=TARGET, out=out, jobs=1)
    assert all(d.facts["develop"]["light_from"] == "scene" for o in first.outcomes for d in o.delivered)
    second = mediakit.process(shoot, to=TARGET, out=out, jobs=2)
    assert [rel for rel, found in prints(second).items() if found != prints(first)[rel]] == []
    assert {s for found in status(second).values() for s in found} == {"kept"}
    elsewhere = mediakit.process(shoot, to=TARGET, out=tmp_path / "other", jobs=2)
    assert prints(elsewhere) == prints(first)
    save(shoot / "s0-1.jpg", shelf(0)[:760, :940], (0.7, 0.8, 1.0), "2026:05:01 10:00:01")
    third = mediakit.process(shoot, to=TARGET, out=out, jobs=2)
    assert {rel for rel, found in status(third).items() if "made" in found} <= {"s0-0.jpg", "s0-1.jpg", "s0-2.jpg"}
    assert status(third)["s0-1.jpg"] == ["made"]


def test_a_single_photo_and_a_preset_that_shares_nothing_take_no_first_look(shoot, tmp_path):
    alone = mediakit.process(shoot / "s0-0.jpg", to=TARGET, out=tmp_path / "alone")
    apart = mediakit.process(shoot, to=TARGET, out=tmp_path / "apart", overrides={"develop.share_scene": False})
    for result, out in ((alone, "alone"), (apart, "apart")):
        assert all("light_from" not in d.facts["develop"] for o in result.outcomes for d in o.delivered)
        with Ledger(ledger_path(tmp_path / out)) as ledger:
            assert not ledger._db.execute("SELECT count(*) FROM found").fetchone()[0]


def test_a_broken_neighbour_does_not_keep_a_scene_apart(shoot, tmp_path):
    (shoot / "s0-9.jpg").write_bytes((shoot / "s0-0.jpg").read_bytes()[:3000])
    result = mediakit.process(shoot, to=TARGET, out=tmp_path / "out")
    broken = next(o for o in result.outcomes if o.rel == "s0-9.jpg")
    assert broken.problem is not None
    assert all(d.facts["develop"]["light_from"] == "scene" for o in result.outcomes for d in o.delivered)


def test_a_dry_run_knows_the_scenes_and_writes_nothing(shoot, tmp_path):
    out = tmp_path / "out"
    planned = mediakit.dry_run(shoot, to=TARGET, out=out)
    assert not out.exists()
    made = mediakit.process(shoot, to=TARGET, out=out)
    assert [item.fingerprint for job in planned.jobs for item in job.wanted] == [
        d.fingerprint for o in made.outcomes for d in o.delivered
    ]
