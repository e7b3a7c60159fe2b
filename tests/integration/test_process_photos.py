"""The main job on photos, as a user runs it: the command, its files, its codes."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image
from shoots import photo_shoot, save_photo_at

import mediakit
from mediakit.batch.outfolder import TEMPORARY
from mediakit.cli.app import run
from mediakit.errors import ClashError, NothingToDoError, UsageError

TARGET = ("xiaohongshu.image",)


def files(out: Path) -> dict[str, str]:
    """Every deliverable with the hash of its bytes."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".mediakit" not in path.relative_to(out).parts and path.suffix in {".jpg", ".mp4"}
    }


def statuses(result: mediakit.Result) -> list[str]:
    return [item.status for outcome in result.outcomes for item in outcome.delivered]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> tuple[Path, Path, mediakit.Result]:
    base = tmp_path_factory.mktemp("run")
    shoot = photo_shoot(base / "shoot", 4)
    save_photo_at(shoot / "upright.jpg", seed=9, size=(480, 900))
    (shoot / "broken.jpg").write_bytes((shoot / "IMG_0000.jpg").read_bytes()[:3000])
    out = base / "out"
    return shoot, out, mediakit.process(shoot, to=("xiaohongshu", "wechat-moments"), out=out, jobs=2)


def test_every_source_is_made_or_refused_by_name(made):
    _, out, result = made
    by_name = {outcome.rel: outcome for outcome in result.outcomes}
    assert by_name.pop("broken.jpg").problem.code == "truncated"
    for outcome in by_name.values():
        assert outcome.problem is None
        assert {item.status for item in outcome.delivered} == {"made"}
        for item in outcome.delivered:
            with Image.open(out / item.path) as picture:
                assert list(picture.size) == item.size.as_list()
    assert result.exit_code == 1


def test_the_manifest_tells_what_programs_were_promised(made):
    _, out, _ = made
    document = json.loads((out / "manifest.json").read_text("utf-8"))
    assert document["schema"] == 1
    assert document["mediakit"] == mediakit.__version__
    assert set(document["preset"]) >= {"name", "fingerprint"}
    for source in document["sources"]:
        assert set(source) >= {
            "path",
            "sha256",
            "kind",
            "size_px",
            "duration_s",
            "score",
            "faces",
            "deliverables",
            "error",
        }
    whole = next(s for s in document["sources"] if s["path"] == "IMG_0001.jpg")
    assert whole["size_px"] == [640, 480]
    assert whole["score"]["verdict"] in {"pass", "fix", "reject"}
    for item in whole["deliverables"]:
        x, y, w, h = item["crop_px"]
        assert 0 <= x <= x + w <= 640
        assert 0 <= y <= y + h <= 480
        assert all(check["ok"] for check in item["checks"] if check["severity"] == "block")
        assert (out / item["path"]).stat().st_size == item["bytes"]


def test_a_second_run_renders_nothing(made):
    shoot, out, _ = made
    before = {path: (out / path).stat().st_mtime_ns for path in files(out)}
    again = mediakit.process(shoot, to=("xiaohongshu", "wechat-moments"), out=out)
    assert "made" not in statuses(again)
    assert not again.plan.to_do
    assert {path: (out / path).stat().st_mtime_ns for path in files(out)} == before
    assert again.exit_code == 1, "a broken source stays broken"


def test_a_changed_preset_makes_only_what_it_changes(tmp_path):
    shoot, out = photo_shoot(tmp_path / "shoot", 2), tmp_path / "out"
    common = {"to": ("xiaohongshu.image", "wechat-moments.grid"), "out": out}
    mediakit.process(shoot, **common)
    assert "made" not in statuses(
        mediakit.process(shoot, overrides={"sound.mode": "mute", "score.pass_at": 90.0}, **common)
    )
    override = {"surfaces": {"xiaohongshu.image": {"max_bytes": 3_000_000, "target_bytes": 2_000_000}}}
    changed = mediakit.process(shoot, overrides=override, **common)
    assert [(i.target, i.status) for o in changed.outcomes for i in o.delivered if i.status == "made"] == [
        ("xiaohongshu.image", "made")
    ] * 2


def test_a_deleted_or_edited_output_is_made_again(tmp_path):
    shoot, out = photo_shoot(tmp_path / "shoot", 2), tmp_path / "out"
    first = mediakit.process(shoot, to=TARGET, out=out)
    paths = [out / outcome.delivered[0].path for outcome in first.outcomes]
    whole = files(out)
    paths[0].unlink()
    paths[1].write_bytes(b"edited")
    mediakit.process(shoot, to=TARGET, out=out)
    assert files(out) == whole


def test_a_dry_run_writes_nothing_and_names_every_deliverable(tmp_path, capsys):
    shoot, out = photo_shoot(tmp_path / "shoot", 2), tmp_path / "out"
    assert run(["process", str(shoot), "--to", "xiaohongshu", "--out", str(out), "--dry-run"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("xiaohongshu.image/IMG_") == 2
    assert "3:4" in printed
    assert not out.exists()


def test_setup_errors_have_their_codes(tmp_path):
    shoot = photo_shoot(tmp_path / "shoot", 1)
    (tmp_path / "empty").mkdir()
    assert run(["process", str(shoot), "--out", str(shoot / "out")]) == ClashError.exit_code == 5
    assert run(["process", str(tmp_path / "empty"), "--out", str(tmp_path / "o")]) == NothingToDoError.exit_code == 6
    assert (
        run(["process", str(shoot), "--to", "xiaohongshuu", "--out", str(tmp_path / "o")]) == UsageError.exit_code == 2
    )
    assert run(["process", str(shoot), "--preset", "no-such", "--out", str(tmp_path / "o")]) == 3
    assert run(["process", str(shoot), "--nonsense"]) == 2
    assert not (tmp_path / "o").exists()


def test_names_of_every_kind_come_out_under_their_own_name(tmp_path):
    shoot, out = tmp_path / "shoot", tmp_path / "out"
    names = ["-rf.jpg", 'it\'s, [a] "b":c;.jpg', "line\nbreak.jpg", "口红😀.jpg", "x" * 251 + ".jpg"]
    for index, name in enumerate(names):
        save_photo_at(shoot / name, seed=index)
    result = mediakit.process(shoot, to=TARGET, out=out)
    assert result.exit_code == 0
    assert len(files(out)) == len(names)
    assert {"口红😀.jpg", "-rf.jpg", "line\nbreak.jpg"} <= {Path(path).name for path in files(out)}


def test_a_script_without_a_guard_runs_once(tmp_path):
    shoot, out = photo_shoot(tmp_path / "shoot", 1), tmp_path / "out"
    script = tmp_path / "mine.py"
    script.write_text(
        f"import mediakit\nprint('started')\nresult = mediakit.process({str(shoot)!r}, to={TARGET!r}, out={str(out)!r})\n"
        "print(result.outcomes[0].delivered[0].status, __file__)\n"
    )
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert ended.stdout.split() == ["started", "made", str(script)], ended.stderr


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_as_if_it_never_was(tmp_path):
    shoot = photo_shoot(tmp_path / "shoot", 40)
    whole = tmp_path / "whole"
    mediakit.process(shoot, to=("xiaohongshu.image", "wechat-moments.grid"), out=whole)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "mediakit", "process", str(shoot), "--to", "xiaohongshu.image"]
    command += ["--to", "wechat-moments.grid", "--out", str(out)]
    chance = random.Random(5)
    for _ in range(5):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(chance.uniform(1.0, 4.0))
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        for path in files(out) if out.exists() else {}:
            if TEMPORARY not in path:
                with Image.open(out / path) as picture:
                    picture.load()
        time.sleep(0.5)  # its workers learn of its death from the kernel
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert files(out) == files(whole)
    assert not [path for path in out.rglob("*") if TEMPORARY in path.name]
