"""Signed packs: a brand's key says that a pack is the brand's (Ed25519, RFC 8032; the extra `sign`).

The brand keeps a private key in a file (PEM, PKCS 8) and publishes the public one as one line, `ed25519:` and base64. What is
signed is the pack's list of hashes, so a signature speaks of every byte. Ed25519 signatures hold no randomness: the same
preset signed with the same key is the same file.
"""

from __future__ import annotations

import base64
import binascii
import importlib.util
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mediakit.errors import DataError, MissingPartError, UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KIND = "ed25519:"
_KEY_BYTES, _SIGNATURE_BYTES = 32, 64
_CONTEXT = b"mediakit preset pack 1\n"
"""Before what is signed, so that a signature of this key under anything else is none of a pack."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Whose key (`ed25519:...`) signed, and the 64 bytes."""

    key: str
    value: bytes

    def as_json(self) -> bytes:
        """As it lies in a pack."""
        said = {"key": self.key, "signature": base64.b64encode(self.value).decode()}
        return json.dumps(said, indent=1, sort_keys=True).encode() + b"\n"


def new_key(path: Path) -> str:
    """Write a new private key that its owner alone can read; returns the public one. Raises UsageError where a file is."""
    _need()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already.", "A key is not written over; give another name.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(text)
    return _said(private.public_key())


def sign(message: bytes, private_key: Path) -> Signature:
    """Sign with the key in a file. Raises DataError where it holds no Ed25519 key."""
    _need()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        key = serialization.load_pem_private_key(private_key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise DataError(
            f"{private_key} is no key that can be read: {error}.", "Make one: mediakit preset key FILE"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise DataError(f"{private_key} holds a key of another kind.", "Make one: mediakit preset key FILE")
    return Signature(_said(key.public_key()), key.sign(_CONTEXT + message))


def read_signature(text: bytes) -> Signature:
    """The signature in a pack. Raises ValueError where it is none."""
    said = json.loads(text.decode())
    if not isinstance(said, dict):
        raise ValueError("no signature")
    key, value = str(said.get("key", "")), base64.b64decode(str(said.get("signature", "")), validate=True)
    public_bytes(key)
    if len(value) != _SIGNATURE_BYTES:
        raise ValueError("no signature")
    return Signature(key, value)


def is_genuine(signature: Signature, message: bytes) -> bool:
    """Whether that key signed that message."""
    _need()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_bytes(signature.key)).verify(signature.value, _CONTEXT + message)
    except (InvalidSignature, ValueError):
        return False
    return True


def public_bytes(key: str) -> bytes:
    """The 32 bytes of a public key as it is published. Raises ValueError where it is none."""
    try:
        raw = base64.b64decode(key.removeprefix(KIND), validate=True)
    except binascii.Error as error:
        raise ValueError("no key") from error
    if not key.startswith(KIND) or len(raw) != _KEY_BYTES:
        raise ValueError("no key")
    return raw


def _said(public: Ed25519PublicKey) -> str:
    return KIND + base64.b64encode(public.public_bytes_raw()).decode()


def _need() -> None:
    """Raise MissingPartError where signatures cannot be made or checked."""
    if importlib.util.find_spec("cryptography") is None:
        raise MissingPartError(
            "Signed presets need the package cryptography, which is not installed.",
            "Install it with: pip install 'mediakit[sign]'",
        )
