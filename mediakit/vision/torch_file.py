"""Read the numbers of a `.pth` weight file of the old, unzipped kind, without PyTorch and without running anything in it.

Such a file is five pickles (a magic number, a version, the writer's machine, the table of tensors, the order of the
storages) followed by the storages themselves, each a count and raw little-endian numbers. Pickles can name code to run;
only the three names a table of tensors needs are answered here, and any other is an error. Layout: `torch/serialization.py`,
`_legacy_save`.
"""

from __future__ import annotations

import collections
import io
import pickle
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_KINDS: dict[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Tensor(NamedTuple):
    """Where a tensor lies in its storage. Strides count numbers, not bytes; they need not be those of a packed array."""

    storage: tuple[str, str]
    """Kind and key."""
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _TensorTable(pickle.Unpickler):
    """Knows ordered dicts, tensors and storages, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, offset, shape, strides, *_: _Tensor(storage, offset, shape, strides)
        if module == "torch" and name in _KINDS:
            return name
        raise pickle.UnpicklingError(f"a weight file has no use for {module}.{name}")

    def persistent_load(self, pid: Any) -> tuple[str, str]:
        return pid[1], pid[2]


def read_tensors(data: bytes) -> dict[str, Floats]:
    """Every tensor of floats in the file by name, as packed float32 arrays.

    Raises ValueError for anything that is not such a file.
    """
    stream = io.BytesIO(data)
    try:
        for _ in range(3):
            _TensorTable(stream).load()
        table: dict[str, _Tensor] = _TensorTable(stream).load()
        order: list[str] = _TensorTable(stream).load()
        kinds = {tensor.storage[1]: tensor.storage[0] for tensor in table.values()}
        storages = {key: _storage(stream, _KINDS[kinds[key]]) for key in order}
        return {
            name: _packed(storages[tensor.storage[1]], tensor)
            for name, tensor in table.items()
            if tensor.storage[0] == "FloatStorage"
        }
    except (pickle.UnpicklingError, EOFError, KeyError, IndexError, TypeError, AttributeError) as problem:
        raise ValueError(f"not a weight file: {problem}") from problem


def _storage(stream: BinaryIO, kind: np.dtype[Any]) -> NDArray[Any]:
    count = int.from_bytes(stream.read(8), "little")
    raw = stream.read(count * kind.itemsize)
    if len(raw) != count * kind.itemsize:
        raise EOFError("the file ends within its numbers")
    return np.frombuffer(raw, kind)


def _packed(storage: NDArray[Any], tensor: _Tensor) -> Floats:
    """The tensor's own numbers in reading order: files converted from TensorFlow keep its strides."""
    last = tensor.offset + sum((side - 1) * step for side, step in zip(tensor.shape, tensor.strides, strict=True))
    if last >= storage.size:
        raise IndexError("a tensor reaches beyond its storage")
    steps = [step * storage.itemsize for step in tensor.strides]
    view = np.lib.stride_tricks.as_strided(storage[tensor.offset :], tensor.shape, steps, writeable=False)
    return np.ascontiguousarray(view, np.float32)
