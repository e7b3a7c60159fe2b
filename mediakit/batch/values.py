"""Outcomes to JSON and back: the ledger and the report store what `make` returned.

The saliency grid is the one thing left out: it is pixels, and nothing reads it once the crop is chosen.
"""

from __future__ import annotations

import dataclasses
from enum import Enum
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from mediakit.model import Delivered, Outcome, Saliency

Value = TypeVar("Value")


def to_json(value: Any) -> Any:
    """A value of `mediakit.model` as dicts, lists and scalars; fractions become floats."""
    if isinstance(value, Saliency):
        return None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, Path):
        return str(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return value.item()  # a NumPy scalar


def outcome_from_json(data: Any) -> Outcome:
    """The inverse of `to_json` for an Outcome."""
    return cast(Outcome, _reader(Outcome).validate_python(data))


def delivered_from_json(data: Any) -> Delivered:
    """The inverse of `to_json` for a Delivered."""
    return cast(Delivered, _reader(Delivered).validate_python(data))


def read_value(kind: type[Value], data: Any) -> Value:
    """The inverse of `to_json` for any of our values."""
    return cast(Value, _reader(cast(Any, kind)).validate_python(data))


@cache
def _reader(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
