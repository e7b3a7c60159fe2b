"""kill -9 at every state of a file's way through the daemon, then a restart: nothing lost, doubled or half there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from shoots import photo_shoot
from watch_kit import TARGET, journal, made, plain_preset, running, states, stop, temporaries, until

KILLER = Path(__file__).parent / "killer"
FILES = 3


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What comes of it when nobody is killed."""
    import mediakit

    folder = tmp_path_factory.mktemp("undisturbed")
    shoot, out = photo_shoot(folder / "shoot", FILES), folder / "out"
    mediakit.process(shoot, preset=plain_preset(folder), to=[TARGET], out=out, jobs=1)
    return {name: (out / TARGET / name).read_bytes() for name in made(out)}


def until_killed_at(moment: str, inbox: Path, out: Path, options: list[str]) -> None:
    """From outside for the states that the daemon itself passes through, from inside for those of a worker."""
    if moment in ("settling", "ready"):
        with running(inbox, out, *options):
            beat = out / ".mediakit/heartbeat.json"
            seen = beat.exists if moment == "settling" else lambda: bool(states(out))
            while not seen():
                time.sleep(0.005)
        return
    mark = out.parent / "mark"
    env = {
        "PYTHONPATH": str(KILLER),
        "MEDIAKIT_TEST_KILL": moment,
        "MEDIAKIT_TEST_OUT": str(out),
        "MEDIAKIT_TEST_MARK": str(mark),
        "MEDIAKIT_LANDLOCK": "off",  # a confined worker cannot kill its daemon
    }
    with running(inbox, out, *options, env=env) as daemon:
        until(lambda: daemon.poll() is not None)
    assert mark.exists(), "it ended by itself"


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment", ["settling", "ready", "claimed", "rendered", "validated", "published", "entered", "reporting"]
)
def test_killed_at_any_state_it_ends_as_if_it_never_was(
    tmp_path: Path, moment: str, expected: dict[str, bytes]
) -> None:
    inbox, out = photo_shoot(tmp_path / "inbox", FILES), tmp_path / "out"
    options = ["--preset", str(plain_preset(tmp_path))]
    until_killed_at(moment, inbox, out, options)
    before = {path: path.stat().st_mtime_ns for path in (out / TARGET).glob("IMG*.jpg")}
    entered = {rel for rel, state in states(out).items() if state == "published"}
    with running(inbox, out, *options) as daemon:
        until(lambda: sorted(states(out).values()) == ["published"] * FILES)
        until((out / "manifest.json").exists)
        assert stop(daemon) == 0
    assert {name: (out / TARGET / name).read_bytes() for name in made(out)} == expected
    assert not temporaries(out)
    for path, time_ns in before.items():  # what was in the book is not touched again
        if path.name in entered:
            assert path.stat().st_mtime_ns == time_ns
    published = [line["path"] for line in journal(out) if line.get("state") == "published"]
    assert sorted(set(published)) == sorted(expected)
