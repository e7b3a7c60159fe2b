"""What `--help` says: every command shows how it is used, in words that it takes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from mediakit.cli.app import app_of, readable


def commands(command: Any, name: str = "mediakit") -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below:
        yield name, command
    for word, one in below.items():
        yield from commands(one, f"{name} {word}")


EVERY = dict(commands(readable(typer.main.get_command(app_of()))))


def examples(command: Any) -> list[str]:
    lines = (line.split("[/not dim]")[-1] for line in command.help.splitlines())
    return [line for line in lines if line.startswith("mediakit ")]


@pytest.mark.parametrize("name", EVERY)
def test_every_command_has_an_example_of_itself(name: str) -> None:
    shown = examples(EVERY[name])
    assert shown
    assert all(line.startswith(name) for line in shown)


@pytest.mark.parametrize("name", EVERY)
def test_examples_use_options_that_the_command_has(name: str) -> None:
    taken = {option for one in EVERY[name].params for option in (*one.opts, *one.secondary_opts)}
    for line in examples(EVERY[name]):
        said = {word for word in shlex.split(line) if re.match("--?[a-z]", word)}
        assert said <= taken, line


@pytest.mark.parametrize("name", EVERY)
def test_paragraphs_are_one_line_that_the_terminal_wraps(name: str) -> None:
    for paragraph in EVERY[name].help.split("\n\n"):
        lines = paragraph.splitlines()
        assert len(lines) == 1 or lines[0] == "Examples:"


def test_an_indented_line_is_an_example_and_a_flag_names_no_type() -> None:
    app = typer.Typer()

    @app.command()
    def sweep(twice: bool = False) -> None:
        """Sweep the shop.

        With a broom that
        is ours.

        Examples:

          mediakit sweep
          mediakit sweep --twice
        """

    @app.command()
    def other() -> None:
        """Do nothing."""

    swept = dict(commands(readable(typer.main.get_command(app))))["mediakit sweep"]
    assert swept.help.startswith("Sweep the shop.\n\nWith a broom that is ours.\n\nExamples:\n")
    assert examples(swept) == ["mediakit sweep", "mediakit sweep --twice"]
    assert [one.metavar for one in swept.params if one.name == "twice"] == [""]
