"""`mediakit.toml` beside the pictures."""

import pytest

from mediakit.errors import DataError
from mediakit.presets.shoot import ShootSettings, shoot_settings


def test_a_shoot_that_says_nothing(tmp_path):
    assert shoot_settings(tmp_path) == ShootSettings()


def test_a_shoot_names_its_preset_and_targets(tmp_path):
    file = tmp_path / "mediakit.toml"
    file.write_text('preset = "muselle"\ntargets = ["xiaohongshu", "weibo.image"]\n')
    assert shoot_settings(tmp_path) == ShootSettings("muselle", ("xiaohongshu", "weibo.image"), file)


def test_a_path_is_taken_from_the_shoot(tmp_path):
    (tmp_path / "mediakit.toml").write_text('preset = "./brand"\n')
    assert shoot_settings(tmp_path).preset == tmp_path / "brand"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('\npreest = "muselle"\n', ":2: preest: unknown key; did you mean 'preset'?"),
        ("preset = 3\n", ":1: preset: is 3, must be text"),
        ('preset = ""\n', ":1:"),
        ("targets = []\n", ":1:"),
        ('targets = ["weibo", "xiaohongshuu"]\n', "xiaohongshu"),
        ("preset = \n", ":1:"),
    ],
)
def test_what_it_should_not_say_is_named(tmp_path, text, words):
    (tmp_path / "mediakit.toml").write_text(text)
    with pytest.raises(DataError) as caught:
        shoot_settings(tmp_path)
    assert words in str(caught.value)


def test_a_shoot_may_name_faces_to_keep(tmp_path):
    file = tmp_path / "mediakit.toml"
    file.write_text('[keep_faces]\n"counter/IMG_1.jpg" = [2, 3]\n', encoding="utf-8")
    assert dict(shoot_settings(tmp_path).keep_faces) == {"counter/IMG_1.jpg": (2, 3)}
    file.write_text('[keep_faces]\n"IMG_1.jpg" = [0]\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"mediakit\.toml:2"):
        shoot_settings(tmp_path)
