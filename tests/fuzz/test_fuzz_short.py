"""Every kept seed again, and ten seconds of fuzzing of each place where bytes from outside come in.

`python tests/fuzz/run.py NAME --seconds 3600` is the long run.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from harnesses import HARNESSES

HERE = Path(__file__).parent
SEEDS = sorted((HERE / "seeds").glob("*/*"))
SHORT_S = 10


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_was_found_once_is_not_found_again(seed: Path) -> None:
    HARNESSES[seed.parent.name](seed.read_bytes())


def test_every_harness_has_seeds() -> None:
    assert {path.parent.name for path in SEEDS} == set(HARNESSES)


@pytest.mark.slow
@pytest.mark.parametrize("name", HARNESSES)
def test_ten_seconds_of_fuzzing_find_nothing(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed (it has wheels for Linux on x86-64)")
    command = [sys.executable, str(HERE / "run.py"), name, "--seconds", str(SHORT_S)]
    command += ["--findings", str(tmp_path), "--corpus", str(tmp_path / "grown")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=250, check=False)
    findings = [path for path in tmp_path.iterdir() if path.name.startswith("finding-")]
    assert ended.returncode == 0 and not findings, f"keep it as a seed: {findings}\n{ended.stderr[-4000:]}"
    assert "Done" in ended.stderr
