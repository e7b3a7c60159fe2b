"""Compose the two beds and write them into presets/. Run: python samples/compose.py

Both are whole numbers of bars on a ring of samples (see studio/synth.py), so a player that repeats the file from its last
sample to its first never leaves the beat. Ogg Vorbis, because it stores the exact number of samples.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray
from studio import synth
from studio.synth import RATE, Loop

PRESETS = Path(__file__).resolve().parent.parent / "presets"

# Rest is None; a phrase is (beats from the bar's start, MIDI pitch, how hard).
Phrase = list[tuple[float, int, float]]


def counter_light() -> NDArray[np.float64]:
    """MUSELLE: D major, 96 beats a minute, 16 bars (40 s). Electric piano, kalimba, shaker: a shop that just opened."""
    rng = np.random.default_rng(20260521)
    loop = Loop(beats=64, bpm=96)
    chords = [
        (38, [54, 57, 61, 64]),
        (35, [50, 57, 61, 66]),
        (43, [54, 57, 59, 62]),
        (45, [52, 55, 59, 62]),
    ]  # Dmaj9 Bm9 Gmaj9 A7sus
    bridge = [
        (40, [55, 59, 62, 66]),
        (45, [52, 55, 61, 64]),
        (42, [52, 57, 61, 64]),
        (43, [54, 57, 59, 64]),
    ]  # Em9 A7 F#m7 Gmaj13
    order = chords + chords + bridge + chords
    verse: list[Phrase] = [
        [(0, 78, 1.0), (1.5, 81, 0.8), (2, 83, 0.9), (3.5, 81, 0.6)],
        [(0.5, 78, 0.8), (2, 76, 0.9), (3, 74, 0.7)],
        [(0, 76, 0.9), (1, 78, 0.8), (1.5, 81, 0.9), (3, 78, 0.6)],
        [(0, 76, 0.9), (2.5, 69, 0.5), (3, 71, 0.6), (3.5, 74, 0.7)],
    ]
    answer: list[Phrase] = [
        [(0, 78, 1.0), (1.5, 81, 0.8), (2, 85, 0.9), (3, 83, 0.7)],
        [(0, 81, 0.9), (1.5, 78, 0.7), (2, 76, 0.8)],
        [(0, 74, 0.8), (0.5, 76, 0.7), (1, 78, 0.9), (2.5, 83, 0.7)],
        [(0, 81, 0.9), (1.5, 76, 0.6), (3, 74, 0.6)],
    ]
    middle: list[Phrase] = [
        [(0, 79, 0.9), (2, 83, 0.8)],
        [(0, 81, 0.9), (1.5, 79, 0.7), (3, 76, 0.6)],
        [(0, 76, 0.8), (2, 81, 0.8)],
        [(0.5, 78, 0.8), (1.5, 76, 0.6), (2.5, 74, 0.7)],
    ]
    tune = verse + answer + middle + answer
    for bar, (root, voices) in enumerate(order):
        start = bar * 4
        for i, voice in enumerate(voices):
            loop.put(synth.electric_piano(voice, 2.3), start + 0.02 * i, 0.085, pan=-0.35 + 0.2 * i, send=0.35)
            loop.put(synth.electric_piano(voice, 1.0, hardness=0.6), start + 2.5 + 0.02 * i, 0.05, pan=-0.35 + 0.2 * i)
            loop.put(synth.pad(voice, 4.1), start - 0.4, 0.018, pan=0.5 - 0.3 * i, send=0.6)
        for beat, length, gain in ((0, 1.1, 0.22), (1.5, 0.5, 0.13), (2.5, 0.9, 0.16)):
            loop.put(synth.bass(root, length), start + beat, gain, send=0.04)
        for beat, pitch, force in tune[bar]:
            loop.put(synth.kalimba(pitch), start + beat + rng.normal(0, 0.006), 0.14 * force, pan=0.22, send=0.55)
        _light_drums(loop, start, rng, quiet=bar in (0, 8))
    return loop.mixed(synth.room(1.9, 5200, rng), peak_dbfs=-3.0)


def _light_drums(loop: Loop, start: int, rng: np.random.Generator, quiet: bool) -> None:
    """A bar of heartbeat, clicks and shaker; the shaker alone where a section begins."""
    for eighth in range(8):
        force = 0.075 if eighth % 2 else 0.045
        loop.put(
            synth.shaker(rng),
            start + eighth / 2 + rng.normal(0, 0.004),
            force * rng.uniform(0.85, 1.1),
            pan=-0.3,
            send=0.1,
        )
    if not quiet:
        for beat, gain in ((0, 0.34), (2.5, 0.24)):
            loop.put(synth.soft_drum(), start + beat, gain, send=0.03)
        for beat in (1, 3):
            loop.put(synth.snap(rng), start + beat, 0.10, pan=0.1, send=0.35)


def first_steep() -> NDArray[np.float64]:
    """云雾茶舍: D pentatonic, 72 beats a minute, 12 bars (40 s). A zither, low pads, drops of water."""
    rng = np.random.default_rng(20260407)
    loop = Loop(beats=48, bpm=72)
    ground = [
        (38, (57, 62, 66)),
        (35, (54, 59, 62)),
        (40, (55, 59, 64)),
        (45, (57, 61, 64)),
        (43, (55, 59, 62)),
        (38, (57, 62, 64)),
    ] * 2
    tune: list[Phrase] = [
        [(0, 69, 1.0), (1, 71, 0.7), (1.5, 74, 0.9), (3, 71, 0.6)],
        [(0, 66, 0.9), (2, 64, 0.6), (2.5, 66, 0.7)],
        [(0.5, 71, 0.8), (1.5, 74, 0.8), (2, 76, 0.9)],
        [(0, 73, 0.5), (0.5, 71, 0.7), (1, 69, 0.9), (3, 64, 0.5)],
        [(0, 66, 0.8), (1, 69, 0.8), (1.5, 71, 0.7), (2.5, 74, 0.9)],
        [(0, 69, 0.9), (2, 66, 0.5), (3, 64, 0.5)],
        [(0, 74, 1.0), (1.5, 76, 0.8), (2, 78, 0.9), (3, 76, 0.6)],
        [(0, 74, 0.9), (1, 71, 0.6), (2, 69, 0.8)],
        [(0.5, 67, 0.7), (1, 69, 0.6), (1.5, 71, 0.8), (3, 74, 0.7)],
        [(0, 76, 0.9), (1.5, 73, 0.6), (2, 71, 0.7), (3, 69, 0.6)],
        [(0, 71, 0.8), (1, 69, 0.6), (1.5, 66, 0.7), (3, 64, 0.6)],
        [(0, 62, 0.9), (2.5, 64, 0.4), (3, 66, 0.5), (3.5, 67, 0.5)],
    ]
    for bar, (root, voices) in enumerate(ground):
        start = bar * 4
        loop.put(synth.pad(root + 12, 4.6, rise_s=1.3), start - 0.5, 0.05, send=0.5)
        for i, voice in enumerate(voices):
            loop.put(synth.pad(voice, 4.6, rise_s=1.5), start - 0.6, 0.026, pan=-0.5 + 0.5 * i, send=0.7)
        for i, step in enumerate((root + 12, root + 19, root + 24, root + 31)):
            loop.put(synth.pluck(step, 3.4, 0.55, 2.0), start + i * 0.5, 0.10 - 0.012 * i, pan=-0.25, send=0.4)
        for beat, pitch, force in tune[bar]:
            _zither(loop, start + beat + rng.normal(0, 0.008), pitch, force)
        loop.put(synth.soft_drum(62, 0.6), start, 0.16, send=0.25)
        if bar % 2:
            for beat, pitch in ((1.75, 88), (2.0, 93), (3.25, 90)):
                loop.put(synth.drop(pitch), start + beat, 0.05, pan=rng.uniform(-0.7, 0.7), send=0.9)
    for i, pitch in enumerate((62, 64, 66, 69, 71, 74, 76, 78, 81)):  # one sweep over the strings, into the second half
        loop.put(synth.pluck(pitch, 2.4, 0.62, 1.6), 23.1 + i * 0.09, 0.05 + 0.004 * i, pan=-0.4 + 0.09 * i, send=0.6)
    return loop.mixed(synth.room(2.8, 4200, rng), peak_dbfs=-3.0)


def _zither(loop: Loop, beat: float, pitch: int, force: float) -> None:
    """One note of the tune: slid into where it is strong, with vibrato, and its octave faintly below."""
    bend = -0.9 if force >= 0.9 else 0.0
    loop.put(
        synth.pluck(pitch, 3.6, 0.70, 1.9, bend=bend, vibrato=0.12 * force), beat, 0.20 * force, pan=0.15, send=0.5
    )
    loop.put(synth.pluck(pitch - 12, 2.6, 0.45, 1.4), beat + 0.015, 0.07 * force, pan=0.0, send=0.4)


def write_ogg(music: NDArray[np.float64], path: Path, title: str) -> None:
    """Encode (samples, 2) as Ogg Vorbis."""
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = np.rint(np.clip(music, -1, 1) * 32767).astype("<i2").tobytes()
    source = ["-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "-"]
    tags = [
        "-metadata",
        f"title={title}",
        "-metadata",
        "artist=The mediakit authors",
        "-metadata",
        "license=Apache-2.0",
    ]
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-v",
        "error",
        "-y",
        *source,
        "-c:a",
        "libvorbis",
        "-q:a",
        "3",
        "-bitexact",
        *tags,
        str(path),
    ]
    subprocess.run(command, input=raw, check=True)
    print(path.name, f"{len(music) / RATE:.3f} s", path.stat().st_size, "bytes")


def main() -> None:
    write_ogg(counter_light(), PRESETS / "muselle/beds/counter-light.ogg", "Counter Light")
    write_ogg(first_steep(), PRESETS / "yunwu-tea/beds/first-steep.ogg", "First Steep")


if __name__ == "__main__":
    main()
