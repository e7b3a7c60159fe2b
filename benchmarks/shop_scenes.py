"""Scenes of a shop whose truth is known: voices from the corpus over the sound of a shop, near ones and far ones.

Used by hush.py and presenter.py, which judge what the product makes of them. A far voice is what a microphone hears of
somebody across the room: the dry recording through the impulse response of a box-shaped room (image sources; J. Allen
and D. Berkley, "Image method for efficiently simulating small-room acoustics", 1979), whose walls take more of the high
frequencies, and softer than the near voice as the distance has it. Everything is drawn from seeds: the same every time.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

REPO = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("MEDIAKIT_CORPUS", REPO.parent / "shared" / "corpus"))
RATE = 48_000
SPEED_OF_SOUND = 343.0
VOICES = ("198-209-0000.ogg", "3436-172162-0000.ogg", "5703-47212-0000.ogg", "english.wav", "french.aiff")
SHOPS = {
    "rain": "rain.mp3",
    "jazz": "Kevin_MacLeod_-_Vibe_Ace.ogg",
    "orchestra": "Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy.ogg",
    "strings": "Hungarian_Dance_number_5_-_Allegro_in_F_sharp_minor_string_orchestra_.ogg",
}
"""Steady noise and three kinds of background music."""
WITH_NOISE = "bustle"
"""Rain and jazz and the crunching of packaging, all at once."""

Mono = NDArray[np.float32]
Bools = NDArray[np.bool_]
FRAME = RATE // 100


@dataclass(frozen=True)
class Scene:
    """sound: (n,) what the microphone hears, 48 kHz; near, far: the voices in it; shop: the rest.

    near_speaks, far_speaks: (n,) where each of them says something, by the dry recordings.
    """

    name: str
    sound: Mono
    near: Mono
    far: Mono
    shop: Mono
    near_speaks: Bools
    far_speaks: Bools


@cache
def read(name: str) -> Mono:
    """A file of the corpus, mono, 48 kHz."""
    from mediakit.audio.source import read_sound

    return np.concatenate(list(read_sound(CORPUS / "audio" / name, None)), axis=1).mean(axis=0)


@cache
def voice(name: str) -> Mono:
    """A speaker, at an active level of -20 dB."""
    sound = read(name)
    return sound * np.float32(10 ** ((-20 - level_db(sound[samples_of(active(sound), len(sound))])) / 20))


def shop(name: str, samples: int, offset_s: float) -> Mono:
    """`samples` of a shop's background at -20 dB, from `offset_s` of the recording on, round and round."""
    if name == WITH_NOISE:
        parts = [
            shop("rain", samples, offset_s),
            shop("jazz", samples, offset_s),
            _background("crunching.mp3", samples, 0),
        ]
        mixed = sum(part * np.float32(share) for part, share in zip(parts, (0.7, 0.6, 0.4), strict=True))
        return np.asarray(mixed * np.float32(10 ** ((-20 - level_db(mixed)) / 20)), np.float32)
    return _background(SHOPS[name], samples, offset_s)


def _background(name: str, samples: int, offset_s: float) -> Mono:
    whole = read(name)
    whole = whole[np.flatnonzero(np.abs(whole) > 0.003)[0] :]
    piece = np.take(whole, np.arange(samples) + round(offset_s * RATE), mode="wrap")
    return piece * np.float32(10 ** ((-20 - level_db(piece)) / 20))


def active(sound: Mono, below_peak_db: float = 35.0) -> Bools:
    """(frames of 10 ms,) where somebody speaks in a dry recording: within 35 dB of the loudest, gaps under 200 ms closed."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    power = 10 * np.log10(np.mean(np.square(frames), axis=1) + 1e-12)
    power = 10 * np.log10(np.convolve(10 ** (power / 10), np.ones(3) / 3, "same"))
    loud = power > np.percentile(power, 99.5) - below_peak_db
    places = np.flatnonzero(loud)
    for before, after in pairwise(places):
        if after - before <= 20:
            loud[before:after] = True
    return loud


def samples_of(frames: Bools, samples: int) -> Bools:
    """Frames of 10 ms as samples."""
    found = np.repeat(frames, FRAME)[:samples]
    return np.pad(found, (0, samples - len(found)))


def level_db(sound: Mono) -> float:
    """Mean power, dB."""
    return float(10 * np.log10(np.mean(np.square(sound, dtype=np.float64)) + 1e-20))


@dataclass(frozen=True)
class Room:
    """A box with a microphone in it. low, high: what a wall sends back (amplitude) under and over 2 kHz."""

    size_m: tuple[float, float, float]
    low: float
    high: float

    def response(self, source_m: NDArray[np.float64], microphone_m: NDArray[np.float64], seconds: float) -> Mono:
        """The impulse response between two places, the direct sound's own delay left out."""
        bands = [self._band(source_m, microphone_m, seconds, walls) for walls in (self.low, self.high)]
        spectra = [np.fft.rfft(band) for band in bands]
        hz = np.fft.rfftfreq(len(bands[0]), 1 / RATE)
        share = 1 / (1 + (hz / 2000) ** 4)
        response = np.fft.irfft(spectra[0] * share + spectra[1] * (1 - share), len(bands[0]))
        distance = float(np.linalg.norm(source_m - microphone_m))
        return response[round(distance / SPEED_OF_SOUND * RATE) :].astype(np.float32)

    def _band(
        self, source: NDArray[np.float64], microphone: NDArray[np.float64], seconds: float, walls: float
    ) -> NDArray[np.float64]:
        reach = SPEED_OF_SOUND * seconds
        axes = []
        for size, at, ear in zip(self.size_m, source, microphone, strict=True):
            count = int(reach / (2 * size)) + 1
            rounds = np.arange(-count, count + 1)
            same, mirrored = 2 * rounds * size + at - ear, 2 * rounds * size - at - ear
            axes.append(
                (np.concatenate([same, mirrored]), np.concatenate([np.abs(2 * rounds), np.abs(2 * rounds - 1)]))
            )
        response = np.zeros(round(seconds * RATE) + 1)
        (x, bounces_x), (y, bounces_y), (z, bounces_z) = axes
        for across, bounced in zip(x, bounces_x, strict=True):
            distance = np.sqrt(across**2 + y[:, None] ** 2 + z[None] ** 2)
            bounces = bounced + bounces_y[:, None] + bounces_z[None]
            inside = distance < reach
            at = np.minimum(np.round(distance[inside] / SPEED_OF_SOUND * RATE).astype(int), len(response) - 1)
            np.add.at(response, at, walls ** bounces[inside] / np.maximum(distance[inside], 0.05))
        return response - np.mean(response)


def through(dry: Mono, response: Mono) -> Mono:
    """`dry` as it sounds through `response`, as long as `dry` and the room's decay."""
    size = 1 << (len(dry) + len(response)).bit_length()
    wet = np.fft.irfft(np.fft.rfft(dry, size) * np.fft.rfft(response, size), size)
    return wet[: len(dry) + len(response) - 1].astype(np.float32)


def rooms(seed: int) -> tuple[Room, np.random.Generator]:
    """A shop of 6 to 12 m, reverberating for about 0.4 to 0.8 s."""
    dice = np.random.default_rng(seed)
    size = (dice.uniform(6, 12), dice.uniform(5, 9), dice.uniform(2.7, 3.6))
    low = dice.uniform(0.80, 0.90)
    return Room(size, low, low - dice.uniform(0.03, 0.1)), dice


def place(
    room: Room, dice: np.random.Generator, microphone: NDArray[np.float64], distance_m: float
) -> NDArray[np.float64]:
    """Somewhere in the room at head height, `distance_m` from the microphone."""
    while True:
        angle = dice.uniform(0, 2 * np.pi)
        at = microphone + distance_m * np.array([np.cos(angle), np.sin(angle), 0.0])
        at[2] = dice.uniform(1.4, 1.7)
        if all(0.3 < at[axis] < room.size_m[axis] - 0.3 for axis in range(2)):
            return at
        distance_m *= 0.98


def near_and_far(seed: int, *, turns: int = 6, background: str = "rain", near_over_shop_db: float = 20.0) -> Scene:
    """A presenter at arm's length and a colleague 3 to 6 m away, speaking in turns, with 0.1 to 1 s between them.

    The colleague speaks as loudly as the presenter, give or take 3 dB; what reaches the microphone is the room's doing.
    """
    room, dice = rooms(seed)
    microphone = np.array([room.size_m[0] * dice.uniform(0.35, 0.65), room.size_m[1] * dice.uniform(0.35, 0.65), 1.4])
    near_m, far_m = dice.uniform(0.35, 0.8), dice.uniform(3.0, 6.0)
    responses = [room.response(place(room, dice, microphone, m), microphone, 0.7) for m in (near_m, far_m)]
    presenter, colleague = dice.choice(VOICES[:3], 2, replace=False)
    dry = [voice(str(presenter)), voice(str(colleague)) * np.float32(10 ** (dice.uniform(-3, 3) / 20))]
    played: list[list[Mono]] = [[], []]
    places = [0, 0]
    for turn in range(turns):
        who = turn % 2
        count = round(dice.uniform(1.5, 5.0) * RATE)
        pause = round(dice.choice([0.1, 0.3, 0.6, 1.0]) * RATE)
        said = np.take(dry[who], np.arange(places[who], places[who] + count), mode="wrap")
        edge = np.linspace(0, 1, 240, dtype=np.float32)
        said[:240] *= edge
        said[-240:] *= edge[::-1]
        places[who] += count
        played[who] += [said, np.zeros(pause, np.float32)]
        played[1 - who] += [np.zeros(count + pause, np.float32)]
    lines = [np.concatenate(parts) for parts in played]
    samples = len(lines[0]) + RATE // 2
    near, far = (
        np.pad(through(line, room_is), (0, RATE))[:samples] for line, room_is in zip(lines, responses, strict=True)
    )
    near_speaks, far_speaks = (samples_of(active(line), samples) for line in lines)
    gain = np.float32(10 ** ((-20 - level_db(near[near_speaks])) / 20))
    near, far = near * gain, far * gain
    behind = shop(background, len(near), dice.uniform(0, 30)) * np.float32(10 ** (-near_over_shop_db / 20))
    return Scene(f"{background} {seed}", near + far + behind, near, far, behind, near_speaks, far_speaks)
