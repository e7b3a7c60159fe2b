"""Where beds begin and go round: on made music whose bars are known.

    python benchmarks/beds.py [--pieces 60] [--first 0]

Each piece has drums, a bass and chords that change with the bar, in threes or fours, at 68 to 152 beats a minute, a bar of
silence or none before it, and one of: nothing before its first bar, a pick-up of one or two beats, or a soft lead-in of a
chord alone. Printed: in how many it begins within 30 ms of a bar, in how many of its first bar; how many loops are whole
beats and whole bars; by how much more the spectrum changes at a join than it does at the piece's own beats; milliseconds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mediakit.audio.bed import Bed, open_bed
from mediakit.audio.pcm import RATE

CLOSE_S = 0.03
CHORDS = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14), (2, 5, 9), (4, 7, 11))

Mono = NDArray[np.float64]


@dataclass(frozen=True)
class Piece:
    """A made piece, mono, 48 kHz. first_s: where its first bar begins; beats: in a bar."""

    sound: Mono
    first_s: float
    beat_s: float
    beats: int
    kind: str


def made(seed: int, seconds: float = 60.0) -> Piece:
    """A piece by its number."""
    dice = np.random.default_rng(seed)
    beat_s, beats = 60 / dice.uniform(68, 152), int(dice.choice([4, 4, 4, 3]))
    kind = str(dice.choice(["at once", "pick-up", "lead-in"]))
    before = {"at once": 0, "pick-up": int(dice.integers(1, 3)), "lead-in": int(dice.integers(1, 3)) * beats}[kind]
    silent_s = float(dice.choice([0.0, dice.uniform(0.1, 1.5)]))
    first_s = silent_s + before * beat_s
    sound = np.zeros(round(seconds * RATE))
    bars = [CHORDS[k] for k in dice.permutation(len(CHORDS))[:4]]
    root = dice.uniform(100, 150)
    busy = dice.uniform(0.3, 1.0)
    for beat in range(-before, int((seconds - first_s) / beat_s) + 1):
        at_s = max(0.0, first_s + beat * beat_s + dice.normal(0, 0.003))
        chord = bars[beat // beats % len(bars)]
        if kind == "lead-in" and beat < 0:
            if beat % beats == 0:
                _add(sound, at_s, _tones(root, chord, beats * beat_s), 0.03)
            continue
        if beat < 0:
            _add(sound, at_s, _tones(2 * root, (chord[beat % 3],), beat_s), 0.12)
            continue
        _add_beat(sound, at_s, beat, chord, root, beats, beat_s, busy, dice)
    return Piece(sound + dice.normal(0, 1e-4, len(sound)), first_s, beat_s, beats, kind)


def _add_beat(
    sound: Mono, at_s: float, beat: int, chord: tuple[int, ...], root: float, beats: int, beat_s: float, busy: float,
    dice: np.random.Generator,
) -> None:  # fmt: skip
    of_bar = beat % beats
    if of_bar == 0:
        _add(sound, at_s, _tones(root, chord, beats * beat_s), 0.12)
        _add(sound, at_s, _tones(root / 2, chord[:1], 1.5 * beat_s), 0.2)
    if of_bar == 0 or (of_bar == 2 and beats == 4 and dice.random() < busy):
        _add(sound, at_s, _kick(), 0.5)
    elif dice.random() < busy:
        _add(sound, at_s, dice.normal(0, 1, 6000) * np.exp(-np.arange(6000) / 1200), 0.12)
    for half in (0.0, 0.5):
        _add(sound, at_s + half * beat_s, dice.normal(0, 1, 1500) * np.exp(-np.arange(1500) / 300), 0.05 * busy)
    if dice.random() < busy:
        _add(sound, at_s, _tones(2 * root, (int(dice.choice(chord)),), beat_s), 0.1)


def _kick() -> Mono:
    t = np.arange(9600) / RATE
    return np.asarray(np.sin(2 * np.pi * (50 * t + 6 * (1 - np.exp(-t * 30)))) * np.exp(-t * 14))


def _tones(root: float, steps: tuple[int, ...], seconds: float) -> Mono:
    t = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * root * 2 ** (step / 12) * n * t) / n**2 for step in steps for n in (1, 2, 3))
    return np.asarray(wave * np.minimum(t / 0.008, 1.0) * np.exp(-1.2 * t / seconds))


def _add(sound: Mono, at_s: float, what: Mono, level: float) -> None:
    at = round(at_s * RATE)
    if 0 <= at < len(sound):
        count = min(len(what), len(sound) - at)
        sound[at : at + count] += level * what[:count]


def opened(sound: Mono, seconds: float, folder: Path) -> tuple[Bed, float]:
    """The bed as the product opens it, and the CPU seconds that took."""
    import av

    path = folder / "bed.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        wave = (np.clip(sound / np.abs(sound).max() * 0.8, -1, 1) * 32767).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="s16", layout="mono")
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    began = time.process_time()
    bed = open_bed(path, round(seconds * RATE), crossfade_s=2.0, scratch=folder / "bed.f32")
    return bed, time.process_time() - began


def change(sound: Mono) -> Mono:
    """How much the spectrum rises every 10 ms, dB over all lines."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, 1024)[:: RATE // 100]
    level = 10 * np.log10(np.square(np.abs(np.fft.rfft(frames * np.hanning(1024)))) + 1e-3)
    return np.asarray(np.maximum(np.diff(level, axis=0), 0).mean(axis=1))


def seam(bed: Bed) -> float:
    """The most that changes around the first join, against the strongest changes of the first round: 1 is as much."""
    assert bed.loop is not None
    join = bed.loop.start + bed.loop.period - bed.start
    out = np.concatenate(list(bed.blocks()), axis=1).mean(axis=0).astype(np.float64)
    there = change(out[join - RATE // 10 : join + bed.loop.overlap + RATE // 10])
    usual = change(out[: join - RATE // 5])
    return float(there.max() / np.percentile(usual, 99.8))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, default=60)
    parser.add_argument("--first", type=int, default=0)
    said = parser.parse_args()
    on_bar, on_first, on_beat, whole_bars, seams, took = [], [], [], [], [], []
    for seed in range(said.first, said.first + said.pieces):
        piece = made(seed)
        with tempfile.TemporaryDirectory() as name:
            bed, cpu_s = opened(piece.sound, 20.0, Path(name))
            took.append(cpu_s)
            round_bed, _ = opened(piece.sound[: round(31.7 * RATE)], 60.0, Path(name))
            assert round_bed.loop is not None
            seams.append(seam(round_bed))
        off = (bed.start / RATE - piece.first_s) / (piece.beat_s * piece.beats)
        bar_s = piece.beat_s * piece.beats
        on_bar.append(abs(off - round(off)) * bar_s < CLOSE_S)
        on_first.append(abs(off) * bar_s < CLOSE_S)
        beats = round_bed.loop.period / RATE / piece.beat_s
        on_beat.append(abs(beats - round(beats)) * piece.beat_s < CLOSE_S)
        bars = beats / piece.beats
        whole_bars.append(abs(bars - round(bars)) * bar_s < CLOSE_S)
        words = f"{seed:3} {piece.kind:8} in {piece.beats}, {60 / piece.beat_s:5.1f} a minute: begins {off:+6.2f} bars"
        print(f"{words}, loops {bars:6.2f} bars, seam {seams[-1]:.2f}", flush=True)
    count = len(on_bar)
    print(f"begins on a bar {sum(on_bar)} of {count}, on the first one {sum(on_first)}")
    print(f"loops whole beats {sum(on_beat)} of {count}, whole bars {sum(whole_bars)}")
    print(f"change at the join against the piece's own strongest: median {np.median(seams):.2f}, most {max(seams):.2f}")
    print(f"{1000 * np.median(took):.0f} ms of CPU to open a bed of 60 s for a clip of 20 s")


if __name__ == "__main__":
    main()
