"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's business
settings.load_profile("untimed")

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The real material; the test is skipped, with the reason, where it is not there."""
    folder = Path(os.environ.get("MEDIAKIT_CORPUS", REPO.parent / "shared" / "corpus"))
    if not (folder / "MANIFEST.tsv").is_file():
        pytest.skip(f"no corpus at {folder}; point MEDIAKIT_CORPUS at it")
    return folder
