"""Loading the networks writes no notes on their use and opens no connection."""

import os
import subprocess
import sys
from pathlib import Path

LOADS = """
import sys
import mediakit
def watched(event, args):
    if event.startswith("socket."):
        print(event, args)
sys.addaudithook(watched)
from mediakit.vision.trunk import _network
_network()
import os
print(os.environ["ORT_DISABLE_TELEMETRY"])
"""


def test_networks_leave_no_notes_at_home(tmp_path: Path) -> None:
    home = {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    env = {key: value for key, value in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    ended = subprocess.run(
        [sys.executable, "-c", LOADS], capture_output=True, text=True, env=env | home, timeout=120, check=True
    )
    assert ended.stdout == "1\n"
    assert list(tmp_path.rglob("*")) == []
    assert "elemetry" not in ended.stderr
