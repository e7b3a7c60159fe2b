"""One job: a source in, its checked deliverables on disk, an outcome back.

Touches only its source (to read) and OUT. Knows nothing of the other jobs, the ledger or the terminal, and may run inline,
in another process or on another machine. Whatever goes wrong with the file comes back as a Problem, never as an exception.
"""

from __future__ import annotations

import errno
import traceback

from mediakit.batch.outfolder import home
from mediakit.batch.plan import Job
from mediakit.batch.problems import problem_of, refused
from mediakit.errors import DataError, Fault, FileError, MissingPartError
from mediakit.model import Kind, Outcome, Problem


def make(job: Job, *, threads: int = 1) -> Outcome:
    """Do the job. Never raises for what is wrong with the file; a KeyboardInterrupt passes through."""
    try:
        refuse_changed(job)
        outcome = _make(job, threads)
        refuse_changed(job)
    except Exception as error:
        return refused(job, _named(job, error))
    return outcome


def _named(job: Job, error: Exception) -> Problem:
    """Any exception as what a person is told."""
    rel = job.source.rel
    match error:
        case FileError():
            return problem_of(error)
        case MissingPartError():
            return Problem(Fault.MISSING_PART, f"{rel}: {error.message}", error.hint)
        case DataError():  # a bed or a logo that passed the look from outside and cannot be used after all
            return Problem(Fault.PRESET_ASSET, f"{rel}: {error.message}", error.hint)
        case MemoryError():
            words = f"{rel} needs more memory than there is."
            return Problem(Fault.OUT_OF_MEMORY, words, "Run with --jobs 1, or make the picture smaller.")
        case OSError():
            return _os_problem(job, error)
    return _our_mistake(job, error)


def refuse_changed(job: Job) -> None:
    """Raise CHANGED where the source is not the file that was planned: what was made of it would be wrong.

    Checked before and after, since a sync client may replace a file while it is being read.
    """
    try:
        facts = job.source.path.stat()
    except OSError as error:
        words = f"{job.source.rel} cannot be read any more ({error.strerror})."
        raise FileError(Fault.UNREADABLE, words, "Put it back and run again.") from error
    if (facts.st_size, facts.st_mtime_ns) != (job.source.bytes, job.source.mtime_ns):
        raise FileError(Fault.CHANGED, f"{job.source.rel} changed while it was being worked on.", "Run again.")


def _make(job: Job, threads: int) -> Outcome:
    if job.source.kind is Kind.PHOTO:
        from mediakit.batch.make_photo import make_photo

        return make_photo(job)
    from mediakit.batch.make_clip import make_clip

    return make_clip(job, threads=threads)


def _os_problem(job: Job, error: OSError) -> Problem:
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return Problem(
            Fault.DISK_FULL, f"The disk filled up during {job.source.rel}.", "Free some space and run again."
        )
    words = f"{job.source.rel} cannot be read or its results not written ({error.strerror or error})."
    return Problem(Fault.UNREADABLE, words, "Check permissions of the source and of the output folder.")


def _our_mistake(job: Job, error: Exception) -> Problem:
    """An exception nobody foresaw: the traceback goes to a file a developer can ask for, a sentence to the user."""
    words = f"{job.source.rel}: mediakit made a mistake ({type(error).__name__}: {error})."
    if job.out is None:
        return Problem(Fault.INTERNAL, words, "Report it with the file, if it may be shared.")
    log = home(job.out) / "mistakes.log"
    with log.open("a", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(f"{job.source.rel}\n{''.join(traceback.format_exception(error))}\n")
    return Problem(Fault.INTERNAL, words, f"Report it with {log}.")
