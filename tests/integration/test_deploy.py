"""What lies in deploy/: units that systemd takes, options that there are, a health check that can fail."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.main import get_command

from mediakit.cli.app import app_of

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = ("mediakit@.service", "mediakit-user.service")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit_as_it_is(tmp_path: Path, name: str) -> None:
    """Every line is known and has a value that systemd understands; only the program is another, since it must exist."""
    text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", (DEPLOY / name).read_text(encoding="utf-8"))
    unit = tmp_path / name.replace("@", "@muselle")
    unit.write_text(text, encoding="utf-8")
    whose = ["--user"] if "user" in name else []
    said = _verified(unit, *whose)
    assert (said.returncode, said.stderr) == (0, "")
    unit.write_text(text.replace("RestartSec=10", "RestartSec=soon"), encoding="utf-8")
    assert "soon" in _verified(unit, *whose).stderr


def _verified(unit: Path, *whose: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *whose, "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(unit.parent)},
    )


@pytest.mark.parametrize("name", [*UNITS, "Dockerfile"])
def test_every_option_is_one_of_watch(name: str) -> None:
    commands = re.findall(
        r"^(?:ExecStart=|ENTRYPOINT |CMD \[\"--)(.*)$", (DEPLOY / name).read_text(encoding="utf-8"), re.M
    )
    assert commands
    watch = get_command(app_of(["watch", "status"])).commands["watch"]  # type: ignore[attr-defined]
    known = {option for parameter in watch.params for option in parameter.opts}
    said = set(re.findall(r"--[a-z-]+", " ".join(shlex.join(re.findall(r"[^\s,\"\[\]]+", one)) for one in commands)))
    assert "--out" in said
    assert said <= known


@pytest.mark.parametrize(("age_s", "online", "healthy"), [(0, True, True), (60, True, False), (0, False, False)])
def test_the_health_check_fails_for_a_daemon_that_is_silent_or_blind(
    tmp_path: Path, age_s: float, online: bool, healthy: bool
) -> None:
    """As the image runs it, with another place for its heartbeat."""
    check = json.loads(re.findall(r"^  CMD (\[.*\])$", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"), re.M)[0])
    beat = tmp_path / "heartbeat.json"
    beat.write_text(json.dumps({"time": time.time() - age_s, "online": online}), encoding="utf-8")
    program = check[2].replace("/ready/.mediakit/heartbeat.json", str(beat))
    assert program != check[2]
    assert (subprocess.run([sys.executable, "-c", program], check=False).returncode == 0) is healthy


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="needs hadolint")
def test_the_dockerfile_is_well_written() -> None:
    subprocess.run(["hadolint", str(DEPLOY / "Dockerfile")], check=True)
