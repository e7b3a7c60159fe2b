"""An otherwise empty world with a shelf of presets."""

from __future__ import annotations

import pytest
from preset_shelf import Shelf


@pytest.fixture
def shelf(tmp_path, monkeypatch) -> Shelf:
    """`./presets` of an otherwise empty world."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return Shelf(tmp_path / "presets")
