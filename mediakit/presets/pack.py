"""A preset as one file: a zip that is the same bytes for the same preset, wherever and whenever it is packed.

    mediakit-pack.json          who it is, and the SHA-256 of every file
    mediakit-pack-signature.json   optional: the brand's signature of that list (see `sign.py`)
    muselle/preset.toml ...     the preset's folder, and one folder for each preset it extends (all but `base`, which ships)

`read_pack` trusts nothing: names, sizes, kinds and hashes are checked before a byte is written, and what is written is loaded
as a preset before it is installed. A preset is data: nothing in a pack is ever run.
"""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypedDict

from mediakit.errors import DataError
from mediakit.presets import places
from mediakit.presets.contents import is_what_it_says
from mediakit.presets.load import LoadedPreset, load_preset
from mediakit.presets.sign import is_genuine, read_signature, sign

MANIFEST = "mediakit-pack.json"
SIGNATURE = "mediakit-pack-signature.json"
SUFFIXES = frozenset(
    {".toml", ".png", ".cube", ".json", ".txt", ".md"}
    | {".ogg", ".m4a", ".mp3", ".wav", ".flac", ".aac", ".opus"}
    | {".jpg", ".jpeg", ".heic", ".webp", ".ttf", ".otf", ".ttc"}
)
"""What a preset may be made of."""
MOST_FILES = 500
MOST_BYTES = 300_000_000
MOST_BYTES_A_FILE = 100_000_000
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = (stat.S_IFREG | 0o644) << 16
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, RuntimeError, EOFError, ValueError)
"""What reading a damaged archive may raise; found by fuzzing."""


@dataclass(frozen=True, slots=True)
class Pack:
    """What a pack holds, checked. files: path inside the pack to its bytes, without the manifest and the signature.

    signed_by: the public key of a signature that holds; None where there is none.
    """

    name: str
    version: str
    fingerprint: str
    sha256: str
    files: dict[str, bytes]
    signed_by: str | None = None

    @property
    def folders(self) -> tuple[str, ...]:
        """The presets in it: its own, and those it extends."""
        return tuple(sorted({inside.partition("/")[0] for inside in self.files}))


class _About(TypedDict):
    name: str
    version: str
    fingerprint: str
    files: dict[str, str]


def write_pack(name_or_folder: str | Path, path: Path, *, private_key: Path | None = None) -> Pack:
    """Pack a preset into a new file at `path`, signed where a key is given.

    Raises DataError where it does not load or holds what no preset may.
    """
    loaded = load_preset(name_or_folder)
    files = dict(_files(loaded))
    about = {
        "schema": 1,
        "name": loaded.preset.name,
        "version": loaded.preset.version,
        "fingerprint": loaded.fingerprint,
        "files": {inside: hashlib.sha256(content).hexdigest() for inside, content in sorted(files.items())},
    }
    text = json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    signature = sign(text, private_key) if private_key is not None else None
    first = [(MANIFEST, text), *([(SIGNATURE, signature.as_json())] if signature else [])]
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    try:
        with zipfile.ZipFile(temporary, "w") as archive:
            for inside, content in [*first, *sorted(files.items())]:
                entry = zipfile.ZipInfo(inside, _LONG_AGO)
                entry.external_attr, entry.create_system = _PLAIN_FILE, 3
                archive.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    key = signature.key if signature else None
    return Pack(loaded.preset.name, loaded.preset.version, loaded.fingerprint, _sha256(path), files, key)


def read_pack(path: Path) -> Pack:
    """The content of a pack. Raises DataError, naming the entry, for anything that does not belong in one."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _refuse_bombs(path, entries)
            for entry in entries:
                _refuse_entry(path, entry)
            content = {entry.filename: _content(path, archive, entry) for entry in entries}
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}).", "Check the path.") from error
    except _BROKEN as error:
        raise DataError(f"{path} is no pack that can be read: {error}.", "Ask the brand for it again.") from error
    listed, signature = content.pop(MANIFEST, None), content.pop(SIGNATURE, None)
    about = _about(path, listed)
    _refuse_other_bytes(path, about["files"], content)
    for inside, data in content.items():
        if not is_what_it_says(inside, data):
            raise DataError(f"{path}: {inside!r} is not what its name says.", "Do not install it.")
    key = _signer(path, signature, listed or b"") if signature is not None else None
    return Pack(about["name"], about["version"], about["fingerprint"], _sha256(path), content, key)


def _signer(path: Path, signature: bytes, listed: bytes) -> str:
    """The key that signed. Raises DataError where the signature does not hold: then nothing of the pack is to be believed."""
    try:
        found = read_signature(signature)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} has a signature that cannot be read.", "Ask the brand for it again.") from error
    if not is_genuine(found, listed):
        raise DataError(f"{path} was changed after it was signed.", "Do not install it; ask the brand for it again.")
    return found.key


def _files(loaded: LoadedPreset) -> Iterator[tuple[str, bytes]]:
    """Every file of the preset and of those it extends, by its path in the pack."""
    total = 0
    for file in loaded.files:
        folder = file.parent
        if folder.resolve().name == "base" and folder.resolve().parent == places.shipped_folder().resolve():
            continue
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if any(part.startswith(".") for part in inside.parts) or path.is_dir():
                continue
            if path.is_symlink() or not path.is_file():
                raise DataError(f"{path} is a link or no plain file.", "Put the file itself into the preset.")
            if path.suffix.lower() not in SUFFIXES:
                raise DataError(f"{path} is nothing a preset is made of.", f"Take it out; {_allowed()} belong in one.")
            content = path.read_bytes()
            if not is_what_it_says(path.name, content):
                raise DataError(f"{path} is not what its name says.", "Save it again in the format it is named after.")
            total += len(content)
            if len(content) > MOST_BYTES_A_FILE or total > MOST_BYTES:
                raise DataError(
                    f"{path} makes the pack too large.", f"{MOST_BYTES // 1_000_000} MB in all is the most."
                )
            yield f"{folder.resolve().name}/{inside.as_posix()}", content


def _refuse_bombs(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_FILES:
        raise DataError(f"{path} holds {len(entries)} files; {MOST_FILES} is the most.", "This is no preset.")
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) != len(names):
        raise DataError(f"{path} holds one name twice.", "This is no preset that mediakit packed.")
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise DataError(f"{path} would unpack to more than {MOST_BYTES // 1_000_000} MB.", "This is no preset.")


def _refuse_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    """Path traversal, absolute paths, links, programs: none of them belongs in a preset."""
    name = entry.filename
    parts = PurePosixPath(name).parts
    kind = stat.S_IFMT(entry.external_attr >> 16)
    why = ""
    if not name:
        why = "has no name"
    elif "\\" in name or "\0" in name or ":" in name or name.startswith("/") or ".." in parts or "." in name.split("/"):
        why = "leads out of the preset"
    elif kind not in (0, stat.S_IFREG) or entry.is_dir():
        why = "is a link or a folder, not a plain file"
    elif entry.external_attr >> 16 & 0o111:
        why = "says that it can be run"
    elif name not in (MANIFEST, SIGNATURE) and (len(parts) < 2 or not places.NAME.fullmatch(parts[0])):
        why = "does not lie in a preset's folder"
    elif any(part.startswith(".") for part in parts) or PurePosixPath(name).suffix.lower() not in SUFFIXES:
        why = "is nothing a preset is made of"
    elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        why = "is packed in a way that `preset pack` does not use"
    elif entry.file_size > MOST_BYTES_A_FILE:
        why = f"is larger than {MOST_BYTES_A_FILE // 1_000_000} MB"
    if why:
        raise DataError(f"{path}: {name!r} {why}.", "Do not install it; ask the brand where it comes from.")


def _content(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of an entry, never more than it declared: what unpacks to more is a bomb."""
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise DataError(f"{path}: {entry.filename!r} is not as long as it says.", "Do not install it.")
    return content


def _about(path: Path, text: bytes | None) -> _About:
    try:
        about = json.loads((text or b"").decode())
        fine = about["schema"] == 1 and places.NAME.fullmatch(about["name"]) and isinstance(about["files"], dict)
        found: _About = {
            "name": str(about["name"]),
            "version": str(about["version"]),
            "fingerprint": str(about["fingerprint"]),
            "files": {str(key): str(value) for key, value in about["files"].items()},
        }
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise DataError(f"{path} has no {MANIFEST} that can be read.", "It was not made by `preset pack`.") from error
    if not fine:
        raise DataError(f"{path} was packed by another mediakit than this one can read.", "Update mediakit.")
    return found


def _refuse_other_bytes(path: Path, said: dict[str, str], content: dict[str, bytes]) -> None:
    if set(said) != set(content):
        odd = sorted(set(said) ^ set(content))[0]
        raise DataError(f"{path}: {odd!r} is in the list or in the pack, but not in both.", "Ask for the pack again.")
    for inside, data in content.items():
        if hashlib.sha256(data).hexdigest() != said[inside]:
            raise DataError(
                f"{path}: {inside!r} is not what was packed.", "It was damaged or changed; ask for it again."
            )


def _allowed() -> str:
    return ", ".join(sorted(SUFFIXES))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
