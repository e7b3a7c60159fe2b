"""Reads the rules: those shipped in `rules/*.toml`, then a brand's own files on top.

A brand's file may bring new rules (`[[rule]]`), add words to one that is there (`[[adjust]]`) and let something pass with
a reason (`[[relax]]`). A file that does not load is a DataError that names file and line; everything wrong is listed at
once, and nothing is half loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from mediakit.caption.fold import pattern_folded, tight
from mediakit.caption.schema import Adjust, Guard, Relax, Rule, RulesFile, Severity
from mediakit.errors import DataError
from mediakit.platforms.load import platforms, surfaces
from mediakit.presets.toml_file import Key, TomlFile, read_toml
from mediakit.presets.validate import Mistake, as_json, mistakes, nearest

_HINT = "Compare it with a file in mediakit/caption/rules."
_BRACES = re.compile(r"\{([^{}]*)\}")
_PATTERN_KEYS = (
    "patterns",
    "disguise_patterns",
    "near_patterns",
    "unless_before",
    "unless_after",
    "unless_clause",
    "unless_sentence",
    "unless_text",
    "info_if_text",
    "before",
    "before_en",
    "after",
    "clause",
    "post",
    "unless_post",
)
EVERYWHERE = "all"


@dataclass(frozen=True, eq=False)
class Rulebook:
    """Every rule in force, by id, with what they refer to. Compared by identity: one book, one compiled matcher."""

    rules: Mapping[str, Rule]
    guards: Mapping[str, Guard]
    groups: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, str]
    pinyin: Mapping[str, str]
    split: Mapping[str, str]
    sound: Mapping[str, str]
    ordinary: frozenset[str]
    relaxed: tuple[Relax, ...] = ()
    files: tuple[Path, ...] = field(default=())

    def applies(self, rule: Rule, platform: str, surface: str = "") -> bool:
        """Whether `rule` is for that platform, or for that surface of it."""
        return any(self._names(name, platform, surface) for name in rule.on)

    def severity(self, rule: Rule, platform: str, surface: str = "") -> Severity:
        """How bad a breach is there."""
        said = [level for name, level in rule.severity_on.items() if self._names(name, platform, surface)]
        return said[-1] if said else rule.severity

    def _names(self, name: str, platform: str, surface: str) -> bool:
        return name in (EVERYWHERE, platform, surface) or platform in self.groups.get(name, ())


def load_rules(extra: Sequence[Path] = (), relax: Sequence[Relax] = ()) -> Rulebook:
    """The shipped rules and those of `extra` (files, or folders of `.toml` files), later ones on top.

    `relax` are decisions made elsewhere, as in a preset. Raises DataError naming file and line.
    """
    if not extra and not relax:
        return _shipped_book()
    return _book([*_shipped(), *(_read(path) for path in _files(extra))], relax)


def expand(word: str) -> tuple[str, ...]:
    """A term with its alternatives written out: `最{好,佳}的` is 最好的 and 最佳的."""
    found = _BRACES.search(word)
    if found is None:
        return (word,)
    choices = found[1].split(",")
    return tuple(whole for choice in choices for whole in expand(word[: found.start()] + choice + word[found.end() :]))


@cache
def _shipped_book() -> Rulebook:
    return _book(_shipped(), ())


@cache
def _shipped() -> tuple[tuple[TomlFile, RulesFile], ...]:
    folder = Path(str(files("mediakit.caption"))) / "rules"
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


def _files(extra: Iterable[Path]) -> Iterator[Path]:
    for path in extra:
        if path.is_dir():
            inside = sorted(path.glob("*.toml"))
            if not inside:
                raise DataError(f"{path} holds no rules.", "Put a .toml file there, or name a file.")
            yield from inside
        else:
            yield path


def _read(path: Path) -> tuple[TomlFile, RulesFile]:
    toml = read_toml(path)
    found = mistakes(RulesFile, toml.table)
    _raise(toml, found)
    said = RulesFile.model_validate_json(as_json(toml.table), strict=True)
    _raise(toml, [*_bad_patterns(said), *_empty_words(said)])
    return toml, said


def _raise(toml: TomlFile, found: Sequence[Mistake]) -> None:
    if found:
        raise DataError("\n".join(mistake.at(toml) for mistake in found), _HINT)


def _bad_patterns(said: RulesFile) -> Iterator[Mistake]:
    for table, entries in (("rule", said.rule), ("guard", said.guard), ("adjust", said.adjust)):
        for index, entry in enumerate(entries):
            for name in _PATTERN_KEYS:
                for pattern in getattr(entry, name, ()):
                    try:
                        re.compile(pattern_folded(pattern))
                    except re.error as error:
                        yield Mistake((table, index, name), f"{pattern!r} is no pattern: {error}")


def _empty_words(said: RulesFile) -> Iterator[Mistake]:
    """Words that are a single character, or nothing but signs: they would fire everywhere."""
    for table, entries in (("rule", said.rule), ("adjust", said.adjust)):
        for index, entry in enumerate(entries):
            for name in ("terms_zh", "terms_en", "disguises"):
                for word in getattr(entry, name, ()):
                    if any(len(tight(one)) < 2 for one in expand(word)):
                        words = f"{word!r} comes down to fewer than two characters; use `exact` or `patterns`"
                        yield Mistake((table, index, name), words)


def _book(read: Sequence[tuple[TomlFile, RulesFile]], relax: Sequence[Relax]) -> Rulebook:
    rules: dict[str, Rule] = {}
    guards: dict[str, Guard] = {}
    groups: dict[str, tuple[str, ...]] = {}
    sources: dict[str, str] = {}
    pinyin: dict[str, str] = {}
    split: dict[str, str] = {}
    sound: dict[str, str] = {}
    ordinary: set[str] = set()
    relaxed: list[Relax] = []
    for toml, said in read:
        for index, rule in enumerate(said.rule):
            if rule.id in rules:
                words = f"{rule.id!r} is there already; add to it with [[adjust]], let it pass with [[relax]]"
                _raise(toml, [Mistake(("rule", index, "id"), words)])
            rules[rule.id] = rule
        guards |= {guard.id: guard for guard in said.guard}
        groups |= said.groups
        sources |= said.sources
        pinyin |= {char: syllable for syllable, chars in said.spelling.pinyin.items() for char in chars}
        split |= {char: pieces for pieces, char in said.spelling.split.items()}
        sound |= said.spelling.sound
        ordinary.update(one for line in said.words.ordinary for one in line.split())
        relaxed += said.relax
    for toml, said in read:
        _raise(toml, [*_dangling(said, rules, guards, groups, sources)])
        for adjust in said.adjust:
            rules[adjust.rule] = _adjusted(rules[adjust.rule], adjust)
    for one in relax:
        if one.rule not in rules:
            raise DataError(f"caption.relax: there is no rule {one.rule!r}; {nearest(one.rule, [*rules])}", _HINT)
    paths = tuple(toml.path for toml, _ in read)
    return Rulebook(
        rules, guards, groups, sources, pinyin, split, sound, frozenset(ordinary), (*relaxed, *relax), paths
    )


def _dangling(
    said: RulesFile,
    rules: Mapping[str, Rule],
    guards: Mapping[str, Guard],
    groups: Mapping[str, tuple[str, ...]],
    sources: Mapping[str, str],
) -> Iterator[Mistake]:
    """Names that a file refers to and that nobody has."""
    places = {EVERYWHERE, *groups, *(p.id for p in platforms()), *(s.id for s in surfaces())}

    def unknown(key: Key, names: Iterable[str], known: Iterable[str]) -> Iterator[Mistake]:
        valid = [*known]
        for name in names:
            if name not in valid:
                yield Mistake(key, f"there is no {name!r}; {nearest(name, valid)}")

    for index, rule in enumerate(said.rule):
        yield from unknown(("rule", index, "on"), rule.on, places)
        yield from unknown(("rule", index, "severity_on"), rule.severity_on, places)
        yield from unknown(("rule", index, "guards"), rule.guards, guards)
        cited = [name for name in rule.source if "://" not in name and re.fullmatch(r"S\d+", name)]
        yield from unknown(("rule", index, "source"), cited, sources)
    for index, adjust in enumerate(said.adjust):
        yield from unknown(("adjust", index, "rule"), [adjust.rule], rules)
        yield from unknown(("adjust", index, "on"), adjust.on, places)
    for index, relax in enumerate(said.relax):
        yield from unknown(("relax", index, "rule"), [relax.rule], rules)
    for name, inside in said.groups.items():
        yield from unknown(("groups", name), inside, [p.id for p in platforms()])


def _adjusted(rule: Rule, adjust: Adjust) -> Rule:
    added = {
        name: (*getattr(rule, name), *getattr(adjust, name))
        for name in ("on", "terms_zh", "terms_en", "patterns", "near", "near_patterns")
    }
    return rule.model_copy(update=added | ({"severity": adjust.severity} if adjust.severity else {}))
