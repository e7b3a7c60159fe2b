"""How long after the last byte of a photo the daemon says its verdict: the wait that it makes, and the processor time.

    python benchmarks/verdict.py PHOTO [--times 5]

A daemon is started on an empty folder; once it is warm the photo is copied in (with a comment of its own each time), and the
line with its score is waited for. Wall time is honest only on a machine with nothing else to do; processor time counts what
the daemon and its workers spent from the copy to the line.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("photo", type=Path)
    options.add_argument("--times", type=int, default=5)
    said = options.parse_args()
    content = said.photo.read_bytes()
    walls, spent = [], []
    with tempfile.TemporaryDirectory() as temporary:
        inbox = Path(temporary, "inbox")
        inbox.mkdir()
        command = [sys.executable, "-m", "mediakit", "watch", str(inbox), "--out", str(Path(temporary, "out"))]
        daemon = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        assert daemon.stderr is not None
        try:
            daemon.stderr.readline()
            until_idle(daemon.pid)
            for number in range(said.times):
                comment = b"\xff\xfe\x00\x06%04d" % number
                before = spent_s(daemon.pid)
                with Path(inbox, f"{number}.jpg").open("wb") as photo:
                    photo.write(content[:2] + comment + content[2:])
                start = time.monotonic()
                while not daemon.stderr.readline().startswith(f"{number}.jpg: "):
                    pass
                walls.append(time.monotonic() - start)
                spent.append(spent_s(daemon.pid) - before)
                until_idle(daemon.pid)
        finally:
            os.killpg(daemon.pid, signal.SIGKILL)
            daemon.wait()
    print(f"from the last byte to the verdict: median {statistics.median(walls):.2f} s, most {max(walls):.2f} s")
    print(f"processor time in between: median {statistics.median(spent):.2f} s, most {max(spent):.2f} s")


def until_idle(group: int) -> None:
    """Until the daemon and its workers spend next to nothing."""
    while True:
        before = spent_s(group)
        time.sleep(3)
        if spent_s(group) - before < 0.1:
            return


def spent_s(group: int) -> float:
    """Processor time of the living processes of a group."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
