"""`mediakit preset ...` as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from mediakit.cli.preset import app
from mediakit.errors import ClashError, DataError
from mediakit.presets.load import load_preset
from mediakit.presets.starter import write_starter


def run(*words):
    return CliRunner().invoke(app, list(words))


def test_show_says_value_and_origin(shelf):
    shelf.add("brand", "[retouch]\nskin = 0.125\n")
    shown = run("show", "brand").stdout
    line = next(line for line in shown.splitlines() if line.startswith("retouch.skin"))
    assert "0.125" in line and "brand/preset.toml" in line
    data = json.loads(run("show", "brand", "--json").stdout)
    assert data["values"]["retouch.skin"] == {"value": 0.125, "origin": "brand/preset.toml"}
    assert data["values"]["retouch.denoise"]["origin"] == "default"


def test_list_shows_what_loads_and_what_does_not(shelf):
    shelf.add("good", 'title = "Good [house]"\n')
    shelf.add("bad", "nonsense = 1\n")
    rows = {row["name"]: row for row in json.loads(run("list", "--json").stdout)["presets"] if row["from"] == "here"}
    assert rows["good"]["error"] is None
    assert "nonsense" in rows["bad"]["error"]
    assert "Good [house]" in run("list").stdout


def test_check_exits_3_and_says_all(shelf):
    shelf.add("good")
    shelf.add("bad", "nonsense = 1\n[retouch]\nskin = 2\n")
    assert run("check", "good").exit_code == 0
    wrong = run("check", "good", "bad", "none")
    assert wrong.exit_code == 3
    assert "good: fine" in wrong.stdout
    assert "preset.toml:4" in wrong.stdout and "preset.toml:6" in wrong.stdout
    rows = json.loads(run("check", "good", "bad", "--json").stdout)["presets"]
    assert [row["ok"] for row in rows] == [True, False]
    assert len(rows[1]["errors"]) == 2


def test_a_new_preset_loads_as_written_and_with_every_comment_taken_away(shelf):
    done = run("new", "our-brand")
    assert done.exit_code == 0
    assert done.stdout.strip().endswith("our-brand")
    assert load_preset("our-brand").preset.extends == "base"
    folder = shelf.add("assets-only")
    text = (shelf.folder / "our-brand" / "preset.toml").read_text()
    uncommented = text[text.index("schema = 1") :].replace("\n# Where", "\n## Where").replace("\n# ", "\n")
    for name in ("our-music.mp3", "beds/our-music.mp3"):
        (folder / name).write_bytes(b"x")
    (folder / "logo-on-dark.png").write_bytes((folder / "logo.png").read_bytes())
    (folder / "preset.toml").write_text(uncommented)
    assert load_preset(folder).preset.sound.mode == "music"


def test_nothing_is_overwritten_and_no_bad_name_is_taken(shelf):
    write_starter("mine")
    with pytest.raises(ClashError):
        write_starter("mine")
    for name in ("Mine", "../mine", "", "-x"):
        with pytest.raises(DataError):
            write_starter(name)
    with pytest.raises(DataError):
        write_starter("yours", base="nothing-like-it")
