"""One side coded, both sides played: what a decoder makes of the rewritten packets."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.audio.alike import CODER_OF_ONE, as_pair
from mediakit.audio.pcm import RATE
from mediakit.audio.pieces import CODER, PACKET, encode


def _coder(layout: str, options: dict[str, str], kbps: int = 112) -> Any:
    coder = av.CodecContext.create("aac", "w")
    coder.sample_rate, coder.layout, coder.format = RATE, layout, "fltp"
    coder.bit_rate, coder.options, coder.time_base = kbps * 1000, options, Fraction(1, RATE)
    return coder


def _encoded(sound: np.ndarray, layout: str, options: dict[str, str], kbps: int = 112) -> tuple[list[bytes], bytes]:
    coder = _coder(layout, options, kbps)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout=layout)
    frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
    return [bytes(packet) for packet in (*coder.encode(frame), *coder.encode(None))], coder.extradata


def _played(packets: list[bytes], config: bytes) -> np.ndarray:
    decoder = av.CodecContext.create("aac", "r")
    decoder.extradata = config
    frames = [frame.to_ndarray() for packet in packets for frame in decoder.decode(av.Packet(packet))]
    return np.concatenate(frames, axis=1)


def _config_of_two() -> bytes:
    return _encoded(np.zeros((2, PACKET), np.float32), "stereo", CODER)[1]


def _music(seed: int, seconds: float, clicks: int) -> np.ndarray:
    """Tones, noise, and clicks that make the encoder change to its short windows."""
    rng = np.random.default_rng(seed)
    at = np.arange(round(seconds * RATE)) / RATE
    sound = sum(0.1 * np.sin(2 * np.pi * f * at) for f in rng.uniform(50, 9000, 4)) + rng.normal(0, 0.02, at.size)
    for place in rng.integers(0, at.size, clicks):
        sound[place : place + 60] += 0.7
    return sound.clip(-1, 1).astype(np.float32)[None]


@settings(max_examples=25)
@given(st.integers(0, 2**20), st.floats(0.2, 1.5), st.integers(0, 6), st.sampled_from([48, 64, 112, 168]))
def test_both_sides_play_exactly_what_the_one_did(seed: int, seconds: float, clicks: int, kbps: int) -> None:
    packets, config = _encoded(_music(seed, seconds, clicks), "mono", CODER_OF_ONE, kbps)
    one = _played(packets, config)
    two = _played([as_pair(packet) for packet in packets], _config_of_two())
    assert two.shape[0] == 2
    assert np.array_equal(two[0], two[1])
    np.testing.assert_allclose(two[0], one[0], atol=1e-6)


def test_clicks_do_reach_the_short_windows() -> None:
    packets, _ = _encoded(_music(3, 1.0, 6), "mono", CODER_OF_ONE)
    sequences = {
        int.from_bytes(packet[:3], "big") >> 6 & 0b11 for packet in packets
    }  # behind element, number, gain, a bit
    assert 2 in sequences, "the property above must have met EIGHT_SHORT_SEQUENCE"


def test_digital_silence_has_no_bands_at_all() -> None:
    packets, _ = _encoded(np.zeros((1, 8 * PACKET), np.float32), "mono", CODER_OF_ONE)
    assert not _played([as_pair(packet) for packet in packets], _config_of_two()).any()


@pytest.mark.parametrize("packet", [b"", b"\x00", b"\xff" * 20, b"\x21\x10\x05\x00"])
def test_other_bytes_are_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match="packet"):
        as_pair(packet)


def test_a_packet_of_two_channels_is_refused() -> None:
    rng = np.random.default_rng(0)
    packets, _ = _encoded(
        rng.normal(0, 0.1, (2, 4 * PACKET)).astype(np.float32), "stereo", CODER | {"flags": "+bitexact"}
    )
    with pytest.raises(ValueError, match="one channel"):
        as_pair(packets[-1])


def test_sound_that_is_the_same_on_both_sides_only_for_a_while_stays_whole_at_the_joins() -> None:
    """Pieces coded as one beside pieces coded as two: no click where one takes over from the other."""
    rng = np.random.default_rng(1)
    left = _music(5, 30.0, 0)[0]
    right = left.copy()
    right[10 * RATE : 20 * RATE] = (0.7 * left + rng.normal(0, 0.01, left.size).astype(np.float32))[
        10 * RATE : 20 * RATE
    ]
    sound = np.stack([left, right])
    packets = list(encode([sound], kbps=160))
    played = _played([bytes(packet) for packet in packets], _config_of_two())[:, PACKET:]
    error = played[:, : sound.shape[1]] - sound[:, : played.shape[1]]
    per_packet = np.square(error[:, : error.shape[1] // PACKET * PACKET].reshape(2, -1, PACKET)).mean(axis=2)
    assert 10 * np.log10(per_packet.max() / np.median(per_packet)) < 15
