r"""An ffmpeg filtergraph as values: built, linked, and turned into text last.

Values are escaped twice because ffmpeg unpacks twice: per option (\ ' :), then per graph (\ ' [ ] , ;). Source: "Notes on
filtergraph escaping" in the ffmpeg-filters manual. No caller ever glues strings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

Value = str | int | float | Fraction


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter and its options."""

    name: str
    options: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        words = ":".join(f"{key}={_escape(_escape(str(value), ':'), '[],;')}" for key, value in self.options)
        return f"{self.name}={words}" if words else self.name


def make(name: str, **options: Value) -> Filter:
    """A filter by name: `make("crop", w=1080, h=1440)`. A trailing underscore lets an option be called `in_`."""
    return Filter(name, tuple((key.rstrip("_"), value) for key, value in options.items()))


def _escape(text: str, special: str) -> str:
    return "".join(f"\\{char}" if char in "\\'" + special else char for char in text)


@dataclass(frozen=True, slots=True)
class Chain:
    """Filters one after the other, from labelled inputs to labelled outputs."""

    inputs: tuple[str, ...]
    filters: tuple[Filter, ...]
    outputs: tuple[str, ...]

    def __str__(self) -> str:
        steps = ",".join(str(step) for step in self.filters) or "null"
        return "".join(f"[{pad}]" for pad in self.inputs) + steps + "".join(f"[{pad}]" for pad in self.outputs)


def graph_text(chains: Iterable[Chain]) -> str:
    """What `-filter_complex` reads."""
    return ";".join(str(chain) for chain in chains)
