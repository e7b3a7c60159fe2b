"""The folder `preset new` writes: a short preset that says what brands change first, the rest left as comments."""

from __future__ import annotations

from pathlib import Path

from mediakit.errors import ClashError, DataError
from mediakit.presets import places

_TEXT = """\
# {name}: your brand's preset · 品牌预设. Everything not said here comes from {base};
# every key there is, with its meaning: mediakit preset show {base}
# Take the # away from a line to say it. Then: mediakit preset check {folder}

schema = 1
name = "{name}"
version = "1"
title = "{name}"
extends = "{base}"

# Where the pictures go · 发布平台 (every name: mediakit target list)
# targets = ["xiaohongshu", "wechat-moments", "wechat-article"]

[develop]                             # light and colour · 光线与颜色, 0 .. 1
# white_balance = 0.6
# auto_tone = 0.6
# look = "look.cube"                  # put your .cube file beside this file
# look_strength = 1.0

[retouch]
# skin = 0.35                         # 0: leave skin alone · 不磨皮

[overlay]                             # the logo · 品牌标志
# logo = "logo.png"                   # PNG with transparency, for bright pictures
# logo_on_dark = "logo-on-dark.png"
# corner = "bottom-right"

[sound]                               # keep 保留 | mute 静音 | music 换成音乐 | mix 原声加音乐 | hush 去人声
# mode = "music"
# [[sound.beds]]                      # one such table a piece of music; have the rights to it · 注意版权
# file = "beds/our-music.mp3"
# title = ""
# owner = ""
# licence = ""

[score]
# pass_at = 60.0
"""


def write_starter(name: str, *, base: str = "base", below: Path = Path("presets")) -> Path:
    """Make `below/name` with a commented preset and an empty `beds` folder, and return it.

    Raises DataError for a name that is none or a base that does not exist, ClashError where the folder exists.
    """
    if not places.NAME.fullmatch(name):
        raise DataError(
            f"{name!r} is no preset name.", "Use lower-case letters, digits and hyphens, 64 at most: my-brand"
        )
    if name == base:
        raise DataError(f"{name} cannot extend itself.", "Choose another name.")
    folder = below / name
    places.find_base(base, folder)
    if folder.exists():
        raise ClashError(f"{folder} is there already.", "Choose another name, or edit what is there.")
    (folder / "beds").mkdir(parents=True)
    text = _TEXT.format(name=name, base=base, folder=folder.as_posix())
    (folder / places.FILE).write_text(text, encoding="utf-8")
    return folder
