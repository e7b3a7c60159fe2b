"""Loading a preset: find it, read what it extends, lay the tables over each other, and refuse what cannot be meant.

Tables merge key by key, lists are replaced whole. Later wins: the base's base, the base, the preset, the command line.
Every effective value keeps its origin. What is refused: an unknown key, a wrong type, an asset that is missing, outside
the folder or not what it should be, a contradiction, an unknown target or surface. The error is a DataError that names
file and line (UsageError where the command line said it), and lists everything found at once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mediakit.errors import DataError, SetupError, UsageError
from mediakit.presets import assets, places
from mediakit.presets.assets import AssetError
from mediakit.presets.check import contradictions
from mediakit.presets.recipe import STAFF
from mediakit.presets.schema import Preset
from mediakit.presets.toml_file import Key, TomlFile, join_key, read_toml, split_key
from mediakit.presets.validate import Mistake, as_json, mistakes

COMMAND_LINE = "command line"
DEFAULT = "default"
_DEEPEST = 16
_SAID_FOR_ONE = frozenset({"schema", "name", "version", "title", "extends"})
"""Keys a preset says about itself; a preset that extends it does not inherit them."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One voice: a preset file, or the command line."""

    title: str
    file: TomlFile
    folder: Path | None
    """None for the command line, whose files may lie anywhere."""

    @property
    def said(self) -> Mapping[str, object]:
        """The table."""
        return self.file.table


@dataclass(frozen=True, eq=False)
class LoadedPreset:
    """A preset ready for use.

    `origins` maps every dotted key of the schema to who said it: "muselle/preset.toml", "command line" or "default".
    `assets` maps the keys that name files (`overlay.logo`, `sound.beds.0.file`) to those files. `files` are all preset
    files that were read, the base first: who watches a preset watches these.
    """

    preset: Preset
    folder: Path
    origins: Mapping[str, str]
    assets: Mapping[str, Path]
    files: tuple[Path, ...]
    fingerprint: str = field(default="")
    """16 hex digits over every effective value and the bytes of every asset."""


def load_preset(name_or_folder: str | Path, *, overrides: Mapping[str, object] | None = None) -> LoadedPreset:
    """The preset of that name or folder, with `overrides` (dotted key to value; None means not said) on top.

    Raises DataError (exit 3) for anything wrong in a file, UsageError (exit 2) for anything wrong in `overrides`.
    """
    folder = places.find(name_or_folder)
    layers = _chain(folder)
    spoken = _command_line(overrides or {})
    for layer in layers:
        _raise(layer, mistakes(Preset, layer.said))
    _raise(spoken, [m for m in mistakes(Preset, {"schema": 1, "name": "x", **spoken.said}) if m.key])
    voices = [*layers, spoken]
    table, by_key = _merged(voices)
    preset = Preset.model_validate_json(as_json(table), strict=True)
    found = _assets(preset, by_key)
    _raise_contradictions(preset, by_key)
    return LoadedPreset(
        preset=preset,
        folder=folder,
        origins=_origins(preset, by_key),
        assets=found,
        files=tuple(layer.file.path for layer in layers),
        fingerprint=_fingerprint(preset, found),
    )


def _chain(folder: Path) -> list[Layer]:
    """The preset and all it extends, the base first."""
    layers = [_layer(folder)]
    seen = [folder.resolve()]
    while isinstance(name := layers[-1].said.get("extends"), str):
        sayer = layers[-1]
        where = sayer.file.at(("extends",))
        if not places.NAME.fullmatch(name):
            raise DataError(f"{where}: extends: {name!r} is no preset name.", "Give the name of a preset, not a path.")
        try:
            base = places.find_base(name, sayer.folder or folder)
        except DataError as error:
            raise DataError(f"{where}: extends: {error.message}", error.hint) from error
        if base.resolve() in seen or len(seen) == _DEEPEST:
            names = " -> ".join([*(path.name for path in seen), base.name])
            raise DataError(f"{where}: extends: presets extend each other in a circle: {names}.", "Break the circle.")
        seen.append(base.resolve())
        layers.append(_layer(base))
    return layers[::-1]


def _layer(folder: Path) -> Layer:
    title = f"{folder.resolve().name}/{places.FILE}"
    return Layer(title, read_toml(folder / places.FILE), folder)


def _command_line(overrides: Mapping[str, object]) -> Layer:
    table: dict[str, object] = {}
    for dotted, value in overrides.items():
        if value is None:
            continue
        *above, last = [str(part) for part in split_key(dotted)]
        inner = table
        for part in above:
            inner = inner.setdefault(part, {})  # type: ignore[assignment]
        inner[last] = value
    plain: dict[str, object] = json.loads(json.dumps(table, default=str))
    return Layer(COMMAND_LINE, TomlFile(Path(COMMAND_LINE), plain, {}), None)


def _merged(voices: list[Layer]) -> tuple[dict[str, object], dict[Key, Layer]]:
    table: dict[str, object] = {}
    by_key: dict[Key, Layer] = {}
    for index, voice in enumerate(voices):
        own = index >= len(voices) - 2
        said = {key: value for key, value in voice.said.items() if own or key not in _SAID_FOR_ONE}
        _lay_over(table, said, (), voice, by_key)
    return table, by_key


def _lay_over(
    under: dict[str, object], over: Mapping[str, object], above: Key, voice: Layer, by_key: dict[Key, Layer]
) -> None:
    for name, value in over.items():
        key = (*above, name)
        if isinstance(value, Mapping):
            inner = under.get(name)
            merged = dict(inner) if isinstance(inner, Mapping) else {}
            _lay_over(merged, value, key, voice, by_key)
            under[name] = merged
        else:
            under[name] = value
            by_key[key] = voice


def _raise(layer: Layer, found: list[Mistake]) -> None:
    if not found:
        return
    if layer.folder is None:
        text = "\n".join(f"{join_key(mistake.key)} {mistake.words}" for mistake in found)
        raise UsageError(text, "Said on the command line.")
    text = "\n".join(mistake.at(layer.file) for mistake in found)
    raise DataError(text, "Every key there is, with its value: mediakit preset show base")


def _raise_contradictions(preset: Preset, by_key: Mapping[Key, Layer]) -> None:
    problems: list[str] = []
    typed = False
    for mistake in contradictions(preset, lambda key: key in by_key):
        layer = _voice(by_key, mistake.key)
        typed = typed or (layer is not None and layer.folder is None)
        if layer is None:
            problems.append(f"{join_key(mistake.key)}: {mistake.words}")
        elif layer.folder is None:
            problems.append(f"{join_key(mistake.key)} (command line): {mistake.words}")
        else:
            problems.append(mistake.at(layer.file))
    if problems:
        kind: type[SetupError] = UsageError if typed else DataError
        raise kind("\n".join(problems), "See what is in force, and who said it: mediakit preset show NAME")


def _voice(by_key: Mapping[Key, Layer], key: Key) -> Layer | None:
    """Who said `key`, or the last who said something inside it; None for a default."""
    within = [layer for said, layer in by_key.items() if said[: len(key)] == key]
    return within[-1] if within else None


def named_files(preset: Preset) -> Iterator[tuple[Key, str]]:
    """Every key that names a file, with what it says."""
    if preset.develop.look is not None:
        yield ("develop", "look"), preset.develop.look
    if preset.overlay.logo is not None:
        yield ("overlay", "logo"), preset.overlay.logo
    if preset.overlay.font is not None:
        yield ("overlay", "font"), preset.overlay.font
    if preset.overlay.logo_on_dark is not None:
        yield ("overlay", "logo_on_dark"), preset.overlay.logo_on_dark
    for index, bed in enumerate(preset.sound.beds):
        yield ("sound", "beds", index, "file"), bed.file
    for index, rules in enumerate(preset.caption.rules):
        yield ("caption", "rules", index), rules


def _assets(preset: Preset, by_key: Mapping[Key, Layer]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    wrong: list[tuple[Layer, Mistake]] = []
    for key, said in named_files(preset):
        layer = by_key[key[:2]]
        try:
            found[join_key(key)] = _asset(layer, key, said)
        except AssetError as error:
            wrong.append((layer, Mistake(key, str(error))))
    staff = preset.privacy.staff
    if staff is not None:
        layer = by_key["privacy", "staff"]
        try:
            found.update(_staff(layer, staff))
        except AssetError as error:
            wrong.append((layer, Mistake(("privacy", "staff"), str(error))))
    for layer, _ in wrong:
        _raise(layer, [mistake for sayer, mistake in wrong if sayer is layer])
    return found


def _staff(layer: Layer, said: str) -> dict[str, Path]:
    """The reference photos in the folder that `privacy.staff` names."""
    folder = Path(said).expanduser() if layer.folder is None else assets.within(layer.folder, said)
    return {f"{STAFF}{name}": path for name, path in assets.photos_in(folder, said).items()}


def _asset(layer: Layer, key: Key, said: str) -> Path:
    here = layer.folder
    path = assets.existing(Path(said).expanduser(), said) if here is None else assets.locate(here, said)
    checks = {"look": assets.check_cube, "beds": assets.check_bed, "rules": assets.check_rules}
    check = checks.get(str(key[1]), assets.check_logo)
    check(path)
    return path


def _origins(preset: Preset, by_key: Mapping[Key, Layer]) -> dict[str, str]:
    origins: dict[str, str] = {}
    for key, _ in effective(preset):
        layer = by_key.get(key)
        origins[join_key(key)] = DEFAULT if layer is None else layer.title
    return origins


def effective(preset: Preset) -> Iterator[tuple[Key, object]]:
    """Every key of the schema with its value, in the schema's order; lists are values, tables are walked."""
    yield from _walk(preset.model_dump(mode="json", by_alias=True), ())


def _walk(table: Mapping[str, object], above: Key) -> Iterator[tuple[Key, object]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _walk(value, (*above, name))
        else:
            yield (*above, name), value


def _fingerprint(preset: Preset, found: Mapping[str, Path]) -> str:
    fields: dict[str, object] = preset.model_dump(mode="json")
    fields["assets"] = {key: assets.reference(path).sha256 for key, path in sorted(found.items())}
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
