"""The models that travel with the package: read, checked, handed on as bytes.

A model is a file under `models/` with its sha256 written here. A missing or changed file is an incomplete installation,
not a property of any photo, so it is a MissingPartError (exit 4) and never a silent "no faces found".
"""

from __future__ import annotations

import hashlib
from importlib.resources import files

from mediakit.errors import MissingPartError

REINSTALL = "Install mediakit again; `mediakit doctor` shows whether all parts are there."

SHA256 = {
    "face_detection_yunet_2023mar.onnx": "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
    "subject_head.npz": "de33e488872067623b22ba2762c717b15695f8e7db5a14121e4e9dac3b015354",
}


def model_bytes(name: str) -> bytes:
    """The bytes of the model called `name`, checked (0.2 MB take well under a millisecond).

    Raises MissingPartError when the file is not there, cannot be read, or is not the one that was tested.
    """
    path = files("mediakit.vision").joinpath("models", name)
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise MissingPartError(f"The model {name} is not in this installation.", REINSTALL) from problem
    if hashlib.sha256(data).hexdigest() != SHA256[name]:
        raise MissingPartError(f"The model {name} is damaged: its sha256 is not the expected one.", REINSTALL)
    return data
