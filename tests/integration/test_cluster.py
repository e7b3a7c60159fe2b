"""Two workers of a real cluster make what this machine would have made, whatever dies meanwhile."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from shoots import photo_shoot

from mediakit.api import dry_run, process
from mediakit.batch import cluster as clusters
from mediakit.batch.cluster import Cluster, ClusterLostError
from mediakit.batch.executor import Task
from mediakit.batch.ledger import Ledger
from mediakit.batch.make import make
from mediakit.batch.node import ENV_PATHS, mapped, path_map, relocated
from mediakit.batch.outfolder import TEMPORARY, ledger_path
from mediakit.batch.workers import run_job, running_on
from mediakit.errors import MissingPartError, UsageError
from mediakit.model import Kind, Outcome

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
import cluster_kit
from cluster_kit import TestCluster, cluster, note_when

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
TO = ["xiaohongshu.image"]


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shoot, which the workers know by another path."""
    folder = tmp_path_factory.mktemp("cluster")
    photo_shoot(folder / "share/shoot", 5)
    from clip_maker import encode, picture, tone

    encode(*picture(seconds=1.0), *tone(1.0), to=folder / "share/shoot/VID_1.mp4", options=("-c:a", "aac"))
    (folder / "elsewhere").symlink_to(folder / "share")
    return folder / "share"


@pytest.fixture(scope="module")
def two_workers(share: Path) -> Iterator[TestCluster]:
    """Workers that mount the share elsewhere."""
    with cluster(share.parent, arguments=["--map", f"{share}={share.parent / 'elsewhere'}"]) as found:
        yield found


class Heard:
    """A listener that acts once `after` sources are through."""

    def __init__(self, after: int, act) -> None:
        self.after, self.act, self.count = after, act, 0

    def planned(self, plan) -> None: ...

    def finished(self, outcome: Outcome, seconds: float) -> None:
        self.count += 1
        if self.count == self.after:
            self.act()

    def done(self) -> None: ...


def deliverables(out: Path) -> dict[str, str]:
    files = (p for p in out.rglob("*") if p.is_file() and ".mediakit" not in p.parts and p.suffix in (".jpg", ".mp4"))
    return {p.relative_to(out).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def leftovers(out: Path) -> list[Path]:
    return [p for p in out.rglob("*") if p.name.startswith((TEMPORARY, "hello-"))]


def test_a_cluster_makes_the_same_bytes_as_this_machine(two_workers: TestCluster, share: Path) -> None:
    targets = [*TO, "xiaohongshu.video"]
    local = process(share / "shoot", to=targets, out=share / "local", jobs=2)
    with running_on(two_workers.address):
        far = process(share / "shoot", to=targets, out=share / "far", jobs=2)
    assert local.exit_code == far.exit_code == 0
    assert len(deliverables(share / "far")) >= 7
    assert deliverables(share / "far") == deliverables(share / "local")
    assert [(o.rel, o.sha256, o.score, o.findings) for o in far.outcomes] == [
        (o.rel, o.sha256, o.score, o.findings) for o in local.outcomes
    ]
    assert not leftovers(share / "far")
    again = process(share / "shoot", to=targets, out=share / "far", jobs=2, cluster=two_workers.address)
    assert {d.status for o in again.outcomes for d in o.delivered} <= {"kept", "skipped"}


def test_a_worker_that_is_killed_loses_nothing(two_workers: TestCluster, share: Path) -> None:
    shoot, out = share / "more", share / "killed"
    photo_shoot(shoot, 8)
    first, _ = two_workers.worker_pids()
    with running_on(two_workers.address):
        result = process(shoot, to=TO, out=out, listener=Heard(2, lambda: os.kill(first, signal.SIGKILL)))
    assert result.exit_code == 0
    assert len(deliverables(out)) == 8
    with Ledger(ledger_path(out), read_only=True) as ledger:
        assert ledger.counts() == {"made": 8}
    assert not leftovers(out)
    again = process(shoot, to=TO, out=out)
    assert {d.status for o in again.outcomes for d in o.delivered} == {"kept"}


def test_a_scheduler_that_is_killed_is_named_and_the_run_goes_on_here(tmp_path: Path) -> None:
    shoot, out = photo_shoot(tmp_path / "shoot", 8), tmp_path / "out"
    with cluster(tmp_path) as found, pytest.raises(ClusterLostError, match="is gone"), running_on(found.address):
        process(shoot, to=TO, out=out, listener=Heard(2, found.scheduler.kill))
    with Ledger(ledger_path(out), read_only=True) as ledger:
        before = ledger.counts()["made"]
    assert 2 <= before < 8
    result = process(shoot, to=TO, out=out)
    statuses = [d.status for o in result.outcomes for d in o.delivered]
    assert statuses.count("kept") == before
    assert statuses.count("made") == 8 - before
    assert not leftovers(out)


def test_a_worker_made_of_other_things_is_refused_by_name(
    two_workers: TestCluster, share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = clusters.identity()
    monkeypatch.setattr(clusters, "identity", lambda: {**here, "pillow": "1.0", "models": "others"})
    with (
        pytest.raises(MissingPartError, match=r"would make other files: .*pillow.*1\.0"),
        running_on(two_workers.address),
    ):
        process(share / "shoot", to=TO, out=share / "strange")
    assert not deliverables(share / "strange")


def test_a_worker_without_the_share_is_refused_by_name(tmp_path: Path) -> None:
    shoot = photo_shoot(tmp_path / "shoot", 2)
    nowhere = ["--map", f"{tmp_path}=/nowhere/at/all"]
    with (
        cluster(tmp_path, workers=1, arguments=nowhere) as found,
        pytest.raises(MissingPartError, match="it has no folder /nowhere/at/all/shoot"),
        running_on(found.address),
    ):
        process(shoot, to=TO, out=tmp_path / "out")


def test_a_cluster_where_nobody_takes_clips_says_so(share: Path, tmp_path: Path) -> None:
    with (
        cluster(tmp_path, workers=1, arguments=["--no-clips"]) as found,
        pytest.raises(MissingPartError, match="No worker of the cluster takes clips"),
        running_on(found.address),
    ):
        process(share / "shoot/VID_1.mp4", to=["xiaohongshu.video"], out=tmp_path / "out")


def test_a_node_makes_one_clip_at_a_time_and_photos_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shoot = photo_shoot(tmp_path / "shoot", 5)
    for number in range(4):
        (shoot / f"VID_{number}.mp4").write_bytes(b"never opened")
    plan = dry_run(shoot, to=[*TO, "xiaohongshu.video"], out=tmp_path / "out")
    (tmp_path / "out").mkdir()
    monkeypatch.setenv("PYTHONPATH", str(Path(cluster_kit.__file__).parent))
    with cluster(tmp_path) as found:
        executor = Cluster(found.address)
        for job in plan.jobs:
            executor.submit(Task(job, 1, note_when))
        done = [finished.outcome for finished in executor.as_completed()]
        executor.shutdown()
    assert sorted(outcome.rel for outcome in done) == [job.source.rel for job in plan.jobs]
    clips, photos = (
        sorted((o.facts["begun_s"], o.facts["ended_s"], o.facts["process"]) for o in done if o.kind is kind)
        for kind in (Kind.CLIP, Kind.PHOTO)
    )
    assert all(ended <= begun for (_, ended, _), (begun, _, _) in pairwise(clips)), "two clips at a time on one node"
    assert len({process for _, _, process in clips}) == 1
    beside = [p for p in photos for c in clips if p[0] < c[1] and c[0] < p[1] and p[2] != c[2]]
    assert beside, "no photo was made while a clip was"


def test_nobody_at_the_address_is_said_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "CONNECT_S", 0.5)
    shoot = photo_shoot(tmp_path / "shoot", 1)
    with pytest.raises(MissingPartError, match="No scheduler answers"), running_on("tcp://127.0.0.1:9"):
        process(shoot, to=TO, out=tmp_path / "out")
    with pytest.raises(UsageError, match="no scheduler's address"):
        Cluster("localhost")


def test_only_paths_recipes_and_findings_travel(tmp_path: Path) -> None:
    photo_shoot(tmp_path / "shoot", 1)
    (job,) = dry_run(tmp_path / "shoot", to=TO, out=tmp_path / "out", preset="muselle").jobs
    sent = pickle.dumps(Task(job, 1, run_job))
    returned = pickle.dumps(make(job))
    assert len(sent) < 32_000
    assert len(returned) < 32_000
    assert b"ndarray" not in sent + returned


def test_paths_are_those_of_the_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ENV_PATHS, f"/mnt/share=/data/share{os.pathsep}/mnt/share/in=/fast/in")
    pairs = path_map(Path("/opt/mediakit/presets"))
    assert mapped(Path("/mnt/share/out/a.jpg"), pairs) == Path("/data/share/out/a.jpg")
    assert mapped(Path("/mnt/share/in/a.jpg"), pairs) == Path("/fast/in/a.jpg")
    assert mapped(Path("/mnt/shared/a.jpg"), pairs) == Path("/mnt/shared/a.jpg")
    photo_shoot(tmp_path / "shoot", 1)
    (job,) = dry_run(tmp_path / "shoot", to=TO, out=tmp_path / "out", preset="muselle").jobs
    moved = relocated(job, ((str(tmp_path), "/there"),))
    assert moved.source.path == Path("/there/shoot/IMG_0000.jpg")
    assert moved.out == Path("/there/out")
    assert [w.fingerprint for w in moved.wanted] == [w.recipe.fingerprint() for w in moved.wanted]


def test_the_daemon_and_the_command_work_on_a_cluster(two_workers: TestCluster, share: Path) -> None:
    inbox, out = photo_shoot(share / "inbox", 3), share / "watched"
    command = [sys.executable, "-m", "mediakit", "watch", str(inbox), "--once", "--settle", "0.2", "--out", str(out)]
    said = [*command, "--to", TO[0], "--cluster", two_workers.address]
    ended = subprocess.run(said, capture_output=True, text=True, check=False, timeout=250)
    assert ended.returncode == 0, ended.stderr
    assert len(deliverables(out)) == 3
    command = [sys.executable, "-m", "mediakit", "process", str(inbox), "--out", str(share / "processed")]
    ended = subprocess.run([*command, *said[-4:]], capture_output=True, text=True, check=False, timeout=250)
    assert ended.returncode == 0, ended.stderr
    assert deliverables(share / "processed") == deliverables(out)


def test_a_run_that_is_given_up_stops_its_workers(two_workers: TestCluster, share: Path) -> None:
    class StopError(Exception):
        pass

    def give_up() -> None:
        raise StopError

    shoot = photo_shoot(share / "given-up", 6)
    with pytest.raises(StopError), running_on(two_workers.address):
        process(shoot, to=TO, out=share / "given-up-out", listener=Heard(1, give_up))
    with running_on(two_workers.address):
        result = process(shoot, to=TO, out=share / "given-up-out")
    assert result.exit_code == 0
    assert len(deliverables(share / "given-up-out")) == 6
