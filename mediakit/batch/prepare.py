"""A worker process's first steps. Imports next to nothing, so that they come before the libraries that start threads."""

from __future__ import annotations

import os


def prepare_worker() -> None:
    """Tie a worker to one core, its clips' encoder apart, and to its parent's life; confine it before it reads anything.

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
    import cv2

    cv2.setNumThreads(1)
