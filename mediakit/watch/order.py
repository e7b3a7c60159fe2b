"""From a command line to what is wanted of whatever arrives."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import mediakit
from mediakit.api import DEFAULT_PRESET
from mediakit.batch.shoot import Shoot, refuse_overlap
from mediakit.errors import ClashError, UsageError
from mediakit.platforms.targets import resolve
from mediakit.presets.load import load_preset
from mediakit.presets.lock import locked_name, refuse_other
from mediakit.presets.shoot import shoot_settings
from mediakit.store.address import address_of
from mediakit.watch.rounds import Order


def order_for(
    inbox: Path,
    *,
    preset: str | Path | None = None,
    to: Sequence[str] = (),
    out: Path,
    jobs: int | None = None,
    cluster: str | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Order:
    """Resolve preset and targets. The inbox may be empty, but it must be a folder.

    Raises a SetupError: no such folder, an output or a preset inside the inbox, a preset that does not load.
    """
    if not inbox.is_dir():
        raise UsageError(f"{inbox} is not a folder.", "Give the folder that the photos arrive in.")
    if address_of(out) is not None:
        raise UsageError(f"watch cannot write to {address_of(out)}.", "Watch into a folder, or run: mediakit process")
    root = inbox.resolve()
    settings = shoot_settings(root)
    name = preset or settings.preset or locked_name(root) or DEFAULT_PRESET
    loaded = load_preset(name, overrides=overrides or {})
    refuse_other(root, load_preset(name) if overrides else loaded)
    folder = loaded.folder.resolve()
    if root == folder or root in folder.parents:
        raise ClashError(
            f"The preset {loaded.preset.name} lies inside the watched folder {inbox}.",
            "Keep presets where nobody drops files.",
        )
    refuse_overlap(Shoot(root, (root,), (), ()), out)
    _refuse_the_program(root, out)
    targets = resolve(to or settings.targets or loaded.preset.targets)
    return Order(root=root, out=out, preset=loaded, targets=targets, targets_said=bool(to), jobs=jobs, cluster=cluster)


def _refuse_the_program(root: Path, out: Path) -> None:
    """Raise ClashError where strangers' files would lie among the program's own, around them, or results be written there."""
    for place in (Path(sys.prefix).resolve(), Path(mediakit.__file__).resolve().parent):
        within = next((folder for folder in (root, out.resolve()) if place == folder or place in folder.parents), None)
        if within is not None or root in place.parents:
            raise ClashError(f"{within or root} and the program in {place} overlap.", "Give them folders of their own.")
