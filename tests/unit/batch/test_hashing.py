"""Hashes of sources and of outputs: the standard's own, whatever the size of the file, and named refusals."""

import hashlib
from pathlib import Path

import pytest

from mediakit.batch import outfolder
from mediakit.batch.execute import hash_sources
from mediakit.batch.ledger import Ledger
from mediakit.batch.shoot import find_sources


@pytest.mark.parametrize("size", [0, 1, 1000, outfolder._HASHED_BYTES, outfolder._HASHED_BYTES + 1])
def test_a_hash_is_that_of_all_bytes(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(n % 251 for n in range(1000)) * (size // 1000) + b"x" * (size % 1000))
    assert outfolder.file_hash(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_source_that_goes_away_is_refused_by_name(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        (tmp_path / name).write_bytes(name.encode() * 100)
    sources = find_sources([tmp_path]).sources
    (tmp_path / "a.mp4").unlink()
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        hashes, fresh, refused = hash_sources(sources, ledger)
    assert list(hashes) == ["b.mp4"] and len(fresh) == 1
    assert [refusal.rel for refusal in refused] == ["a.mp4"]
