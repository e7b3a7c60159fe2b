"""Write a network as ONNX bytes, as far as a chain of convolutions needs it.

ONNX is a protocol buffer: fields are a number, a kind and a value, and messages nest by length. Thirty lines of that
replace a package of 17 MB. Field numbers: onnx/onnx.proto (Apache-2.0), IR version 8, operator set 17.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_FLOAT, _INT_ATTRIBUTE, _STRING_ATTRIBUTE, _INTS_ATTRIBUTE = 1, 2, 3, 7


@dataclass
class Graph:
    """A network under construction: nodes in the order they run."""

    nodes: list[bytes] = field(default_factory=list)
    numbers: list[bytes] = field(default_factory=list)

    def constant(self, name: str, values: NDArray[np.float32]) -> str:
        """Add an array of weights; answers its name."""
        dims = b"".join(_varint_field(1, side) for side in values.shape)
        packed = np.ascontiguousarray(values, "<f4").tobytes()
        self.numbers.append(dims + _varint_field(2, _FLOAT) + _bytes_field(8, name.encode()) + _bytes_field(9, packed))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: int | str | Sequence[int]) -> str:
        """Add an operation; answers the name of its output."""
        parts = [_bytes_field(1, name.encode()) for name in inputs]
        parts += [_bytes_field(2, output.encode()), _bytes_field(4, kind.encode())]
        parts += [_bytes_field(5, _attribute(name, value)) for name, value in attributes.items()]
        self.nodes.append(b"".join(parts))
        return output

    def as_bytes(self, inputs: Mapping[str, int], outputs: Sequence[str]) -> bytes:
        """The model file. inputs: name and number of channels of each; height and width are free."""
        graph = b"".join(_bytes_field(1, node) for node in self.nodes) + _bytes_field(2, b"graph")
        graph += b"".join(_bytes_field(5, number) for number in self.numbers)
        graph += b"".join(_bytes_field(11, _picture(name, channels)) for name, channels in inputs.items())
        graph += b"".join(_bytes_field(12, _anything(name)) for name in outputs)
        operators = _bytes_field(1, b"") + _varint_field(2, 17)
        return _varint_field(1, 8) + _bytes_field(7, graph) + _bytes_field(8, operators)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varint_field(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _bytes_field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _attribute(name: str, value: int | str | Sequence[int]) -> bytes:
    named = _bytes_field(1, name.encode())
    if isinstance(value, int):
        return named + _varint_field(3, value) + _varint_field(20, _INT_ATTRIBUTE)
    if isinstance(value, str):
        return named + _bytes_field(4, value.encode()) + _varint_field(20, _STRING_ATTRIBUTE)
    return named + b"".join(_varint_field(8, one) for one in value) + _varint_field(20, _INTS_ATTRIBUTE)


def _picture(name: str, channels: int) -> bytes:
    """A float tensor (1, channels, height, width), the last two of any size."""
    sides = [_varint_field(1, 1), _varint_field(1, channels), _bytes_field(2, b"height"), _bytes_field(2, b"width")]
    shape = b"".join(_bytes_field(1, side) for side in sides)
    tensor = _varint_field(1, _FLOAT) + _bytes_field(2, shape)
    return _bytes_field(1, name.encode()) + _bytes_field(2, _bytes_field(1, tensor))


def _anything(name: str) -> bytes:
    return _bytes_field(1, name.encode()) + _bytes_field(2, _bytes_field(1, _varint_field(1, _FLOAT)))
