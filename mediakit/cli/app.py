"""The command line: registers one command a file, and turns errors into a sentence and an exit code."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from mediakit.cli import (
    audio,
    caption,
    check,
    cull,
    doctor,
    preset_share,
    process,
    resize,
    retouch,
    score,
    status,
    target,
    watch,
)
from mediakit.cli.console import MANNERS, err
from mediakit.errors import ExitCode, MediakitError, SetupError

HELP = """Photos and clips from a store's phones, made ready to post: cropped, retouched, checked, with a report.

[bold]mediakit process shoot/[/bold] makes everything the preset's platforms ask for. Originals are never written to, and
nothing leaves this machine. 门店照片与视频,一条命令,即可发布。
"""

app = typer.Typer(
    help=HELP, no_args_is_help=True, rich_markup_mode="rich", add_completion=False, pretty_exceptions_enable=False
)


@app.callback(invoke_without_command=True)
def manners(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more; show tracebacks.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Options that every command understands."""
    MANNERS.quiet, MANNERS.verbose = quiet, verbose
    if version:
        from mediakit import __version__

        typer.echo(__version__)
        raise typer.Exit


app.command("process")(process.process)
app.command("retouch")(retouch.retouch)
app.command("resize")(resize.resize)
app.command("audio")(audio.audio)
app.command("score")(score.score)
app.command("cull")(cull.cull)
app.command("watch")(watch.watch)
app.command("status")(status.status)
app.command("retry")(status.retry)
app.command("check")(check.check)
app.command("caption")(caption.caption)
app.command("doctor")(doctor.doctor)
app.add_typer(target.app, name="target")
app.add_typer(preset_share.app, name="preset")


def main() -> None:
    """The `mediakit` command. Exits with the codes of `mediakit.errors.ExitCode`."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait by spinning, on cores that jobs could use
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # looking for them reads every package's metadata
    gc.set_threshold(100_000, 50, 50)  # what imports leave behind is no garbage, and takes long to be looked through
    code = run(sys.argv[1:])
    gc.freeze()  # nor is it on the way out
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        code = app(arguments, standalone_mode=False)
    except KeyboardInterrupt:
        return _interrupted()
    except MediakitError as error:
        return _explained(error)
    except Exception as error:
        return _from_click(error)
    return int(code or 0)


def _from_click(error: Exception) -> int:
    """A mistyped command line exits 2 with its own words; anything else is our mistake, and says so."""
    name = type(error).__name__
    if name == "Abort":
        return _interrupted()
    if hasattr(error, "show") and hasattr(error, "exit_code"):
        error.show()
        return int(error.exit_code)
    if MANNERS.verbose:
        raise error
    err().print(f"mediakit made a mistake: {name}: {error}", markup=False)
    err().print("Run it again with --verbose before the command and report what it prints.", markup=False)
    return ExitCode.SOME_FAILED


def _explained(error: MediakitError) -> int:
    err().print(f"mediakit: {error.message}", markup=False)
    if error.hint:
        err().print(error.hint, markup=False)
    if MANNERS.verbose:
        err().print_exception()
    return error.exit_code if isinstance(error, SetupError) else ExitCode.SOME_FAILED


def _interrupted() -> int:
    err().print("Stopped. What was finished stays; run it again to go on from there.", markup=False)
    return ExitCode.INTERRUPTED
