"""`mediakit preset`: list, show, check and start brand presets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediakit.cli.console import out, say
from mediakit.errors import DataError, ExitCode

if TYPE_CHECKING:
    from mediakit.presets.load import LoadedPreset

app = typer.Typer(
    no_args_is_help=True, help="Brand presets: what there is, what each wants, and one preset for all stores."
)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]


@app.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Every preset that a name can mean, its version and where it lies. The first of a name is the one that is used.

    Examples:

      mediakit preset list
    """
    from mediakit.presets.places import places, presets_in

    rows: list[dict[str, object]] = []
    for place in places():
        for folder in presets_in(place.folder):
            rows.append({"name": folder.name, "from": place.title, "path": str(folder), **_summary(folder)})
    if as_json:
        _print_json({"schema": 1, "presets": rows})
        return
    from rich.table import Table

    table = Table("name", "version", "title", "from", "signed", "targets", box=None, pad_edge=False)
    for row in rows:
        targets = row["targets"]
        told = ", ".join(targets) if isinstance(targets, list) else f"does not load: {row['error']}"
        columns = ("name", "version", "title", "from", "signed_by")
        table.add_row(*(_plain(row[column] or "") for column in columns), _plain(told))
    out().print(table)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A preset's name or folder.")] = "base", *, as_json: AsJson = False
) -> None:
    """Every value that is in force, and who said it.

    Examples:

      mediakit preset show muselle
      mediakit preset show ./mybrand --json
    """
    from mediakit.presets.load import effective, load_preset
    from mediakit.presets.toml_file import join_key

    loaded = load_preset(name)
    rows = [(join_key(key), value, loaded.origins[join_key(key)]) for key, value in effective(loaded.preset)]
    if as_json:
        values = {key: {"value": value, "origin": origin} for key, value, origin in rows}
        _print_json({"schema": 1, **_identity(loaded), "values": values})
        return
    from rich.table import Table

    table = Table("key", "value", "said by", box=None, pad_edge=False)
    for key, value, origin in rows:
        said = "-" if value is None else json.dumps(value, ensure_ascii=False)
        table.add_row(_plain(key), _plain(said), _plain(origin), style="dim" if origin == "default" else None)
    out().print(table)
    say(f"{loaded.preset.name}, fingerprint {loaded.fingerprint}, {loaded.folder}")


@app.command()
def check(
    presets: Annotated[list[str], typer.Argument(help="Names or folders of presets.")], *, as_json: AsJson = False
) -> None:
    """Load presets as a batch would, and say everything that is wrong with them. Exit 3 if anything is.

    Examples:

      mediakit preset check ./mybrand
    """
    from mediakit.presets.load import load_preset

    rows: list[dict[str, object]] = []
    for said in presets:
        try:
            loaded = load_preset(said)
        except DataError as error:
            rows.append({"preset": said, "ok": False, "errors": error.message.split("\n"), "hint": error.hint})
        else:
            rows.append({"preset": said, "ok": True, **_identity(loaded), "errors": [], "hint": ""})
    if as_json:
        _print_json({"schema": 1, "presets": rows})
    else:
        for row in rows:
            _tell(row)
    if not all(row["ok"] for row in rows):
        raise typer.Exit(ExitCode.DATA_INVALID)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits, hyphens.")],
    extends: Annotated[str, typer.Option(help="The preset to start from.")] = "base",
    into: Annotated[Path, typer.Option("--in", help="The folder of presets to put it in.")] = Path("presets"),
) -> None:
    """Start a preset: a folder with a commented preset.toml.

    Examples:

      mediakit preset new mybrand
      mediakit preset new mybrand-outlet --extends mybrand
    """
    from mediakit.presets.starter import write_starter

    folder = write_starter(name, base=extends, below=into)
    out().print(str(folder), markup=False)
    say(f"Put logo.png, look.cube and beds/ into it, edit preset.toml, then: mediakit preset check {folder}")


@app.command()
def approve(
    photos: Annotated[list[Path], typer.Argument(help="Photos the brand has posted, or folders of them.")],
    preset: Annotated[str, typer.Option("--preset", help="The preset to keep them in: a name or a folder.")],
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="How many photos at a time.")] = None,
) -> None:
    """Tell a preset which posts the brand was happy with; scores then say where a photo stands among them.

    Only scores and their parts are kept (approved.json beside preset.toml), never the photos.

    Examples:

      mediakit preset approve posted/ --preset ./mybrand
    """
    from statistics import median

    from mediakit.batch.look import approve as keep

    path, known = keep(photos, preset=preset, jobs=jobs)
    out().print(str(path), markup=False)
    say(f"{len(known)} approved posts, half of them score {median(one.value for one in known):.0f} and more.")


def _summary(folder: Path) -> dict[str, object]:
    from mediakit.presets.install import installed_record
    from mediakit.presets.load import load_preset

    record = installed_record(folder)
    came = {"signed_by": record.get("key"), "pack_sha256": record.get("sha256")}
    try:
        loaded = load_preset(folder)
    except DataError as error:
        return {"version": None, "fingerprint": None, "title": "", "targets": None, "error": str(error), **came}
    preset = loaded.preset
    said = {"version": preset.version, "fingerprint": loaded.fingerprint, "title": preset.title}
    return {**said, "targets": list(preset.targets), "error": None, **came}


def _identity(loaded: LoadedPreset) -> dict[str, object]:
    return {
        "name": loaded.preset.name,
        "version": loaded.preset.version,
        "fingerprint": loaded.fingerprint,
        "path": str(loaded.folder),
        "files": [str(path) for path in loaded.files],
    }


def _tell(row: dict[str, object]) -> None:
    if row["ok"]:
        out().print(f"{row['preset']}: fine (fingerprint {row['fingerprint']})", markup=False)
        return
    errors = row["errors"]
    for line in errors if isinstance(errors, list) else []:
        out().print(line, markup=False)
    say(str(row["hint"]))


def _plain(value: object) -> str:
    """Text for a table cell, where Rich would otherwise read square brackets as markup."""
    from rich.markup import escape

    return escape(str(value))


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
