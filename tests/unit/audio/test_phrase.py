"""Where made music is begun: on its first full bar, whatever lies before it; nowhere else where there are no bars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sound_kit import RATE, noise, rms_db, silence, tone, write_sound

from mediakit.audio.bed import open_bed
from mediakit.audio.phrase import HEARD_S, find_phrase

BEAT_S = 0.5
CHORDS_HZ = ((220.0, 277.2), (246.9, 311.1), (164.8, 207.7), (196.0, 246.9))


def band(beats: int, bars: int, *, pick_up: int = 0, lead_in: int = 0, beat_s: float = BEAT_S) -> np.ndarray:
    """A drum and a new chord on every first beat, hats on the others; before them a soft chord, or a few single notes."""
    before = lead_in * beats + pick_up
    sound = noise((before + bars * beats) * beat_s + 0.2, 0.0005)
    drum = 0.6 * np.sin(0.009 * np.arange(6000)) * np.exp(-np.arange(6000) / 1800)
    hat = np.random.default_rng(2).normal(0, 0.06, 2000) * np.exp(-np.arange(2000) / 400)
    for beat in range(-before, bars * beats):
        at = round((beat + before) * beat_s * RATE)
        first = beat % beats == 0
        if beat < -pick_up:
            parts = [tone(beats * beat_s, hz, 0.01) for hz in CHORDS_HZ[0] if first]
        elif beat < 0:
            parts = [tone(0.8 * beat_s, 440.0, 0.1)]
        else:
            chord = CHORDS_HZ[beat // beats % len(CHORDS_HZ)]
            parts = [np.stack([drum, drum]), *(tone(beats * beat_s, hz, 0.06) for hz in chord)] if first else []
            parts.append(np.stack([hat, hat]))
        for part in parts:
            count = min(part.shape[1], sound.shape[1] - at)
            sound[:, at : at + count] += part[:, :count]
    return sound.astype(np.float32)


@pytest.mark.parametrize("beats", [3, 4])
@pytest.mark.parametrize(
    ("before", "late_beats"), [({}, 0), ({"pick_up": 1}, 1), ({"pick_up": 2}, 2), ({"lead_in": 1}, None)]
)
def test_it_begins_with_the_first_full_bar(beats: int, before: dict[str, int], late_beats: int | None) -> None:
    phrase = find_phrase(band(beats, 9, **before)[:, : round(HEARD_S * RATE)])
    expected_s = (beats if late_beats is None else late_beats) * BEAT_S
    assert phrase.start / RATE == pytest.approx(expected_s, abs=0.02)
    assert phrase.start / RATE <= expected_s  # the attack itself is heard
    assert phrase.bar / RATE == pytest.approx(beats * BEAT_S, rel=0.01)


@pytest.mark.parametrize("sound", [noise(13), tone(13), silence(13), band(4, 2), tone(0.1), silence(0)])
def test_where_no_bars_are_heard_it_begins_at_once(sound: np.ndarray) -> None:
    phrase = find_phrase(sound)
    assert (phrase.start, phrase.bar) == (0, 0.0)


def test_what_swells_begins_where_it_is_there() -> None:
    swelling = noise(12) * np.interp(np.arange(12 * RATE), [0, 4 * RATE], [0.001, 1.0]).astype(np.float32)
    assert 0.2 < find_phrase(swelling).start / RATE < 2.0


def test_one_piece_begins_at_one_place_however_long_the_clip_is(tmp_path: Path) -> None:
    piece = np.concatenate([silence(0.7), band(4, 12, pick_up=2)], axis=1)
    path = write_sound(tmp_path / "bed.wav", piece)
    beds = [open_bed(path, s * RATE, crossfade_s=1.0, scratch=tmp_path / f"{s}") for s in (2, 15, 24, 60)]
    assert {bed.start for bed in beds} == {beds[0].start}
    assert beds[0].start / RATE == pytest.approx(0.7 + 2 * BEAT_S, abs=0.02)
    assert all(bed.on_beat for bed in beds)
    assert (beds[0].loop, beds[1].loop) == (None, None)


@pytest.mark.parametrize("beats", [3, 4])
def test_it_goes_round_by_whole_bars(tmp_path: Path, beats: int) -> None:
    piece = band(beats, 15, pick_up=1, beat_s=0.437)[:, : round(15.3 * beats * 0.437 * RATE)]
    bed = open_bed(write_sound(tmp_path / "bed.wav", piece), 90 * RATE, crossfade_s=1.0, scratch=tmp_path / "s")
    assert bed.loop is not None
    bars = bed.loop.period / RATE / (beats * 0.437)
    assert bars == pytest.approx(round(bars), abs=0.01)


def test_a_ring_that_begins_with_a_pick_up_keeps_it_for_its_second_round(tmp_path: Path) -> None:
    ring = np.roll(band(4, 12)[:, : 24 * RATE], RATE, axis=1)  # two beats of the last bar come first
    bed = open_bed(write_sound(tmp_path / "ring.wav", ring), 50 * RATE, crossfade_s=2.0, scratch=tmp_path / "s")
    assert bed.loop is not None
    assert (bed.loop.period, bed.loop.overlap) == (24 * RATE, 0)
    out = np.concatenate(list(bed.blocks()), axis=1)
    assert out.shape[1] == 50 * RATE
    assert bed.start == pytest.approx(RATE, abs=0.02 * RATE)
    np.testing.assert_array_equal(out, np.take(ring, np.arange(bed.start, bed.start + 50 * RATE), axis=1, mode="wrap"))
    assert bed.profile().integrated_lufs() == pytest.approx(rms_db(out) + 2.3, abs=3)
