"""How long it takes to plan a very large shoot, and to find that nothing is left to do; and how much memory.

    python benchmarks/planning.py [--files 100000] [--folder DIR]

The photos are small and all different. First `mediakit process --dry-run` plans them with an empty ledger (every file is
hashed). Then a ledger and outputs are laid down as a run would have left them (a few photos are really made, the others'
rows are copied from theirs), and `mediakit process` runs over all of it: once with the reports to be written, once more
with nothing left to do. Printed for each: processor time, wall time, peak memory. What scenes have in common is switched
off, since it is found by looking at the pictures, which is work and no planning.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from mediakit import api
from mediakit.batch.ledger import Ledger
from mediakit.batch.outfolder import ledger_path, only_run
from mediakit.batch.values import to_json

KINDS = 4
IN_A_FOLDER = 1000
TARGET = "xiaohongshu.image"
PRESET = """
schema = 1
name = "planning"
version = "1"
title = "Planning"
extends = "base"
[develop]
share_scene = false
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--files", type=int, default=100_000)
    options.add_argument("--folder", type=Path, help="where to work; a temporary folder otherwise")
    said = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = said.folder or Path(temporary)
        shoot, out, preset = folder / "shoot", folder / "out", folder / "planning"
        preset.mkdir(parents=True, exist_ok=True)
        (preset / "preset.toml").write_text(PRESET)
        if not shoot.exists():
            make_shoot(shoot, said.files)
        command = ["process", str(shoot), "--preset", str(preset), "--to", TARGET, "--out", str(out)]
        measured(f"plan {said.files} files, nothing known", [*command, "--dry-run", "--json"])
        if not out.exists():
            lay_down(shoot, preset, out)
        measured("nothing to make, all reports to be written", command)
        pretend_that_it_made_them(out)
        measured("nothing to do", command)


def make_shoot(shoot: Path, count: int) -> None:
    """Small JPEGs that differ by a comment."""
    rng = np.random.default_rng(1)
    kinds = []
    for _ in range(KINDS):
        buffer = io.BytesIO()
        small = rng.integers(60, 200, (6, 8, 3), np.uint8)
        Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=60)
        kinds.append(buffer.getvalue())
    for index in range(count):
        folder = shoot / f"day {index // IN_A_FOLDER:03}"
        folder.mkdir(parents=True, exist_ok=True)
        start, rest = kinds[index % KINDS][:2], kinds[index % KINDS][2:]
        comment = b"%08d" % index
        marker = b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment
        (folder / f"IMG_{index % IN_A_FOLDER:04}.jpg").write_bytes(start + marker + rest)


def lay_down(shoot: Path, preset: Path, out: Path) -> None:
    """The ledger and the files that a run over everything would leave."""
    few = sorted((shoot / "day 000").iterdir())[:KINDS]
    made = api.process(*few, preset=preset, to=[TARGET], out=out.with_name("few")).outcomes
    found, loaded, targets = api.prepare([shoot], preset, [TARGET], out)
    with only_run(out), Ledger(ledger_path(out)) as ledger:
        plan = api.plan_shoot(found, loaded, targets, out, ledger, force=False)
        database = ledger._db
        with database:
            for index, job in enumerate(plan.jobs):
                like, (item,) = made[index % KINDS], job.wanted
                path = out / item.path
                path.parent.mkdir(parents=True, exist_ok=True)
                os.link(out.with_name("few") / like.delivered[0].path, path)
                one = replace(like.delivered[0], path=item.path, fingerprint=item.fingerprint)
                outcome = replace(like, rel=job.source.rel, sha256=job.sha256, delivered=(one,))
                facts = path.stat()
                row = (item.path, job.source.rel, item.target, job.sha256, item.fingerprint)
                database.execute(
                    "INSERT INTO outputs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*row, facts.st_size, facts.st_mtime_ns, json.dumps(to_json(one))),
                )
                database.execute(
                    "INSERT INTO sources VALUES (?, ?, ?, ?)",
                    (job.source.rel, job.sha256, job.settings, json.dumps(to_json(outcome))),
                )


def pretend_that_it_made_them(out: Path) -> None:
    """So that the next run has to turn every "made" of manifest.json into "kept", as a second run has."""
    with Ledger(ledger_path(out)) as ledger:
        note = ledger.found("told")
        if note is not None:
            ledger.keep({"told": {**note, "made": True}})


def measured(what: str, arguments: list[str]) -> None:
    start = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "mediakit", "--quiet", *arguments], stdout=subprocess.DEVNULL
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall_s, cpu_s = time.monotonic() - start, used.ru_utime + used.ru_stime
    print(
        f"{what}: {cpu_s:.1f} s of a core ({wall_s:.0f} s passed), {used.ru_maxrss / 1024:.0f} MB, exit {process.returncode}",
        flush=True,
    )


if __name__ == "__main__":
    main()
