"""Holds what somebody said against the schema and says what is wrong in words: line, key, and the nearest valid name.

Each file of an `extends` chain is checked by itself, so a mistake in a base is shown where it stands even when the
brand on top says otherwise.
"""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from mediakit.presets.toml_file import Key, TomlFile, join_key

_WORDS = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list in [ ]",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "missing": "is missing",
    "string_too_short": "must not be empty",
}
_BOUNDS = {
    "greater_than_equal": ("must be at least", "ge"),
    "greater_than": ("must be more than", "gt"),
    "less_than_equal": ("must be at most", "le"),
    "less_than": ("must be less than", "lt"),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong: which key, and what about it."""

    key: Key
    words: str

    def at(self, file: TomlFile) -> str:
        """`path:line: key: words`."""
        shown = f" {join_key(self.key)}:" if self.key else ""
        return f"{file.at(self.key)}:{shown} {self.words}"


def mistakes(model: type[BaseModel], table: Mapping[str, object]) -> list[Mistake]:
    """Everything about `table` that `model` does not take, in the order of the schema; types are taken literally."""
    try:
        model.model_validate_json(as_json(table), strict=True)
    except ValidationError as error:
        return [_mistake(model, found) for found in error.errors(include_url=False)]
    return []


def as_json(table: Mapping[str, object]) -> str:
    """The table as JSON, where a TOML list is a tuple's equal.

    TOML's dates become objects and its `nan` and `inf` text, which no key takes.
    """
    return json.dumps(_finite(table), default=lambda value: {"date": str(value)})


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def nearest(word: str, known: Sequence[str]) -> str:
    """` Did you mean ...?`, or the valid names where none is near."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.55)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"valid here: {', '.join(sorted(known))}" if known else ""


def _mistake(model: type[BaseModel], error: Any) -> Mistake:
    key: Key = tuple(error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        return Mistake(key, f"unknown key; {_nearest_key(model, key)}")
    if kind == "literal_error":
        return Mistake(key, _not_among(model, key, error))
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return Mistake(key, f"is {error['input']}, {words} {error['ctx'][bound]:g}")
    if kind == "string_pattern_mismatch":
        return Mistake(key, f"is {error['input']!r}; {_pattern_words(key)}")
    if kind == "missing":
        return Mistake(key, _WORDS[kind])
    words = _WORDS.get(kind, str(error["msg"]))
    return Mistake(key, f"is {_shown(error['input'])}, {words}")


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:80]


def _pattern_words(key: Key) -> str:
    if key[-1] in ("name", "extends", "id", "rule"):
        return "a name has lower-case letters, digits and hyphens, 64 at most"
    return 'a colour is written "#rrggbb"'


def _not_among(model: type[BaseModel], key: Key, error: Any) -> str:
    expected = [value for value in _choices(_annotation(model, key)) if isinstance(value, str)]
    said = error["input"]
    if expected and isinstance(said, str):
        return f"is {said!r}; {nearest(said, expected)}"
    return f"is {_shown(said)}, must be {error['ctx']['expected']}"


def _nearest_key(model: type[BaseModel], key: Key) -> str:
    said = str(key[-1])
    here = _keys_below(model, key[:-1])
    close = difflib.get_close_matches(said, here, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    elsewhere = {join_key(path): path for path in _all_keys(model)}
    for dotted, path in elsewhere.items():
        if path[-1] == said:
            return f"did you mean {dotted!r}?"
    return nearest(said, here)


def _keys_below(model: type[BaseModel], key: Key) -> list[str]:
    below = _model_in(_annotation(model, key)) if key else model
    return [] if below is None else [_spelled(below, name) for name in below.model_fields]


def _spelled(model: type[BaseModel], name: str) -> str:
    return model.model_fields[name].alias or name


def _annotation(model: type[BaseModel], key: Key) -> Any:
    """The type behind a key; lists and free tables are stepped through."""
    here: Any = model
    for part in key:
        inner = _model_in(here)
        if isinstance(part, int) or inner is None:
            continue
        fields = {_spelled(inner, name): field for name, field in inner.model_fields.items()}
        here = fields[part].annotation if part in fields else here
    return here


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The schema class somewhere inside a type: Bed in tuple[Bed, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg)) is not None), None)


def _choices(annotation: Any) -> list[object]:
    values: list[object] = []
    for arg in get_args(annotation):
        values.extend(_choices(arg) if get_args(arg) else [arg])
    return values


def _all_keys(model: type[BaseModel], above: Key = ()) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        key = (*above, _spelled(model, name))
        yield key
        inner = _model_in(field.annotation)
        if inner is not None:
            yield from _all_keys(inner, key)
