"""What several files of this room look at."""

from __future__ import annotations

from pathlib import Path

import pytest
from exported_clips import made


@pytest.fixture(scope="session")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that conforms to `exported_clips.MOMENTS`; tests leave it as it is."""
    return made(tmp_path_factory.mktemp("clips") / "good.mp4")
