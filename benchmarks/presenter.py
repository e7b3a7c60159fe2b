"""Near voices kept, far ones gone: how much of each is left, on scenes whose truth is known. Needs the corpus.

    python benchmarks/presenter.py [--scenes 24] [--first 0]

Each scene has a presenter at arm's length and a colleague 3 to 6 m away, in a simulated room, over one of five backgrounds
15 to 25 dB under the presenter. Printed for each: what the stretches in which only the presenter speaks lost of their
level, and by how much those of the colleague dropped (both of the whole sound, background included), then how many scenes
hold at most 1 dB and at least 15 dB. Speech is looked for as the product does, nothing is told to it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from shop_scenes import SHOPS, WITH_NOISE, Scene, level_db, near_and_far

from mediakit.audio.nearness import listener
from mediakit.audio.nearness import near_and_far as told_apart
from mediakit.audio.pcm import write_scratch
from mediakit.audio.presenter import only_near
from mediakit.audio.speech import SpeechFinder
from mediakit.presets.schema import Sound

BACKGROUNDS = (*SHOPS, WITH_NOISE)
LOSS_DB, DROP_DB = 1.0, 15.0


def through_the_gate(scene: Scene, folder: Path) -> np.ndarray:
    """What the product makes of it, mono."""
    stereo = np.stack([scene.sound, scene.sound])
    scratch = write_scratch(folder / "scene.f32", [stereo])
    finder, levels = SpeechFinder(), listener()
    for block in scratch.blocks():
        finder.add(block)
        levels.add(block)
    voices = told_apart(levels.levels(), finder.spans())
    return np.concatenate(list(only_near(scratch, voices, Sound().presenter_drop_db)), axis=1)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=24)
    parser.add_argument("--first", type=int, default=0)
    said = parser.parse_args()
    losses, drops = [], []
    began = time.process_time()
    heard_s = 0.0
    for seed in range(said.first, said.first + said.scenes):
        over_db = (20.0, 15.0, 25.0)[seed % 3]
        scene = near_and_far(seed, background=BACKGROUNDS[seed % len(BACKGROUNDS)], near_over_shop_db=over_db)
        with tempfile.TemporaryDirectory() as name:
            out = through_the_gate(scene, Path(name))
        near, far = scene.near_speaks & ~scene.far_speaks, scene.far_speaks & ~scene.near_speaks
        losses.append(level_db(scene.sound[near]) - level_db(out[near]))
        drops.append(level_db(scene.sound[far]) - level_db(out[far]))
        below = level_db(scene.near[near]) - level_db(scene.far[far])
        heard_s += len(out) / 48_000
        said_of = f"{scene.name:14} shop -{over_db:.0f} dB, far voice -{below:4.1f} dB"
        print(f"{said_of}: near loses {losses[-1]:5.2f} dB, far drops {drops[-1]:5.1f} dB", flush=True)
    lost, dropped = np.array(losses), np.array(drops)
    held = f"{(lost <= LOSS_DB).sum()} of {len(lost)} scenes, median {np.median(lost):.2f}, worst {lost.max():.2f}"
    print(f"near loses at most {LOSS_DB:.0f} dB in {held}")
    held = f"{(dropped >= DROP_DB).sum()} of {len(lost)} scenes, median {np.median(dropped):.1f}, worst {dropped.min():.1f}"
    print(f"far drops at least {DROP_DB:.0f} dB in {held}")
    print(
        f"{(time.process_time() - began) / heard_s * 1000:.0f} ms of CPU for a second of sound, making the scenes included"
    )


if __name__ == "__main__":
    main()
