"""A worker process's first steps. Imports next to nothing, so that they come before the libraries that start threads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mediakit.tools.reach import Reach

_TUNABLES, _LARGE_PAGES = "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"


@contextmanager
def large_pages() -> Iterator[None]:
    """Within it, processes that are started get their memory in pages of 2 MB where the system has them.

    A picture is thousands of pages of 4 kB, and looking up where each lies is a tenth of a photo's time. The C library
    reads this before a program's first line, hence by the environment; what a user set there stands.
    """
    if _TUNABLES in os.environ:
        yield
        return
    os.environ[_TUNABLES] = _LARGE_PAGES
    try:
        yield
    finally:
        os.environ.pop(_TUNABLES, None)


def prepare_worker(reach: Reach | None = None) -> None:
    """Tie a worker to one core, its clips' encoder apart, and to its parent's life; confine it before it reads anything.

    reach: what it needs of the disk; None leaves it all that its user has.
    OpenCV and OpenBLAS on two threads make a photo no sooner: its pieces are small, and the second core waits spinning.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    import signal

    from mediakit.tools.confine import confine_worker

    confine_worker()
    # Ctrl-C reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from mediakit.tools.child import die_with_parent

    die_with_parent()
    if reach is not None:
        from mediakit.tools.reach import keep_to

        keep_to(reach)
    import cv2

    cv2.setNumThreads(1)
