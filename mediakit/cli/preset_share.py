"""`mediakit preset pack|key|install|diff|lock`: one preset, the same in every store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mediakit.cli import options
from mediakit.cli.console import out, say
from mediakit.cli.preset import app

if TYPE_CHECKING:
    from mediakit.presets.load import LoadedPreset
    from mediakit.report.sheet import Pair

__all__ = ["app"]

Name = Annotated[str, typer.Argument(help="A preset's name or folder.")]


@app.command()
def pack(
    name: Name,
    to: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file. Default: NAME-VERSION.mediakit-preset")
    ] = None,
    sign: Annotated[
        Path | None, typer.Option("--sign", metavar="KEY", help="The brand's private key (mediakit preset key).")
    ] = None,
) -> None:
    """Make one file of a preset: its logo, look, music, rules, and those of the presets it extends.

    The same preset makes the same bytes, so its hash tells whether two stores have the same.

    Examples:

      mediakit preset pack muselle --out /mnt/brand/muselle.mediakit-preset
      mediakit preset pack muselle --sign ~/muselle.key
    """
    from mediakit.presets.load import load_preset
    from mediakit.presets.pack import write_pack

    loaded = load_preset(name)
    path = to or Path(f"{loaded.preset.name}-{loaded.preset.version}.mediakit-preset")
    made = write_pack(name, path, private_key=sign)
    out().print(str(path), markup=False)
    say(f"{made.name} version {made.version}, {len(made.files)} files, sha256 {made.sha256}")
    if made.signed_by:
        say(f"Signed by {made.signed_by}")


@app.command()
def key(
    file: Annotated[Path, typer.Argument(help="Where to write the private key. Keep it, and keep it to yourself.")],
) -> None:
    """Make a key to sign presets with, and print the public one, which the brand publishes.

    Examples:

      mediakit preset key ~/muselle.key
    """
    from mediakit.presets.sign import new_key

    out().print(new_key(file), markup=False, soft_wrap=True)
    say(f"The private key is in {file}. Whoever has it can sign as the brand.")


@app.command()
def install(
    file: Annotated[
        Path, typer.Argument(help="A file that `preset pack` made, or a shared folder of them.", exists=True)
    ],
    into: Annotated[Path | None, typer.Option("--in", help="The folder of presets. Default: yours.")] = None,
    sha256: Annotated[str | None, typer.Option(help="Install only if the file has this hash.")] = None,
    signer: Annotated[
        str | None, typer.Option("--key", metavar="ed25519:...", help="Install only if this key signed it.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would change.")] = False,
) -> None:
    """Check a preset that somebody packed, and install it. Nothing in it is ever run.

    A preset that came signed is only updated by a pack that the same key signed.

    Examples:

      mediakit preset install /mnt/brand/muselle.mediakit-preset
      mediakit preset install /mnt/brand/muselle.mediakit-preset --dry-run
      mediakit preset install /mnt/brand --key ed25519:...
    """
    from mediakit.errors import DataError
    from mediakit.presets.install import newest_in
    from mediakit.presets.pack import read_pack

    for pack in newest_in(file) if file.is_dir() else [file]:
        if sha256 is not None and read_pack(pack).sha256 != sha256.lower():
            raise DataError(f"{pack} is not the file with that hash.", "Ask the brand for the right one.")
        _install(pack, into, signer, dry_run=dry_run)


def _install(pack: Path, into: Path | None, signer: str | None, *, dry_run: bool) -> None:
    from mediakit.presets.install import install as put

    done = put(pack, into, key=signer, dry=dry_run)
    out().print(str(done.folder), markup=False)
    for change in done.changes:
        say(f"  {change.key}: {_said(change.before)} -> {_said(change.after)}")
    if not done.same:
        say("It was packed with another mediakit: what is made of it may differ in detail. Use one version everywhere.")
    what = "updated" if done.was_there else "installed"
    say(f"{done.pack.name} version {done.pack.version} {'would be ' if dry_run else ''}{what}.")
    say(f"Signed by {done.pack.signed_by}." if done.pack.signed_by else "It is not signed.")


@app.command()
def diff(
    before: Name,
    after: Name,
    photos: Annotated[
        list[Path] | None, typer.Option("--photo", help="Make this photo with both, for the sheet. May repeat.")
    ] = None,
    sheet: Annotated[Path, typer.Option(help="Where the page with both goes.")] = Path("preset-diff.html"),
    to: options.To = None,
) -> None:
    """What two presets (names, folders or packed files) want differently, and how the same photos come out.

    Examples:

      mediakit preset diff muselle muselle-2.mediakit-preset
      mediakit preset diff muselle muselle-2.mediakit-preset --photo IMG_2043.jpg --photo IMG_2047.jpg
    """
    import tempfile

    from mediakit.presets.install import differences, install
    from mediakit.presets.load import load_preset

    with tempfile.TemporaryDirectory() as shelf:

        def loaded(said: str, number: int) -> LoadedPreset:
            if not Path(said).is_file():
                return load_preset(said)
            return load_preset(install(Path(said), Path(shelf, str(number))).folder)

        one, other = loaded(before, 1), loaded(after, 2)
        changes = list(differences(one, other))
        for change in changes:
            out().print(f"{change.key}: {_said(change.before)} -> {_said(change.after)}", markup=False)
        say(f"{len(changes)} differences." if changes else "They want the same.")
        if photos:
            from mediakit.report.sheet import Row, write_sheet

            names = (f"{one.preset.name} {one.preset.version}", f"{other.preset.name} {other.preset.version} (new)")
            pairs = _pairs(photos, one, other, to or list(other.preset.targets), Path(shelf))
            write_sheet(sheet, names, [Row(c.key, c.before, c.after) for c in changes], pairs)
            out().print(str(sheet), markup=False)


def _pairs(photos: list[Path], one: LoadedPreset, other: LoadedPreset, to: list[str], work: Path) -> Iterator[Pair]:
    """The photos made with both presets, as the main job makes them, one pair for each deliverable."""
    from mediakit.api import process
    from mediakit.report.sheet import Pair

    made: list[dict[str, tuple[Path | None, str]]] = []
    for number, loaded in enumerate((one, other)):
        folder = work / f"made-{number}"
        found: dict[str, tuple[Path | None, str]] = {}
        for outcome in process(*photos, preset=loaded.folder, to=to, out=folder).outcomes:
            if outcome.problem is not None:
                found[outcome.rel] = (None, outcome.problem.message)
            for item in outcome.delivered:
                is_there = item.status == "made" and item.path.endswith(".jpg")
                found[f"{outcome.rel}, {item.target}"] = (folder / item.path if is_there else None, item.why)
        made.append(found)
    for title in sorted({*made[0], *made[1]}):
        (before, why), (after, why_after) = (found.get(title, (None, "")) for found in made)
        if before or after:
            yield Pair(title, before, after, why, why_after)


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
