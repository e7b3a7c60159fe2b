"""AAC encoded in pieces: to the sample as long as what was given, the same however many threads, as good at the joins."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.audio import pieces
from mediakit.audio.encode import write_aac
from mediakit.audio.pcm import RATE, Block
from mediakit.audio.side_by_side import in_order
from mediakit.audio.source import read_sound

JOINS = [pieces._PIECE * n for n in (1, 2)]
LONG = pieces._PIECE * 2 + RATE


def music(samples: int, *, clicks: bool = False) -> Block:
    """Two drifting tones and noise; with clicks, ten a second, for which the encoder changes its windows."""
    t = np.arange(samples) / RATE
    rng = np.random.default_rng(5)
    sound = np.stack([0.3 * np.sin(2 * np.pi * 330 * t), 0.2 * np.sin(2 * np.pi * (200 + 5 * t) * t)])
    sound += rng.normal(0, 0.01, (2, samples))
    if clicks:
        sound[:, ::4800] += 0.5
    return sound.astype(np.float32)


def in_blocks(sound: Block, size: int = RATE // 2) -> Iterator[Block]:
    for at in range(0, sound.shape[1], size):
        yield sound[:, at : at + size]


def written(path: Path, sound: Block, threads: int = 1) -> tuple[int, Block]:
    heard: list[Block] = []
    samples = write_aac(path, in_blocks(sound), kbps=128, threads=threads, played=heard.append)
    return samples, np.concatenate(heard, axis=1)


@settings(max_examples=12, deadline=None)
@given(samples=st.one_of(st.integers(1, 5000), st.integers(pieces._PIECE - 2000, pieces._PIECE + 9000)))
def test_what_is_played_is_as_long_as_what_was_given(samples: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    said, heard = written(tmp_path_factory.mktemp("aac") / "a.m4a", music(samples))
    assert said == heard.shape[1] == samples


def test_the_file_plays_what_was_told_while_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    _, heard = written(path, music(LONG))
    played = np.concatenate(list(read_sound(path, None, samples=LONG)), axis=1)
    assert np.array_equal(heard, played)


def test_threads_change_no_byte(tmp_path: Path) -> None:
    for threads in (1, 2, 3):
        written(tmp_path / f"{threads}.m4a", music(LONG, clicks=True), threads)
    one = (tmp_path / "1.m4a").read_bytes()
    assert one == (tmp_path / "2.m4a").read_bytes() == (tmp_path / "3.m4a").read_bytes()


@pytest.mark.parametrize("clicks", [False, True])
def test_the_joins_are_as_good_as_the_rest(tmp_path: Path, clicks: bool) -> None:
    sound = music(LONG, clicks=clicks)
    _, heard = written(tmp_path / "a.m4a", sound)
    error = np.abs(heard - sound).max(axis=0)
    usual = np.percentile(error[RATE:].reshape(-1, 512)[: (LONG - RATE) // 512].max(axis=1), 99)
    for join in JOINS:
        around = error[join - pieces._SEARCHED - 2048 : join + pieces._SEARCHED + 2048]
        assert around.max() < 2 * usual


def test_pieces_that_nowhere_agree_become_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = music(LONG)
    monkeypatch.setattr(pieces, "_PIECE", 4 * LONG)
    written(tmp_path / "one.m4a", sound)
    monkeypatch.undo()
    monkeypatch.setattr(pieces, "_fit", lambda ours, theirs: False)
    written(tmp_path / "continued.m4a", sound, threads=2)
    assert (tmp_path / "one.m4a").read_bytes() == (tmp_path / "continued.m4a").read_bytes()


def test_a_window_is_read_from_the_first_bits() -> None:
    pair, number, common, reserved, sequence, shape = "001", "0000", "1", "0", "10", "1"
    packet = int(f"{pair}{number}{common}{reserved}{sequence}{shape}0000", 2).to_bytes(2, "big")
    assert pieces._common_window(packet) == 0b101
    alone = int(f"{pair}{number}0{reserved}{sequence}{shape}0000", 2).to_bytes(2, "big")
    assert pieces._common_window(alone) is None
    assert not pieces._fit(alone, alone)


@pytest.mark.parametrize("threads", [1, 3])
def test_work_side_by_side_keeps_its_order_and_raises_what_it_met(threads: int) -> None:
    assert list(in_order(lambda n: n * n, range(20), threads)) == [n * n for n in range(20)]

    def refuse(n: int) -> int:
        if n == 3:
            raise OSError("third")
        return n

    with pytest.raises(OSError, match="third"):
        list(in_order(refuse, range(6), threads))
