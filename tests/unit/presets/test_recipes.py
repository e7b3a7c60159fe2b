"""Recipes: a fingerprint moves exactly when the file would."""

import hashlib
from collections import Counter

import pytest

from mediakit.model import Kind
from mediakit.platforms.load import surface
from mediakit.platforms.schema import Target
from mediakit.presets.load import load_preset
from mediakit.presets.recipes import recipe_for

IMAGE = Target(surface=surface("xiaohongshu.image"))
VIDEO = Target(surface=surface("xiaohongshu.video"))
MOMENTS = Target(surface=surface("wechat-moments.video"))
FULL = """
[develop]
look = "look.cube"
[overlay]
logo = "logo.png"
logo_on_dark = "dark.png"
[sound]
mode = "music"
[[sound.beds]]
file = "beds/one.mp3"
[[sound.beds]]
file = "beds/two.mp3"
"""


def seeds(count):
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def test_a_photo_has_no_sound_and_a_clip_has_its_bed(shelf):
    loaded = load_preset(shelf.add("brand", FULL))
    photo, clip = recipe_for(loaded, IMAGE, Kind.PHOTO), recipe_for(loaded, VIDEO, Kind.CLIP, bed_seed="ab")
    assert (photo.sound, photo.clip, photo.bed) == (None, None, None)
    assert set(photo.assets) == {"look", "logo", "logo_on_dark"}
    assert clip.sound is not None and clip.clip is not None and clip.bed is not None
    assert clip.asset(clip.bed.file).name in ("one.mp3", "two.mp3")
    assert photo.asset(photo.develop.look).name == "look.cube"


@pytest.mark.parametrize(
    ("override", "photo_moves", "clip_moves"),
    [
        ({"retouch.sharpen": 0.9}, True, False),  # clips are not retouched
        ({"privacy.keep_capture_date": True}, True, False),
        ({"privacy.bystanders": "keep"}, False, False),
        ({"frame.fit": "pad"}, True, True),
        ({"develop.look_strength": 0.5}, True, True),
        ({"sound.loudness_lufs": -16}, False, True),
        ({"sound.duck_db": 3}, False, False),  # nothing ducks in "music"
        ({"clip.max_fps": 30}, False, True),
        ({"score.pass_at": 90}, False, False),
        ({"targets": ["weibo"]}, False, False),
        ({"overlay.surfaces": ["xiaohongshu.video"]}, True, False),
        ({"overlay.not_on": ["weibo.*"]}, False, False),
        ({'surfaces."xiaohongshu.image".target_bytes': 900_000}, True, False),
        ({'surfaces."xiaohongshu.video".max_duration_s': 20}, False, True),
        ({"limits.max_frames": 10}, False, False),
    ],
)
def test_a_change_moves_what_it_changes(shelf, override, photo_moves, clip_moves):
    folder = shelf.add("brand", FULL)
    before, after = load_preset(folder), load_preset(folder, overrides=override)

    def moved(target, kind):
        return recipe_for(before, target, kind).fingerprint() != recipe_for(after, target, kind).fingerprint()

    assert (moved(IMAGE, Kind.PHOTO), moved(VIDEO, Kind.CLIP)) == (photo_moves, clip_moves)


def test_renaming_a_file_of_the_preset_changes_nothing(shelf):
    folder = shelf.add("brand", FULL)
    before = recipe_for(load_preset(folder), VIDEO, Kind.CLIP, bed_seed="1").fingerprint()
    (folder / "look.cube").rename(folder / "our look.cube")
    text = (folder / "preset.toml").read_text().replace("look.cube", "our look.cube")
    (folder / "preset.toml").write_text(text)
    assert recipe_for(load_preset(folder), VIDEO, Kind.CLIP, bed_seed="1").fingerprint() == before


def test_changed_bytes_of_an_asset_move_the_fingerprint(shelf):
    folder = shelf.add("brand", FULL)
    before = recipe_for(load_preset(folder), IMAGE, Kind.PHOTO).fingerprint()
    (folder / "look.cube").write_text((folder / "look.cube").read_text().replace("0.5 0.5 0.5", "0.4 0.4 0.4", 1))
    assert recipe_for(load_preset(folder), IMAGE, Kind.PHOTO).fingerprint() != before


def test_the_raised_limit_of_an_account_reaches_the_surface(shelf):
    text = '[surfaces."wechat-moments.video"]\nmax_duration_s = 300\n'
    recipe = recipe_for(load_preset(shelf.add("brand", text)), MOMENTS, Kind.CLIP)
    assert recipe.target.surface.clip.max_duration_s == 300


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ("", True),
        ('surfaces = ["xiaohongshu.*"]', True),
        ('surfaces = ["xiaohongshu"]', True),
        ('surfaces = ["weibo.*"]', False),
        ("surfaces = []", False),
        ('not_on = ["xiaohongshu.image"]', False),
    ],
)
def test_patterns_decide_where_the_logo_goes(shelf, said, there):
    loaded = load_preset(shelf.add("brand", f'[overlay]\nlogo = "logo.png"\n{said}\n'))
    recipe = recipe_for(loaded, IMAGE, Kind.PHOTO)
    assert (recipe.overlay is not None) is there
    assert ("logo" in recipe.assets) is there


def test_no_logo_where_the_platform_discourages_it(shelf):
    loaded = load_preset(shelf.add("brand", '[overlay]\nlogo = "logo.png"\nnot_on = []\n'))
    discouraged = Target(surface=IMAGE.surface.model_copy(update={"logo": "discouraged"}))
    assert recipe_for(loaded, discouraged, Kind.PHOTO).overlay is None


def test_beds_are_shared_out_and_stay_with_their_clip(shelf):
    loaded = load_preset(shelf.add("brand", FULL))
    chosen = {seed: recipe_for(loaded, VIDEO, Kind.CLIP, bed_seed=seed).assets["bed"].sha256 for seed in seeds(200)}
    assert min(Counter(chosen.values()).values()) > 60
    (loaded.folder / "beds" / "three.mp3").write_bytes(b"three")
    more = load_preset(shelf.add("brand", FULL + '[[sound.beds]]\nfile = "beds/three.mp3"\n'))
    now = {seed: recipe_for(more, VIDEO, Kind.CLIP, bed_seed=seed).assets["bed"].sha256 for seed in chosen}
    moved = [seed for seed in chosen if now[seed] != chosen[seed]]
    assert {now[seed] for seed in moved} == {hashlib.sha256(b"three").hexdigest()}
    assert 30 < len(moved) < 110
