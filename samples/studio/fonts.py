"""Find the free fonts that the logos and labels are drawn with.

Nothing is bundled: the fonts come from Debian packages (see samples/README.md), or from the folder that the environment
variable SAMPLES_FONTS names. Finding is by file name, anywhere below those folders.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from PIL import ImageFont

DIDOT = "GFSDidot.otf"  # fonts-gfs-didot, OFL-1.1
KAI = "LXGWWenKai-Regular.ttf"  # fonts-lxgw-wenkai, OFL-1.1
KAI_BOLD = "LXGWWenKai-Bold.ttf"
LATO = "Lato-Medium.ttf"  # fonts-lato, OFL-1.1


@cache
def find(name: str) -> Path:
    """The file called `name`. Raises SystemExit with the package to install where there is none."""
    folders = [os.environ.get("SAMPLES_FONTS"), "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts"]
    for folder in folders:
        if folder:
            for path in sorted(Path(folder).expanduser().rglob(name)):
                return path
    raise SystemExit(
        f"font {name} not found: install fonts-gfs-didot, fonts-lxgw-wenkai and fonts-lato, or set SAMPLES_FONTS"
    )


def load(name: str, size_px: float) -> ImageFont.FreeTypeFont:
    """The font at a size, for Pillow."""
    return ImageFont.truetype(str(find(name)), round(size_px))
