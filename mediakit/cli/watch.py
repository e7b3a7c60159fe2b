"""`mediakit watch`: the main job for a folder that never sleeps."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from mediakit.cli import options
from mediakit.cli.console import say
from mediakit.cli.watch_voice import Lines
from mediakit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from mediakit.watch.daemon import Daemon
    from mediakit.watch.serve import Live

MODES = ("auto", "events", "poll")


def watch(
    inbox: Annotated[Path, typer.Argument(metavar="INBOX", help="Folder to watch. Never written to.")],
    preset: options.Preset = None,
    to: options.To = None,
    out: options.Out = options.DEFAULT_OUT,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, then end.")] = False,
    settle: Annotated[
        float | None,
        typer.Option(min=0.0, help="Seconds a file must not change before it is opened. Default: 5, on shares 15."),
    ] = None,
    scan_every: Annotated[
        float | None,
        typer.Option(min=0.2, help="Seconds between two looks at the whole folder. Default: 10, without events 1."),
    ] = None,
    mode: Annotated[str, typer.Option(help="auto, events or poll; auto polls network shares.")] = "auto",
    whole_folders: Annotated[
        bool, typer.Option("--whole-folders", help="Begin with a folder only when all of it is quiet.")
    ] = False,
    grace: Annotated[
        float, typer.Option(min=0.0, help="Seconds that running work gets when it is told to stop.")
    ] = 60.0,
    serve: Annotated[
        str | None,
        typer.Option(help="A live page at this address, such as 127.0.0.1:8800; on another host, with a token."),
    ] = None,
    min_free: Annotated[
        float, typer.Option(min=0.0, help="Megabytes that stay free on the disk of --out; below, nothing is taken up.")
    ] = 500.0,
    ignore: Annotated[
        list[str] | None,
        typer.Option(help="Leave alone what is called like this, such as '*draft*' or 'old/*'. May repeat."),
    ] = None,
    jobs: options.Jobs = None,
    cluster: options.Cluster = None,
) -> None:
    """Make everything that arrives in a folder, for days, and say at once how good each photo is.

    SIGTERM or Ctrl-C lets running work finish; a second one stops at once. What was finished stays.

    Examples:

      mediakit watch inbox/ --preset muselle --out ready/
      mediakit watch /mnt/share/inbox --mode poll --scan-every 5 --out ready/
      mediakit watch inbox/ --once --out ready/
      mediakit watch inbox/ --serve 127.0.0.1:8800 --out ready/
    """
    if mode not in MODES:
        raise UsageError(f"There is no mode {mode}.", f"Say one of {', '.join(MODES)}.")
    from mediakit.watch.daemon import Daemon
    from mediakit.watch.habits import Habits
    from mediakit.watch.order import order_for

    order = order_for(inbox, preset=preset, to=to or (), out=out, jobs=jobs, cluster=cluster)
    habits = Habits(
        mode=cast(Literal["auto", "events", "poll"], mode),
        settle_s=settle,
        scan_s=scan_every,
        once=once,
        whole_folders=whole_folders,
        grace_s=grace,
        least_free_bytes=round(min_free * 1e6),
        ignore=tuple(ignore or ()),
    )
    live = _live(serve, out)
    daemon = Daemon(order, habits, Lines(live))
    interrupted = _obey_signals(daemon)
    try:
        code = daemon.run()
    finally:
        if live is not None:
            live.close()
    raise typer.Exit(ExitCode.INTERRUPTED if interrupted and interrupted[0] == signal.SIGINT else code)


def _live(address: str | None, out: Path) -> Live | None:
    if address is None:
        return None
    from mediakit.watch.serve import Live, parse_address

    live = Live(*parse_address(address), out)
    say(f"Live page: {live.address}")
    return live


def _obey_signals(daemon: Daemon) -> list[int]:
    """The first signal drains, the second stops. Returns the list that signals are noted in."""
    noted: list[int] = []

    def obey(number: int, _: object) -> None:
        noted.append(number)
        if len(noted) > 1:
            daemon.stop_now()
        daemon.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, obey)
    return noted
