"""What a cluster costs and how it scales, on this machine: python benchmarks/cluster.py [--photos 24] [--tasks 300]

Waiting jobs of two seconds on 1, 2 and 4 workers: how much of the time the cluster itself takes, which fewer cores
than workers can tell, too. Empty jobs: how many a second one head and one scheduler pass through, and the CPU time
each takes; that is the ceiling of one head. Photos: the same shoot made by a pool of processes here and by a cluster
of one and of two workers, as CPU seconds a photo of each part and as wall time. Messages: the bytes a job sends and
returns. CPU times hold on a busy machine, wall times only on a quiet one.
"""

from __future__ import annotations

import argparse
import os
import pickle
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from cluster_kit import WAIT_S, TestCluster, cluster, wait_a_while
from shoots import photo_shoot

from mediakit.api import dry_run, process
from mediakit.batch.executor import Task
from mediakit.batch.make import make
from mediakit.batch.plan import Job
from mediakit.batch.problems import refused
from mediakit.batch.workers import run_job, run_jobs, running_on
from mediakit.model import Kind, Source
from mediakit.presets.schema import Limits

KIT = sys.path[0]
SIZE = (4032, 3024)
TO = ["xiaohongshu.image", "wechat-moments.single", "weibo.image"]


NOTHING: Any = refused
"""Work without work: it has to be a function of the package, for workers know no other. (The number stands for a problem.)"""


def head_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def far_cpu_s(found: TestCluster) -> dict[str, float]:
    """CPU seconds so far of the scheduler and of the workers with everything they started."""
    tree: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        tree.setdefault(int(words[1]), []).append(int(stat.parent.name))
        times[int(stat.parent.name)] = sum(map(int, words[11:15])) / 100

    def whole(pid: int) -> float:
        return times.get(pid, 0.0) + sum(whole(child) for child in tree.get(pid, []))

    return {"scheduler": whole(found.scheduler.pid), "workers": whole(found.workers.pid)}


def _any_job(folder: Path) -> Job:
    photo_shoot(folder / "few", 1)
    facts = (folder / "few/IMG_0000.jpg").stat()
    source = Source(folder / "few", "IMG_0000.jpg", Kind.PHOTO, facts.st_size, facts.st_mtime_ns)
    return Job(source=source, sha256="", out=None, limits=Limits(), settings="")


def empty_jobs(folder: Path, count: int) -> None:
    """The ceiling: jobs that do nothing, through the pool here and through a cluster of two workers."""
    jobs = [_any_job(folder)] * count
    print(f"\n{count} jobs without work      wall a job   head CPU   scheduler CPU   workers' CPU")
    start, cpu = time.monotonic(), head_cpu_s()
    assert len(list(run_jobs(jobs, processes=2, threads=1, work=NOTHING))) == count
    per = [1000 * x / count for x in (time.monotonic() - start, head_cpu_s() - cpu)]
    print(f"  pool of two processes    {per[0]:7.2f} ms {per[1]:8.2f} ms")
    with cluster(folder) as found, running_on(found.address):
        list(run_jobs(jobs[:8], processes=2, threads=1, work=NOTHING))  # hello, and the children are there
        start, cpu, far = time.monotonic(), head_cpu_s(), far_cpu_s(found)
        assert len(list(run_jobs(jobs, processes=2, threads=1, work=NOTHING))) == count
        wall, head, after = time.monotonic() - start, head_cpu_s() - cpu, far_cpu_s(found)
        per = [1000 * x / count for x in (wall, head, *(after[key] - far[key] for key in ("scheduler", "workers")))]
    print(f"  cluster of two workers   {per[0]:7.2f} ms {per[1]:8.2f} ms {per[2]:10.2f} ms {per[3]:12.2f} ms")


def waiting_jobs(folder: Path, count: int) -> None:
    """Jobs that wait, which more workers than cores can do side by side: what is lost is the cluster's."""
    jobs = [_any_job(folder)] * count
    print(f"\n{count} jobs of {WAIT_S:.0f} s, waiting      wall   of the ideal")
    for workers in (1, 2, 4):
        with cluster(folder, workers=workers) as found, running_on(found.address):
            list(run_jobs(jobs[: 4 * workers], processes=1, threads=1, work=NOTHING))
            start = time.monotonic()
            assert len(list(run_jobs(jobs, processes=1, threads=1, work=wait_a_while))) == count
            wall = time.monotonic() - start
        print(f"  cluster of {workers} worker(s)   {wall:8.1f} s {count * WAIT_S / workers / wall:10.2f}", flush=True)


def photos(folder: Path, count: int) -> None:
    """The same shoot here and there."""
    shoot = folder / "shoot"
    from shoots import save_photo_at

    for index in range(count):
        save_photo_at(shoot / f"IMG_{index:04}.jpg", seed=index, size=SIZE)
    print(
        f"\n{count} photos of 12 MP, three surfaces   wall a photo   head CPU   scheduler   workers   (CPU s a photo)"
    )
    for jobs in (1, 2):
        out = folder / f"local-{jobs}"
        start, cpu = time.monotonic(), head_cpu_s()
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        process(shoot, to=TO, out=out, jobs=jobs)
        wall, head = time.monotonic() - start, head_cpu_s() - cpu
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        work = after.ru_utime + after.ru_stime - children.ru_utime - children.ru_stime
        print(
            f"  here, {jobs} process(es)            {wall / count:9.3f} s {head / count:11.3f} {'':11} {work / count:9.3f}"
        )
    for workers in (1, 2):
        out = folder / f"far-{workers}"
        with cluster(folder, workers=workers) as found, running_on(found.address):
            before = far_cpu_s(found)
            start, cpu = time.monotonic(), head_cpu_s()
            process(shoot, to=TO, out=out, jobs=workers)
            wall, head, after_far = time.monotonic() - start, head_cpu_s() - cpu, far_cpu_s(found)
        far = {key: (after_far[key] - before[key]) / count for key in before}
        words = f"{wall / count:9.3f} s {head / count:11.3f} {far['scheduler']:11.3f} {far['workers']:9.3f}"
        print(f"  cluster, {workers} worker(s)          {words}")


def messages(folder: Path) -> None:
    """Bytes of one photo's job and outcome."""
    (folder / "m").mkdir()
    photo_shoot(folder / "m/shoot", 1)
    (job,) = dry_run(folder / "m/shoot", to=TO, out=folder / "m/out", preset="muselle").jobs
    sent, back = len(pickle.dumps(Task(job, 1, run_job))), len(pickle.dumps(make(job)))
    print(f"\none photo, three surfaces: {sent} bytes to the worker, {back} back")


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reader.add_argument("--photos", type=int, default=24)
    reader.add_argument("--tasks", type=int, default=300)
    reader.add_argument("--waiting", type=int, default=24)
    said = reader.parse_args()
    os.environ["PYTHONPATH"] = os.pathsep.join([KIT, os.environ.get("PYTHONPATH", "")])  # for the workers
    with tempfile.TemporaryDirectory(prefix="mediakit-cluster-") as work:
        messages(Path(work))
        if said.waiting:
            waiting_jobs(Path(work), said.waiting)
        if said.tasks:
            empty_jobs(Path(work), said.tasks)
        if said.photos:
            photos(Path(work), said.photos)


if __name__ == "__main__":
    main()
