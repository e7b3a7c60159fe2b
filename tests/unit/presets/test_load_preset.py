"""Loading: what is in force, who said it, and every way a preset can be wrong."""

from pathlib import Path

import pytest
from preset_shelf import cube, png

from mediakit.errors import DataError, ExitCode, UsageError
from mediakit.presets.load import effective, load_preset
from mediakit.presets.places import places, shipped_folder
from mediakit.presets.toml_file import join_key


def refused(folder) -> str:
    with pytest.raises(DataError) as caught:
        load_preset(folder)
    assert caught.value.exit_code == ExitCode.DATA_INVALID
    assert caught.value.hint
    return str(caught.value)


def test_the_nearest_voice_wins_and_is_named(shelf):
    shelf.add("ground", "[retouch]\nskin = 0.1\ndenoise = 0.1\nsharpen = 0.1\n")
    shelf.add("house", "[retouch]\nskin = 0.2\ndenoise = 0.2\n", extends="ground")
    shelf.add("brand", "[retouch]\nskin = 0.3\n", extends="house")
    loaded = load_preset("brand", overrides={"frame.fit": "pad", "frame.headroom": None})
    assert (loaded.preset.retouch.skin, loaded.preset.retouch.denoise, loaded.preset.retouch.sharpen) == (0.3, 0.2, 0.1)
    assert loaded.preset.frame.fit == "pad"
    assert loaded.origins["retouch.skin"] == "brand/preset.toml"
    assert loaded.origins["retouch.denoise"] == "house/preset.toml"
    assert loaded.origins["retouch.sharpen"] == "ground/preset.toml"
    assert loaded.origins["frame.fit"] == "command line"
    assert loaded.origins["frame.headroom"] == "default"
    assert [path.parent.name for path in loaded.files] == ["ground", "house", "brand"]


def test_saying_the_default_is_not_the_same_as_saying_nothing(shelf):
    shelf.add("brand", "[retouch]\nskin = 0.35\n")
    loaded = load_preset("brand")
    assert loaded.origins["retouch.skin"] == "brand/preset.toml"
    assert loaded.origins["retouch.denoise"] == "default"


def test_lists_replace_and_tables_merge(shelf):
    shelf.add("base", 'targets = ["xiaohongshu", "weibo"]\n[surfaces."wechat-moments.video"]\nmax_duration_s = 300\n')
    text = 'targets = ["pinterest"]\n[surfaces."wechat-moments.video"]\nmax_bytes = 1000\n'
    shelf.add("brand", text, extends="base")
    preset = load_preset("brand").preset
    assert preset.targets == ("pinterest",)
    override = preset.surfaces["wechat-moments.video"]
    assert (override.max_duration_s, override.max_bytes) == (300, 1000)


def test_what_a_base_says_about_itself_is_not_inherited(shelf):
    shelf.add("base", 'title = "The ground"\nversion = "7"\n')
    shelf.add("brand", extends="base")
    preset = load_preset("brand").preset
    assert (preset.name, preset.title, preset.version, preset.extends) == ("brand", "", "1", "base")


def test_assets_belong_to_the_folder_that_said_them(shelf):
    ground = shelf.add("ground", '[develop]\nlook = "look.cube"\n[overlay]\nlogo = "logo.png"\n')
    brand = shelf.add("brand", '[overlay]\nlogo = "logo.png"\n', extends="ground")
    loaded = load_preset("brand")
    assert loaded.assets["develop.look"].resolve() == (ground / "look.cube").resolve()
    assert loaded.assets["overlay.logo"].resolve() == (brand / "logo.png").resolve()


def test_every_key_of_the_schema_has_an_origin(shelf):
    loaded = load_preset(shelf.add("brand"))
    assert set(loaded.origins) == {join_key(key) for key, _ in effective(loaded.preset)}


def test_a_name_is_looked_for_here_then_in_the_users_folder_then_in_the_package(shelf, tmp_path):
    assert load_preset("base").folder == shipped_folder() / "base"
    yours = tmp_path / "config" / "mediakit" / "presets" / "base"
    yours.mkdir(parents=True)
    (yours / "preset.toml").write_text('schema = 1\nname = "base"\n')
    assert load_preset("base").folder == yours
    shelf.add("base")
    assert load_preset("base").folder == Path("presets/base")
    assert load_preset(str(yours)).folder == yours
    assert load_preset(yours / "preset.toml").folder == yours


@pytest.mark.parametrize("name", ["base", "muselle", "yunwu-tea"])
def test_the_shipped_presets_load_and_bring_what_they_name(name):
    loaded = load_preset(shipped_folder() / name)
    assert loaded.preset.name == name
    if name != "base":
        assert loaded.preset.extends == "base"
        assert {"develop.look", "overlay.logo", "overlay.logo_on_dark", "sound.beds.0.file"} <= set(loaded.assets)


def test_the_shipped_base_says_nothing_but_the_defaults(shelf):
    bare = load_preset(shelf.add("base", head='schema = 1\nname = "base"\ntitle = "Base · 基础预设"\n'))
    assert load_preset(shipped_folder() / "base").preset == bare.preset


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[retouch]\nskn = 0.2\n", 5, "'skin'"),
        ("[retuch]\nskin = 0.2\n", 4, "'retouch'"),
        ("skin = 0.2\n", 4, "'retouch.skin'"),
        ('[sound]\nmode = "musik"\n', 5, "'music'"),
        ('[retouch]\n\nskin = "0.2"\n', 6, "must be a number"),
        ("[retouch]\nskin = true\n", 5, "must be a number"),
        ("[retouch]\nskin = 1.5\n", 5, "must be at most 1"),
        ("[retouch]\nskin = nan\n", 5, "number"),
        ("[limits]\nmax_frames = 2.5\n", 5, "whole number"),
        ("[limits]\nmax_photo_mb = inf\n", 5, "number"),
        ('retouch = "none"\n', 4, "must be a table"),
        ('targets = "weibo"\n', 4, "must be a list"),
        ("version = 2024-01-01\n", 4, "must be text"),
        ('[frame]\npad_colour = "white"\n', 5, "#rrggbb"),
        ('[[sound.beds]]\nfil = "beds/one.mp3"\n', 5, "'file'"),
        ('targets = ["xiaohongshuu"]\n', 4, "xiaohongshu"),
        ("targets = []\n", 4, "at least one"),
        ('[surfaces."wechat-moments.vidio"]\nmax_bytes = 5\n', 4, "wechat-moments.video"),
        ('[surfaces."weibo.image"]\nmax_duration_s = 5\n', 5, "no clips"),
        ('[surfaces."weibo.image"]\nmax_bytes = 5\ntarget_bytes = 6\n', 6, "above max_bytes"),
        ("[score]\npass_at = 20\nreject_below = 40\n", 6, "above pass_at"),
        ('[sound]\nmode = "music"\n', 5, "needs a bed"),
        ('[overlay]\nlogo_on_dark = "dark.png"\n', 5, "needs `logo`"),
        ('[overlay]\nlogo = "logo.png"\nnot_on = ["douyn.*"]\n', 6, "matches no surface"),
        ('[overlay]\nlogo = "lgo.png"\n', 5, "'logo.png'"),
        ('[overlay]\nlogo = "/etc/passwd"\n', 5, "absolute"),
        ('[overlay]\nlogo = "C:/x.png"\n', 5, "absolute"),
        ('[overlay]\nlogo = "../other/logo.png"\n', 5, "leads out"),
        ('[overlay]\nlogo = "beds\\\\x.png"\n', 5, "forward slashes"),
        ('[overlay]\nlogo = "look.cube"\n', 5, "no PNG"),
        ('[develop]\nlook = "logo.png"\n', 5, "no text"),
        ('[develop]\nlook = "beds"\n', 5, "no file"),
        ('[sound]\nmode = "mix"\n[[sound.beds]]\nfile = "logo.png"\n', 7, "no sound file"),
        ('extends = "bse"\n', 4, "base"),
        ('extends = "../base"\n', 4, "no preset name"),
        ('extends = "brand"\n', 4, "circle"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_the_nearest_valid_name(shelf, text, line, words):
    folder = shelf.add("brand", text)
    message = refused(folder)
    assert f"{folder / 'preset.toml'}:{line}: " in message
    assert words in message


def test_a_mistake_in_a_base_is_shown_where_it_stands(shelf):
    base = shelf.add("base", "[retouch]\nskn = 0.2\n")
    brand = shelf.add("brand", "[retouch]\nskin = 0.2\n", extends="base")
    assert f"{base.name}/preset.toml:5" in refused(brand)


def test_all_mistakes_of_a_file_are_told_at_once(shelf):
    message = refused(shelf.add("brand", "[retouch]\nskn = 1\nsharpen = 2\n[frame]\nfit = 3\n"))
    assert len(message.splitlines()) == 3


def test_a_circle_of_presets_is_broken_up(shelf):
    shelf.add("one", extends="two")
    shelf.add("two", extends="one")
    assert "one -> two -> one" in refused("one")


@pytest.mark.parametrize(
    "head", ["", "schema = 2\nname = 'x'\n", "schema = 1\n", "schema = 1\nname = 'Über'\n", "schema ="]
)
def test_a_head_that_is_wrong_is_refused(shelf, head):
    assert "preset.toml" in refused(shelf.add("brand", head=head))


def test_an_unknown_name_is_met_with_the_nearest(shelf):
    with pytest.raises(DataError, match="muselle"):
        load_preset("musele")
    Path("empty").mkdir()
    assert "no preset.toml" in refused("./empty")


def test_a_link_out_of_the_folder_is_not_followed(shelf, tmp_path):
    folder = shelf.add("brand", '[overlay]\nlogo = "linked.png"\n')
    (tmp_path / "outside.png").write_bytes(png())
    (folder / "linked.png").symlink_to(tmp_path / "outside.png")
    assert "leads out" in refused(folder)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (png(colour_type=2), "no transparency"),
        (png(alpha=0), "transparent everywhere"),
        (png()[:48], "no PNG"),
        (b"", "is empty"),
        (png(side=9000), "9000x9000"),
    ],
)
def test_a_logo_that_is_none_is_refused(shelf, raw, words):
    folder = shelf.add("brand", '[overlay]\nlogo = "logo.png"\n')
    (folder / "logo.png").write_bytes(raw)
    assert words in refused(folder)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello\n", "no LUT_3D_SIZE"),
        (cube(rows=7), "holds 7"),
        (cube(side=1), "LUT_3D_SIZE"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n", "1D"),
        ("LUT_3D_SIZE 2\n0 0\n", "line 2"),
        ("LUT_3D_SIZE 2\n0 0 nan\n", "line 2"),
        ("LUT_3D_SIZE x\n", "whole number"),
    ],
)
def test_a_cube_that_is_none_is_refused(shelf, text, words):
    folder = shelf.add("brand", '[develop]\nlook = "look.cube"\n')
    (folder / "look.cube").write_text(text)
    assert words in refused(folder)


def test_the_fingerprint_moves_with_values_and_bytes_and_with_nothing_else(shelf):
    text = '[overlay]\nlogo = "logo.png"\n'
    folder = shelf.add("brand", text)
    first = load_preset(folder).fingerprint
    assert load_preset(folder).fingerprint == first
    (folder / "preset.toml").write_text("# a comment\n" + (folder / "preset.toml").read_text())
    assert load_preset(folder).fingerprint == first
    assert load_preset(folder, overrides={"retouch.skin": 0.9}).fingerprint != first
    (folder / "logo.png").write_bytes(png(alpha=90))
    assert load_preset(folder).fingerprint != first


def test_files_named_on_the_command_line_may_lie_anywhere(shelf, tmp_path):
    bed = tmp_path / "my song.mp3"
    bed.write_bytes(b"x")
    loaded = load_preset(shelf.add("brand"), overrides={"sound.mode": "music", "sound.beds": [{"file": bed}]})
    assert loaded.assets["sound.beds.0.file"] == bed
    assert loaded.origins["sound.beds"] == "command line"


@pytest.mark.parametrize(
    "overrides",
    [
        {"retouch.skin": 3},
        {"retouch.skn": 0.3},
        {"sound.mode": "music"},
        {"sound.mode": "music", "sound.beds": [{"file": "none.mp3"}]},
        {"targets": ["nowhere"]},
        {'surfaces."nowhere.image".max_bytes': 3},
    ],
)
def test_what_the_command_line_gets_wrong_is_a_mistyped_command(shelf, overrides):
    with pytest.raises(UsageError):
        load_preset(shelf.add("brand"), overrides=overrides)


def test_the_callers_overrides_are_left_alone(shelf):
    said = {"targets": ("weibo",), "sound.mode": None}
    load_preset(shelf.add("brand"), overrides=said)
    assert said == {"targets": ("weibo",), "sound.mode": None}


def test_a_folder_reached_by_two_ways_is_one_place_and_the_first_wins(shelf, monkeypatch):
    monkeypatch.chdir(shipped_folder().parent)
    assert [place.title for place in places()] == ["here", "yours"]
