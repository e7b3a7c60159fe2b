"""Write the logos and looks of the two invented brands into presets/. Run: python samples/brand_assets.py"""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from studio import logos, looks

PRESETS = Path(__file__).resolve().parent.parent / "presets"


def main() -> None:
    muselle, yunwu = PRESETS / "muselle", PRESETS / "yunwu-tea"
    _write_logo(logos.muselle(ink="#5a1a2f", accent="#b3596b"), muselle / "logo.png")
    _write_logo(logos.muselle(ink="#fff6ef", accent="#f2c4b8"), muselle / "logo-on-dark.png")
    _write_logo(logos.yunwu(ink="#23402f", accent="#5b8a5e"), yunwu / "logo.png")
    _write_logo(logos.yunwu(ink="#f6f1e3", accent="#b9d3a4"), yunwu / "logo-on-dark.png")
    looks.write_cube(looks.muselle, "MUSELLE clean warm", muselle / "look.cube")
    looks.write_cube(looks.yunwu, "Yunwu quiet green", yunwu / "look.cube")


def _write_logo(logo: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    logo.save(path, optimize=True)
    print(path.name, logo.size, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
