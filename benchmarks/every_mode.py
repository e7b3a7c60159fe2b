"""Every clip through every sound mode, as whole commands, judged by an ffprobe and an ebur128 that are not ours.

    python benchmarks/every_mode.py [FOLDER] [--modes keep mute music mix hush presenter] [--pictures FOLDER]

FOLDER defaults to the corpus' clips. For each mode: `mediakit audio FOLDER --MODE`, then each file that was made:

  sound      AAC LC, 48 kHz, stereo; none at all for `mute`
  end        picture and sound end within one frame of each other, by the length of their streams
  faststart  the index lies before the media
  level      within 0.5 LU of -14 LUFS, where the manifest says that this is the rule (3 s and more, not near silent, not the
             room alone); never over -1.5 dBTP
  copied     the packets of the picture are those of the source (by their hash), where the manifest says that it was copied

What does not hold is printed, then how many were made and refused. --pictures: waveform and spectrogram of each as a PNG.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("MEDIAKIT_CORPUS", REPO.parent / "shared" / "corpus"))
BED = REPO / "presets" / "muselle" / "beds" / "counter-light.ogg"
WORDS = {
    "keep": ["--keep"],
    "mute": ["--mute"],
    "music": ["--music", str(BED)],
    "mix": ["--mix", str(BED)],
    "hush": ["--hush"],
    "presenter": ["--sound", "presenter"],
}
TARGET_LUFS, CEILING_DBTP = -14.0, -1.5
_SHORT_S = 3.0
_ROOM_ALONE = ("hush",)


def run(*words: str) -> str:
    """What a judge says, wherever it says it."""
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return done.stdout or done.stderr


def streams(path: Path) -> dict[str, dict[str, Any]]:
    """The first stream of each kind, by ffprobe."""
    said = json.loads(run("ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)))
    return {one["codec_type"]: one for one in reversed(said["streams"])}


def level(path: Path) -> tuple[float, float]:
    """(LUFS, dBTP) by ebur128."""
    command = ["ffmpeg", "-hide_banner", "-nostats", "-i", str(path), "-map", "0:a", "-af", "ebur128=peak=true"]
    said = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
    found = [re.findall(rf"{name}:\s+(-?[\d.]+|-inf|nan) ", said)[-1] for name in ("I", "Peak")]
    return float(found[0]), float(found[1])


def packets(path: Path) -> str:
    """A hash over the picture's packets."""
    return run("ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-c", "copy", "-f", "streamhash", "-")


def index_first(path: Path) -> bool:
    """Whether moov lies before mdat."""
    whole = path.read_bytes()
    at, places = 0, {}
    while at + 8 <= len(whole):
        size = int.from_bytes(whole[at : at + 4])
        places.setdefault(whole[at + 4 : at + 8], at)
        size = int.from_bytes(whole[at + 8 : at + 16]) if size == 1 else size
        at += size or len(whole)
    return places[b"moov"] < places[b"mdat"]


def faults(mode: str, source: Path, made: Path, facts: dict[str, Any]) -> list[str]:
    """What does not hold of one file."""
    found = streams(made)
    picture, sound = found["video"], found.get("audio")
    wrong = [] if index_first(made) else ["index not first"]
    if facts.get("picture") == "copied" and packets(made) != packets(source):
        wrong.append("picture not the source's")
    if mode == "mute":
        return [*wrong, *(["has sound"] if sound else [])]
    if sound is None:
        return wrong if "audio" not in streams(source) else [*wrong, "no sound"]
    told = (sound["codec_name"], sound["profile"], sound["sample_rate"], sound["channels"])
    if told != ("aac", "LC", "48000", 2):
        wrong.append(f"sound is {told}")
    seconds = float(picture["duration"])
    frame_s = seconds / max(1, int(picture["nb_frames"]))
    if abs(float(sound["duration"]) - seconds) > max(frame_s, 1 / 30):
        wrong.append(f"picture {seconds:.3f} s, sound {float(sound['duration']):.3f} s")
    loudness, peak = level(made)
    if peak > CEILING_DBTP:
        wrong.append(f"{peak} dBTP")
    aimed = facts["sound"].get("gain_mode") in ("linear", "limiter") and seconds >= _SHORT_S and mode not in _ROOM_ALONE
    if aimed and facts["sound"].get("presenter") is None and abs(loudness - TARGET_LUFS) > 0.5:
        wrong.append(f"{loudness} LUFS")
    return wrong


def picture_of(made: Path, to: Path) -> None:
    """Waveform over spectrogram."""
    drawn = "[0:a]asplit[a][b];[a]showwavespic=s=900x200[w];[b]showspectrumpic=s=900x300:legend=0[s];[w][s]vstack"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(made), "-filter_complex", drawn, str(to)], check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=CORPUS / "video")
    parser.add_argument("--modes", nargs="+", choices=[*WORDS], default=[*WORDS])
    parser.add_argument("--pictures", type=Path)
    said = parser.parse_args()
    if shutil.which("ffprobe") is None:
        sys.exit("The judge is not installed: ffprobe and ffmpeg have to be on the path.")
    for mode in said.modes:
        with tempfile.TemporaryDirectory() as name:
            out = Path(name) / "out"
            command = [sys.executable, "-m", "mediakit", "--quiet", "audio", str(said.folder), *WORDS[mode]]
            subprocess.run([*command, "--jobs", "1", "--out", str(out)], check=False, capture_output=True)
            sources = json.loads((out / "manifest.json").read_bytes())["sources"]
            made = [(one["path"], item) for one in sources for item in one["deliverables"] if item["status"] == "made"]
            wrong = 0
            for rel, item in made:
                found = faults(mode, said.folder / rel, out / item["path"], item["facts"])
                wrong += bool(found)
                if found:
                    print(f"  {mode}: {rel}: {'; '.join(found)}", flush=True)
                if said.pictures and mode != "mute":
                    said.pictures.mkdir(parents=True, exist_ok=True)
                    picture_of(out / item["path"], said.pictures / f"{Path(rel).stem}.{mode}.png")
            refused = {one["path"]: one["error"]["code"] for one in sources if one["error"]}
            failed = {rel: item["error"]["code"] for rel, item in _failed(sources)}
            print(f"{mode}: {len(made)} made, {wrong} wrong; refused or failed: {refused | failed}", flush=True)


def _failed(sources: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    return [(one["path"], item) for one in sources for item in one["deliverables"] if item["status"] == "failed"]


if __name__ == "__main__":
    main()
