"""One folder of a bucket and one folder here: fetched where it changed, sent whole, and read back before it counts.

An object appears in S3 whole or not at all, so nobody sees half a file. What was sent is read again and its SHA-256
compared, which needs no particular server; an object that does not hold what was sent is sent again, and then is an error.
Nothing is ever deleted there. What is known of both sides lies in `state.json` beside the folder: losing it costs time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypedDict

from mediakit.batch.outfolder import HOME, TEMPORARY, file_hash
from mediakit.errors import MediakitError, MissingPartError, UsageError
from mediakit.store.address import Address, safe_name

AT_ONCE = 8
TRIES = 3
LAST = ("manifest.json", "report.html")
"""Sent after everything they speak of."""
_OURS = ("ledger", "lock", "scratch", "hello-", "mistakes.log")
"""What in OUT/.mediakit is of use on this machine alone."""


class StoreError(MediakitError):
    """The storage did not do what it should in the middle of a run. What was made is kept here."""


class _State(TypedDict):
    fetched: dict[str, str]
    """Object name to what it was: ETag, size and time."""
    sent: dict[str, list[str]]
    """File name to SHA-256 and the ETag that the object had when it was read back."""


class Mirror:
    """`folder` here for `address` there. `fs` is an fsspec file system."""

    def __init__(self, fs: Any, address: Address, folder: Path) -> None:
        self.fs, self.address, self.folder = fs, address, folder
        self._state_file = folder.with_name(f"{folder.name}.state.json")
        self._state = self._read_state()

    def fetch(self) -> int:
        """Make the folder what the bucket holds; returns how many objects were fetched.

        Raises UsageError where the address holds nothing, an object's name cannot be a file's, or scratch is too small.
        """
        there = self._listed()
        if not there:
            raise UsageError(f"There is nothing at {self.address}.", "Check bucket and folder.")
        for rel in there:
            if not safe_name(rel):
                raise UsageError(f"{self.address}: the object {rel!r} cannot be a file here.", "Give it a plain name.")
        changed = {rel: facts for rel, facts in there.items() if self._is_stale(rel, facts)}
        self._refuse_too_much(sum(int(facts["size"]) for facts in changed.values()))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda item: self._fetch_one(*item), changed.items()))
        for gone in [rel for rel in self._state["fetched"] if rel not in there]:
            del self._state["fetched"][gone]
            (self.folder / gone).unlink(missing_ok=True)
        self._write_state()
        return len(changed)

    def send(self) -> int:
        """Bring there what is new or other here; returns how many files were sent. Raises StoreError."""
        there = self._listed()
        wanted = [(rel, file_hash(self.folder / rel)) for rel in sorted(self._files())]
        todo = [(rel, sha) for rel, sha in wanted if not self._is_sent(rel, sha, there)]
        first, last = ([one for one in todo if (one[0] in LAST) is late] for late in (False, True))
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(lambda item: self._send_one(*item), first))
            for rel, sha in last:
                self._send_one(rel, sha)
        finally:
            self._write_state()
        return len(todo)

    def _send_one(self, rel: str, sha256: str) -> None:
        key = self.address.key(rel)
        for _ in range(TRIES):
            with self._in_words(f"{rel} could not be sent to {self.address}"):
                self.fs.put_file(str(self.folder / rel), key)
                if self._hash_there(key) == sha256:
                    self._state["sent"][rel] = [sha256, _etag(self.fs.info(key, refresh=True))]
                    return
        raise StoreError(
            f"{self.address} does not hold {rel} as it was sent, {TRIES} times.",
            f"It lies in {self.folder}; run again.",
        )

    def _hash_there(self, key: str) -> str:
        digest = hashlib.sha256()
        with self.fs.open(key, "rb", cache_type="readahead") as stream:
            while block := stream.read(8 << 20):
                digest.update(block)
        return digest.hexdigest()

    def _fetch_one(self, rel: str, facts: dict[str, Any]) -> None:
        final = self.folder / rel
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.with_name(f"{TEMPORARY}{hashlib.sha256(rel.encode()).hexdigest()[:16]}")
        try:
            with self._in_words(f"{rel} could not be fetched from {self.address}"):
                self.fs.get_file(self.address.key(rel), str(temporary))
            if temporary.stat().st_size != int(facts["size"]):
                raise StoreError(f"{rel} came in part only from {self.address}.", "Run again.")
            if "LastModified" in facts:  # so that it is the same file to the ledger when it is fetched anew
                seconds = facts["LastModified"].timestamp()
                os.utime(temporary, (seconds, seconds))
            temporary.replace(final)
        finally:
            temporary.unlink(missing_ok=True)
        self._state["fetched"][rel] = _mark(facts)

    def _listed(self) -> dict[str, dict[str, Any]]:
        """Objects below the address by name, folders' markers and hidden names apart."""
        with self._in_words(f"{self.address} cannot be listed"):
            try:
                found = self.fs.find(self.address.root, detail=True, withdirs=False, refresh=True)
            except FileNotFoundError:
                return {}
        below = {
            key.removeprefix(self.address.root).lstrip("/") if key.startswith(self.address.root) else key: facts
            for key, facts in found.items()
        }
        return {rel: facts for rel, facts in below.items() if rel and not rel.endswith("/")}

    def _is_stale(self, rel: str, facts: dict[str, Any]) -> bool:
        local = self.folder / rel
        return self._state["fetched"].get(rel) != _mark(facts) or not local.is_file()

    def _is_sent(self, rel: str, sha256: str, there: dict[str, dict[str, Any]]) -> bool:
        return rel in there and self._state["sent"].get(rel) == [sha256, _etag(there[rel])]

    def _files(self) -> Iterator[str]:
        for folder, _, names in os.walk(self.folder):
            inside = Path(folder).relative_to(self.folder)
            for name in names:
                rel = inside / name
                if name.startswith(TEMPORARY) or (rel.parts[0] == HOME and rel.parts[1].startswith(_OURS)):
                    continue
                yield rel.as_posix()

    def _refuse_too_much(self, size: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if size > 0.9 * free:
            raise UsageError(
                f"{self.address} needs {size / 1e9:.1f} GB of scratch and {free / 1e9:.1f} GB are free at {self.folder}.",
                "Set MEDIAKIT_SCRATCH to a folder with more room, or take the shoot in parts.",
            )

    @contextlib.contextmanager
    def _in_words(self, words: str) -> Iterator[None]:
        try:
            yield
        except MediakitError:
            raise
        except Exception as error:  # the client's errors have no common root but this
            raise StoreError(
                f"{words} ({type(error).__name__}: {error}).", "Check address, network and rights."
            ) from error

    def _read_state(self) -> _State:
        empty: _State = {"fetched": {}, "sent": {}}
        try:
            said = json.loads(self._state_file.read_text(encoding="utf-8"))
            return {"fetched": dict(said["fetched"]), "sent": dict(said["sent"])}
        except (OSError, ValueError, KeyError, TypeError):
            return empty

    def _write_state(self) -> None:
        temporary = self._state_file.with_suffix(".new")
        temporary.write_text(json.dumps(self._state), encoding="utf-8")
        temporary.replace(self._state_file)


def connect() -> Any:
    """The file system, with credentials and endpoint as every AWS tool takes them (AWS_ENDPOINT_URL for other providers)."""
    try:
        import s3fs
    except ImportError as error:
        raise MissingPartError(
            "s3:// needs s3fs, which is not installed.", "Install it with: pip install 'mediakit[s3]'"
        ) from error
    make: Callable[..., Any] = s3fs.S3FileSystem
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return make(endpoint_url=endpoint, use_listings_cache=False, skip_instance_cache=True)


def _mark(facts: dict[str, Any]) -> str:
    return f"{_etag(facts)} {facts['size']} {facts.get('LastModified', '')}"


def _etag(facts: dict[str, Any]) -> str:
    return str(facts.get("ETag", "")).strip('"')
