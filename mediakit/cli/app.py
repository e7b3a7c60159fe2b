"""The command line: one command a file, and errors turned into a sentence and an exit code.

A command's file is loaded when that command is run, or when somebody asks what there is.
"""

from __future__ import annotations

import gc
import inspect
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated, Any

import typer

from mediakit.cli.console import MANNERS, err, one_line
from mediakit.errors import ExitCode, MediakitError, SetupError

HELP = """Photos and clips from a store's phones, made ready to post: cropped, retouched, checked, with a report.

[bold]mediakit process shoot/[/bold] makes everything the preset's platforms ask for. Originals are never written to, and
nothing leaves this machine. 门店照片与视频,一条命令,即可发布。
"""

_COMMANDS = {
    "process": "process",
    "retouch": "retouch",
    "resize": "resize",
    "audio": "audio",
    "score": "score",
    "cull": "cull",
    "reel": "reel",
    "watch": "watch",
    "worker": "worker",
    "status": "status",
    "retry": "status",
    "check": "check",
    "caption": "caption",
    "doctor": "doctor",
}
"""By name, in the order of `--help`: the file in this folder whose function of that name it is."""
_GROUPS = {"target": "target", "preset": "preset_share"}
"""Commands that have commands of their own: the file whose `app` they are."""
_INDENT = "[not dim]  [/not dim]"
"""Two spaces that Rich markup keeps: plain ones at the start of a line are taken for the docstring's own."""


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


def app_of(names: Iterable[str] = (*_COMMANDS, *_GROUPS)) -> typer.Typer:
    """The application with the commands of these `names`."""
    app = typer.Typer(
        help=HELP, no_args_is_help=True, rich_markup_mode="rich", add_completion=False, pretty_exceptions_enable=False
    )
    app.callback(invoke_without_command=True)(manners)
    for name in names:
        home = import_module(f"mediakit.cli.{_GROUPS.get(name) or _COMMANDS[name]}")
        if name in _GROUPS:
            app.add_typer(home.app, name=name)
        else:
            app.command(name)(getattr(home, name))
    return app


def readable(command: Any) -> Any:
    """A command whose `--help` reads as text: paragraphs fill the line, examples stand one a line, flags name no type.

    command: as `typer.main.get_command` makes it, changed in place, with all commands below it.
    """
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    texts = [" ".join(text.split()) for text in paragraphs if not text.startswith("  ")]
    examples = [line for text in paragraphs if text.startswith("  ") for line in text.splitlines()]
    command.help = "\n".join(["\n\n".join(texts), *(_INDENT + line.strip() for line in examples)])
    for option in command.params:
        if getattr(option, "is_flag", False):
            option.metavar = ""
    for below in getattr(command, "commands", {}).values():
        readable(below)
    return command


def _named(arguments: list[str]) -> Iterable[str]:
    """The command that the line is for, all of them where it names none."""
    first = next((word for word in arguments if not word.startswith("-")), "")
    return (first,) if first in _COMMANDS or first in _GROUPS else (*_COMMANDS, *_GROUPS)


def main() -> None:
    """The `mediakit` command. Exits with the codes of `mediakit.errors.ExitCode`."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its threads wait by spinning, on cores that jobs could use
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")  # looking for them reads every package's metadata
    gc.set_threshold(100_000, 50, 50)  # what imports leave behind is no garbage, and takes long to be looked through
    sys.setswitchinterval(0.0005)  # threads here come back from native code for a moment: 5 ms would be long to wait
    code = run(sys.argv[1:])
    gc.freeze()  # nor is it on the way out
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        command = readable(typer.main.get_command(app_of(_named(arguments))))
        code = command(arguments, standalone_mode=False)
    except KeyboardInterrupt:
        return _interrupted()
    except MediakitError as error:
        return _explained(error)
    except Exception as error:
        return _from_click(error, arguments)
    return int(code or 0)


def _from_click(error: Exception, arguments: list[str]) -> int:
    """A mistyped command line exits 2 with its own words; anything else is our mistake, and says so."""
    name = type(error).__name__
    if name == "Abort":
        return _interrupted()
    if hasattr(error, "show") and hasattr(error, "exit_code"):
        error.show()
        if dashed := next((word for word in arguments if word.startswith("-") and os.path.lexists(word)), None):
            err().print(one_line(f"A name that begins with a dash is written ./{dashed}"), markup=False)
        return int(error.exit_code)
    if MANNERS.verbose:
        raise error
    err().print(f"mediakit made a mistake: {name}: {error}", markup=False)
    err().print("Run it again with --verbose before the command and report what it prints.", markup=False)
    return ExitCode.SOME_FAILED


def _explained(error: MediakitError) -> int:
    for line in (*f"mediakit: {error.message}".splitlines(), *error.hint.splitlines()):
        err().print(one_line(line), markup=False)
    if MANNERS.verbose:
        err().print_exception()
    return error.exit_code if isinstance(error, SetupError) else ExitCode.SOME_FAILED


def _interrupted() -> int:
    err().print("Stopped. What was finished stays; run it again to go on from there.", markup=False)
    return ExitCode.INTERRUPTED
