"""`mediakit preset pack|install|diff|lock`: one preset, the same in every store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mediakit.cli.console import out, say
from mediakit.cli.preset import app

__all__ = ["app"]

Name = Annotated[str, typer.Argument(help="A preset's name or folder.")]


@app.command()
def pack(
    name: Name,
    to: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file. Default: NAME-VERSION.mediakit-preset")
    ] = None,
) -> None:
    """Make one file of a preset: its logo, look, music, rules, and those of the presets it extends.

    The same preset makes the same bytes, so its hash tells whether two stores have the same.

    Examples:

      mediakit preset pack muselle --out /mnt/brand/muselle.mediakit-preset
    """
    from mediakit.presets.load import load_preset
    from mediakit.presets.pack import write_pack

    loaded = load_preset(name)
    path = to or Path(f"{loaded.preset.name}-{loaded.preset.version}.mediakit-preset")
    made = write_pack(name, path)
    out().print(str(path), markup=False)
    say(f"{made.name} version {made.version}, {len(made.files)} files, sha256 {made.sha256}")


@app.command()
def install(
    file: Annotated[Path, typer.Argument(help="A file that `preset pack` made.", exists=True, dir_okay=False)],
    into: Annotated[Path | None, typer.Option("--in", help="The folder of presets. Default: yours.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Install only if the file has this hash.")] = None,
) -> None:
    """Check a preset that somebody packed, and install it. Nothing in it is ever run.

    Examples:

      mediakit preset install /mnt/brand/muselle.mediakit-preset
    """
    from mediakit.errors import DataError
    from mediakit.presets.install import install as put
    from mediakit.presets.pack import read_pack

    if sha256 is not None and read_pack(file).sha256 != sha256.lower():
        raise DataError(f"{file} is not the file with that hash.", "Ask the brand for the right one.")
    done = put(file, into)
    out().print(str(done.folder), markup=False)
    for change in done.changes:
        say(f"  {change.key}: {_said(change.before)} -> {_said(change.after)}")
    if not done.same:
        say("It was packed with another mediakit: what is made of it may differ in detail. Use one version everywhere.")
    say(f"{done.pack.name} version {done.pack.version} {'updated' if done.was_there else 'installed'}.")


@app.command()
def diff(before: Name, after: Name) -> None:
    """What two presets (names, folders or packed files) want differently.

    Examples:

      mediakit preset diff muselle muselle-2.mediakit-preset
    """
    import tempfile

    from mediakit.presets.install import differences, install
    from mediakit.presets.load import LoadedPreset, load_preset

    with tempfile.TemporaryDirectory() as shelf:

        def loaded(said: str, number: int) -> LoadedPreset:
            if not Path(said).is_file():
                return load_preset(said)
            return load_preset(install(Path(said), Path(shelf, str(number))).folder)

        changes = list(differences(loaded(before, 1), loaded(after, 2)))
    for change in changes:
        out().print(f"{change.key}: {_said(change.before)} -> {_said(change.after)}", markup=False)
    say(f"{len(changes)} differences." if changes else "They want the same.")


@app.command()
def lock(
    shoot: Annotated[Path, typer.Argument(help="A shoot folder.", exists=True, file_okay=False)],
    preset: Annotated[str, typer.Option("--preset", "-p", help="The preset to pin.")] = "base",
) -> None:
    """Pin a shoot to the very preset it is made with (preset.lock), so that every store makes the same of it.

    Examples:

      mediakit preset lock shoot/ --preset muselle
    """
    from mediakit.presets.load import load_preset
    from mediakit.presets.lock import write_lock

    out().print(str(write_lock(shoot, load_preset(preset))), markup=False)


def _said(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
