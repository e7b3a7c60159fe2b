"""Sound that is the same on both sides, coded once: an AAC packet of one channel rewritten as one of two.

A stereo encoder spends as long on the second side as on the first, and bits too. Here the one side is encoded alone and
its packet's bits are put, unchanged, into a channel pair as the middle of a mid/side pair whose side is empty, which
decodes to left = right = middle (ISO/IEC 14496-3, 4.4.2.1 for the syntax, 4.6.8.1 for mid/side). Measured on 17 pieces of
music, speech and noise at 128 kbps: half the time for seven eighths of the bytes, and an error 1 dB larger in the mean (5
dB smaller to 4 dB larger), 40 to 50 dB under the sound. Two decoders that share no code (ffmpeg's, faad) play it alike.

Limits: AAC-LC; no noise substitution and no temporal noise shaping in the packet, which do not go through mid/side
(4.6.8.1, 4.6.9): encode with `CODER_OF_ONE`.
"""

from __future__ import annotations

from functools import cache

CODER_OF_ONE = {"aac_coder": "fast", "aac_pns": "0", "aac_tns": "0", "flags": "+bitexact"}
"""For the encoder of the one side. Bit-exact: it leaves out its own name, an element before the sound's."""

SHARE_OF_ONE = 7 / 8
"""Of the pair's bit rate: what its encoder does not spend on the second side. With all of it, the one side of quiet or
synthetic sound has more bits than it can use, and the encoder searches long for how to spend them."""

_ONE, _PAIR, _END = 0b000, 0b001, 0b111  # elements: ID_SCE, ID_CPE, ID_END
_EIGHT_SHORT = 2
_ALL_MID_SIDE = 0b10
_HEAD = 3 + 4 + 8 + 4
"""Element, its number, global gain; of ics_info the reserved bit, the window's sequence and shape."""


def as_pair(packet: bytes) -> bytes:
    """The packet of one channel as one of two that play the same. Raises ValueError where it is not of one channel."""
    bits, left = _without_end(packet)
    head, left = bits >> left - _HEAD, left - _HEAD
    if head >> _HEAD - 3 != _ONE:
        raise ValueError("not a packet of one channel")
    tag, gain, is_short = head >> 12 & 0xF, head >> 4 & 0xFF, head >> 1 & 0b11 == _EIGHT_SHORT
    bands_bits = 11 if is_short else 7
    left -= bands_bits
    bands = bits >> left & (1 << bands_bits) - 1
    pair = _PAIR << 4 | tag
    pair = pair << 1 | 1  # one window for both
    pair = (pair << 4 | head & 0xF) << bands_bits | bands
    pair = (pair << 2 | _ALL_MID_SIDE) << 8 | gain
    nothing, nothing_bits = _nothing(bands, is_short=is_short)
    count = 3 + 4 + 1 + 4 + bands_bits + 2 + 8 + left + nothing_bits
    whole = (pair << left | bits & (1 << left) - 1) << nothing_bits | nothing
    padding = -count % 8
    return (whole << padding).to_bytes((count + padding) // 8, "big")


def _without_end(packet: bytes) -> tuple[int, int]:
    """The packet's bits and how many, without its last element (three ones) and the zeros that fill its last byte."""
    bits = int.from_bytes(packet, "big")
    padding = (bits & -bits).bit_length() - 1
    if not 0 <= padding < 8 or bits >> padding & 0b111 != _END:
        raise ValueError("the packet does not end as it should")
    return bits >> padding + 3, len(packet) * 8 - padding - 3


@cache
def _nothing(bands: int, *, is_short: bool) -> tuple[int, int]:
    """The bits, and how many, of a channel whose bands are all empty, and of the packet's end.

    bands: the end of ics_info, from max_sfb on. Every group of bands has codebook 0 from its first to its last.
    """
    if is_short:
        max_sfb, groups, length_bits = bands >> 7, 1 + (~bands & 0x7F).bit_count(), 3
    else:
        max_sfb, groups, length_bits = bands >> 1, 1, 5
        if bands & 1:
            raise ValueError("prediction is no part of AAC-LC")
    escape = (1 << length_bits) - 1
    whole, rest = divmod(max_sfb, escape)
    section = "0000" + f"{escape:b}" * whole + f"{rest:0{length_bits}b}" if max_sfb else ""
    no_gain, no_tools = "0" * 8, "0" * 3  # no pulses, no noise shaping, no gain control
    text = no_gain + section * groups + no_tools + f"{_END:b}"
    return int(text, 2), len(text)
