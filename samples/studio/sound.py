"""What the phone heard: colleagues talking (espeak-ng), a shop's room tone, its loudspeaker. Stereo float64 at 48 kHz."""

from __future__ import annotations

import io
import subprocess
import wave

import numpy as np
from numpy.typing import NDArray

from studio import synth
from studio.synth import RATE

Stereo = NDArray[np.float64]

TALK = [
    (
        0.45,
        "cmn-latn-pinyin+f4",
        205,
        "zhe4 ge5 se4 hao4 jin1 tian1 gang1 dao4, bang1 wo3 na2 yi2 xia4.",
    ),  # 这个色号今天刚到，帮我拿一下。
    (4.05, "cmn-latn-pinyin+m3", 205, "hao3 de5, fang4 zai4 di4 er4 pai2 ma5?"),  # 好的，放在第二排吗？
    (6.05, "cmn-latn-pinyin+f4", 215, "dui4, kao4 zuo3 yi4 dian3."),  # 对，靠左一点。
]
"""(start in seconds, espeak-ng voice, words a minute, what is said in pinyin: its Chinese dictionary is not always there)"""


def colleagues(seconds: float) -> Stereo:
    """Two people beside the phone, talking over the shop."""
    rng = np.random.default_rng(61)
    said = np.zeros((round(seconds * RATE), 2))
    for start, voice, speed, words in TALK:
        _add(said, _placed(_spoken(words, voice, speed), -0.35 if "f4" in voice else 0.4), start)
    said = 0.55 * said / np.abs(said).max()
    return _in_room(said, 0.22, rng) + 0.8 * room_tone(seconds, seed=5)


def shop_radio(seconds: float, music: Stereo) -> Stereo:
    """The shop's own loudspeaker playing, some way off, over the room tone."""
    rng = np.random.default_rng(62)
    tinny = _band(music[round(10 * RATE) : round((10 + seconds) * RATE)], 240, 5200)
    return 0.30 * _in_room(tinny / np.abs(tinny).max(), 0.5, rng) + 1.1 * room_tone(seconds, seed=6)


def room_tone(seconds: float, seed: int) -> Stereo:
    """Air conditioning, a murmur further back, now and then glass touching glass and a step."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    air = _band(rng.standard_normal((n, 2)), 60, 900) * 0.05
    t = np.arange(n) / RATE
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 0.31 * t + rng.uniform(0, 6)) * np.sin(2 * np.pi * 1.7 * t)
    murmur = _band(rng.standard_normal((n, 2)), 250, 1400) * 0.028 * swell[:, None]
    tone = air + murmur
    for at in np.arange(0.8, seconds - 0.5, 1.45):
        clink = synth.kalimba(float(rng.uniform(98, 106)), 0.5) * 0.035
        _add(tone, _placed(clink, rng.uniform(-0.8, 0.8)), float(at + rng.uniform(-0.3, 0.3)))
        _add(tone, _placed(synth.soft_drum(70, 0.2) * 0.06, rng.uniform(-0.5, 0.5)), float(at + rng.uniform(0, 0.4)))
    return tone


def _spoken(words: str, voice: str, speed: int) -> NDArray[np.float64]:
    """Mono speech at 48 kHz, peak 1."""
    spoken = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", words], capture_output=True, check=True
    ).stdout
    with wave.open(io.BytesIO(spoken)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float64)
    longer = round(len(samples) * RATE / rate)
    spectrum = np.zeros(longer // 2 + 1, dtype=complex)
    source = np.fft.rfft(samples)
    spectrum[: len(source)] = source[: len(spectrum)]
    voice_48k = np.fft.irfft(spectrum, longer)
    return voice_48k / np.abs(voice_48k).max()


def _placed(mono: NDArray[np.float64], pan: float) -> Stereo:
    angle = (pan + 1) * np.pi / 4
    return mono[:, None] * np.array([np.cos(angle), np.sin(angle)])


def _add(track: Stereo, sound: Stereo, start_s: float) -> None:
    at = round(start_s * RATE)
    room = len(track) - at
    track[at : at + len(sound)] += sound[:room]


def _in_room(dry: Stereo, share: float, rng: np.random.Generator) -> Stereo:
    """The sound with the shop's echo: `share` is the echo's level."""
    echo = synth.room(0.55, 4200, rng)
    n = len(dry) + len(echo)
    wet = np.fft.irfft(np.fft.rfft(dry, n, axis=0) * np.fft.rfft(echo, n, axis=0), n, axis=0)[: len(dry)]
    return dry * (1 - 0.5 * share) + share * wet


def _band(sound: Stereo, low_hz: float, high_hz: float) -> Stereo:
    """A gentle band-pass, by FFT."""
    spectrum = np.fft.rfft(sound, axis=0)
    f = np.fft.rfftfreq(len(sound), 1 / RATE)[:, None]
    return np.fft.irfft(
        spectrum / (1 + (f / high_hz) ** 4) * (f / low_hz) ** 2 / (1 + (f / low_hz) ** 2), len(sound), axis=0
    )
