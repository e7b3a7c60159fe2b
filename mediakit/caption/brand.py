"""A brand's own say: the rules files, relaxations and sponsorship that its preset names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mediakit.caption.load import Rulebook, load_rules
from mediakit.caption.schema import Relax
from mediakit.errors import DataError
from mediakit.presets.load import LoadedPreset
from mediakit.presets.toml_file import read_toml
from mediakit.presets.validate import nearest


def rules_of(preset: LoadedPreset, extra: Sequence[Path] = ()) -> Rulebook:
    """The rules in force under a preset: the shipped ones, the preset's own files, `extra`, and what it relaxes.

    Raises DataError naming file and line, in the rules files and in the preset itself.
    """
    words = preset.preset.caption
    own = [preset.assets[f"caption.rules.{index}"] for index in range(len(words.rules))]
    relax = [Relax.model_validate(one.model_dump()) for one in words.relax]
    book = load_rules([*own, *extra])
    for one in relax:
        if one.rule not in book.rules:
            words_near = nearest(one.rule, [*book.rules])
            raise DataError(f"{_where(preset)}: caption.relax: there is no rule {one.rule!r}; {words_near}")
    return load_rules([*own, *extra], relax) if relax else book


def _where(preset: LoadedPreset) -> str:
    """`path:line` of the relaxations, in the file of the chain that says them last."""
    key = ("caption", "relax")
    for path in reversed(preset.files):
        file = read_toml(path)
        if file.line_of(key) is not None and "caption" in file.table:
            return file.at(key)
    return str(preset.files[-1])
