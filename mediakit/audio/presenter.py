"""Keeps whoever speaks into the microphone and lets everybody further away go.

A gate that opens for the near voice (`nearness` says when) and closes for everything else, so that the room between two
sentences is as quiet as it is under a colleague: a gate that lets the room through wherever nobody speaks would pump. It
looks ahead, so it is open before the first sound of a word, and it closes gently behind the last. Where far voices were
found, the voice is taken out first, as `hush` does, so what the gate leaves of it is not understood.

Promise: under the near voice every sample is the original one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mediakit.audio.curve import Spans, joined, milliseconds, shaped
from mediakit.audio.hush import without_speech
from mediakit.audio.level import apply_gain
from mediakit.audio.meter import MsValues
from mediakit.audio.nearness import Voices
from mediakit.audio.pcm import Block, Scratch

OPENS_S = 0.06
"""The gate's way up; it is open this long before the first word, and then some."""
CLOSES_S = 0.2
_BEFORE_S = 0.04
_AFTER_S = 0.06
_SHORTEST_PAUSE_S = 0.5
"""A pause of the near voice shorter than this is part of what it says, unless somebody else is heard in it."""


def only_near(sound: Scratch, voices: Voices, drop_db: float) -> Iterator[Block]:
    """The blocks of `sound` with all but the near voice `drop_db` down, exactly as long."""
    gate = gate_curve(milliseconds(sound.samples), voices, drop_db)
    return apply_gain(without_speech(sound, voices.far), gate)


def gate_curve(length_ms: int, voices: Voices, drop_db: float) -> MsValues:
    """1.0 while the near voice speaks, `drop_db` lower elsewhere, one gain a millisecond; smooth in decibels."""
    shape = shaped(length_ms, open_spans(voices), OPENS_S, CLOSES_S)
    curve: MsValues = np.power(np.float32(10.0), (shape - 1) * np.float32(drop_db / 20))
    return curve


def open_spans(voices: Voices) -> Spans:
    """When the gate is open: the near voice and its short pauses, a little earlier and longer where nobody else is heard."""
    closed = [*joined(voices.near, _SHORTEST_PAUSE_S)]
    found = [piece for span in closed for piece in _without(span, voices.far)]
    return joined(((start_s - _BEFORE_S, end_s + _AFTER_S) for start_s, end_s in found), 0.0)


def _without(span: tuple[float, float], holes: Iterable[tuple[float, float]]) -> Spans:
    """What is left of `span` without `holes`."""
    pieces = [span]
    for hole_start, hole_end in holes:
        cut = [((a, min(b, hole_start)), (max(a, hole_end), b)) for a, b in pieces]
        pieces = [piece for pair in cut for piece in pair if piece[1] > piece[0]]
    return tuple(sorted(set(pieces)))
