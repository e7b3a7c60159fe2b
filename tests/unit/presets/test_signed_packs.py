"""A brand's signature on a pack, whose updates are believed, and what a file in a pack may be."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from mediakit.errors import DataError, MissingPartError, UsageError
from mediakit.presets import pack as packs
from mediakit.presets.contents import is_what_it_says
from mediakit.presets.install import install, installed_record, newest_in
from mediakit.presets.load import load_preset
from mediakit.presets.pack import MANIFEST, SIGNATURE, read_pack, write_pack
from mediakit.presets.sign import new_key, public_bytes

pytest.importorskip("cryptography", reason="the extra `sign` is not installed")
SHIPPED = Path(__file__).parents[3] / "presets"


@pytest.fixture
def brand(tmp_path: Path) -> tuple[Path, str]:
    """A private key's file and the public key."""
    return tmp_path / "brand.key", new_key(tmp_path / "brand.key")


@pytest.fixture
def signed(tmp_path: Path, brand: tuple[Path, str]) -> Path:
    path = tmp_path / "muselle.mediakit-preset"
    assert write_pack(SHIPPED / "muselle", path, private_key=brand[0]).signed_by == brand[1]
    return path


def rewritten(path: Path, change) -> Path:
    with zipfile.ZipFile(path) as archive:
        entries = {info.filename: archive.read(info) for info in archive.infolist()}
    other = path.with_name("changed.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in change(entries).items():
            info = zipfile.ZipInfo(name)
            info.external_attr, info.create_system = (stat.S_IFREG | 0o644) << 16, 3
            archive.writestr(info, content)
    return other


def test_a_key_is_its_owners_alone_and_never_written_over(brand: tuple[Path, str]) -> None:
    path, key = brand
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(public_bytes(key)) == 32
    before = path.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        new_key(path)
    assert path.read_bytes() == before


def test_signed_twice_is_the_same_file(signed: Path, brand: tuple[Path, str], tmp_path: Path) -> None:
    again = tmp_path / "again"
    write_pack(SHIPPED / "muselle", again, private_key=brand[0])
    assert again.read_bytes() == signed.read_bytes()
    assert read_pack(again).signed_by == brand[1]


def test_what_was_changed_after_it_was_signed_is_refused(signed: Path) -> None:
    def change(entries):
        about = json.loads(entries[MANIFEST])
        return {**entries, MANIFEST: json.dumps(about | {"version": "9"}).encode()}

    with pytest.raises(DataError, match="was changed after it was signed"):
        read_pack(rewritten(signed, change))


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b'{"key": "ed25519:AAAA", "signature": ""}', b"[" * 5000])
def test_a_signature_that_is_none_is_refused(signed: Path, text: bytes) -> None:
    with pytest.raises(DataError, match="signature"):
        read_pack(rewritten(signed, lambda entries: {**entries, SIGNATURE: text}))


def test_an_update_is_believed_of_the_same_key_alone(signed: Path, brand: tuple[Path, str], tmp_path: Path) -> None:
    shelf = tmp_path / "presets"
    install(signed, shelf)
    assert installed_record(shelf / "muselle")["key"] == brand[1]
    install(signed, shelf)
    plain, theirs = tmp_path / "plain", tmp_path / "theirs"
    write_pack(SHIPPED / "muselle", plain)
    stranger = new_key(tmp_path / "stranger.key")
    write_pack(SHIPPED / "muselle", theirs, private_key=tmp_path / "stranger.key")
    with pytest.raises(DataError, match="signed by nobody"):
        install(plain, shelf)
    with pytest.raises(DataError, match="was signed by"):
        install(theirs, shelf)
    assert installed_record(shelf / "muselle")["key"] == brand[1]
    install(theirs, shelf, key=stranger)
    assert installed_record(shelf / "muselle")["key"] == stranger


def test_a_pack_does_not_replace_a_signed_preset_that_it_brings_along(signed: Path, tmp_path: Path) -> None:
    shelf, work = tmp_path / "presets", tmp_path / "work"
    install(signed, shelf)
    shutil.copytree(SHIPPED / "muselle", work / "muselle")
    (work / "counter").mkdir()
    (work / "counter/preset.toml").write_text('schema = 1\nname = "counter"\nextends = "muselle"\n', encoding="utf-8")
    write_pack(work / "counter", tmp_path / "counter.zip")
    with pytest.raises(DataError, match="muselle was signed by"):
        install(tmp_path / "counter.zip", shelf)
    assert not (shelf / "counter").exists()


def test_a_key_that_was_asked_for_must_have_signed(signed: Path, tmp_path: Path) -> None:
    other = new_key(tmp_path / "other.key")
    with pytest.raises(DataError, match="not by"):
        install(signed, tmp_path / "presets", key=other)
    plain = tmp_path / "plain"
    write_pack(SHIPPED / "muselle", plain)
    with pytest.raises(DataError, match="signed by nobody"):
        install(plain, tmp_path / "presets", key=other)


def test_without_the_extra_a_signed_pack_is_not_taken_on_trust(signed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mediakit.presets import sign

    monkeypatch.setattr(sign.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPartError, match=r"mediakit\[sign\]"):
        read_pack(signed)


def test_an_update_can_be_looked_at_before(signed: Path, brand: tuple[Path, str], tmp_path: Path) -> None:
    shelf, newer = tmp_path / "presets", tmp_path / "newer/muselle"
    install(signed, shelf)
    shutil.copytree(SHIPPED / "muselle", newer)
    text = (newer / "preset.toml").read_text(encoding="utf-8")
    (newer / "preset.toml").write_text(text.replace("skin = 0.3 ", "skin = 0.2 "), encoding="utf-8")
    write_pack(newer, tmp_path / "2.zip", private_key=brand[0])
    seen = install(tmp_path / "2.zip", shelf, dry=True)
    assert [(c.key, c.before, c.after) for c in seen.changes] == [("retouch.skin", 0.3, 0.2)]
    assert load_preset(shelf / "muselle").preset.retouch.skin == 0.3
    assert sorted(p.name for p in shelf.iterdir()) == ["muselle"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.png", b"\x7fELF\x02\x01\x01" + b"\0" * 60),
        ("logo.png", b"MZ\x90\0" + b"\0" * 60),
        ("logo.png", b"#!/bin/sh\nrm -rf /\n"),
        ("logo.png", b"\xca\xfe\xba\xbe\0\0\0\x34"),
        ("logo.png", b"PK\x03\x04" + b"\0" * 60),
        ("logo.png", b"<?php system($_GET[0]); ?>"),
        ("logo.png", b"<svg onload='alert(1)'/>"),
        ("logo.png", b"\xff\xd8\xff\xe0" + b"\0" * 60),
        ("look.cube", b"#!/usr/bin/env python3\n"),
        ("look.cube", b"\x7fELF" + b"\0" * 60),
        ("bed.m4a", b"\x7fELF\x02\x01\x01" + b"\0" * 60),
        ("font.ttf", b"MZ\x90\0"),
        ("rules.toml", b"\xff\xfe\0a"),
        ("notes.txt", b"a\0b"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    assert not is_what_it_says(name, content)
    folder = tmp_path / "muselle"
    shutil.copytree(SHIPPED / "muselle", folder)
    (folder / name).write_bytes(content)
    with pytest.raises(DataError):
        write_pack(folder, tmp_path / "x.zip")
    write_pack(SHIPPED / "muselle", tmp_path / "fine.zip")

    def slip_in(entries):
        import hashlib

        about = json.loads(entries[MANIFEST])
        about["files"][f"muselle/{name}"] = hashlib.sha256(content).hexdigest()
        return {**entries, MANIFEST: json.dumps(about).encode(), f"muselle/{name}": content}

    with pytest.raises(DataError, match="is not what its name says"):
        install(rewritten(tmp_path / "fine.zip", slip_in), tmp_path / "presets")
    assert not (tmp_path / "presets/muselle").exists()


def test_what_ships_is_what_it_says() -> None:
    for path in SHIPPED.rglob("*.*"):
        if path.is_file():
            assert is_what_it_says(path.name, path.read_bytes()), path


def test_too_many_files_too_many_bytes_and_odd_compression_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fine.zip"
    write_pack(SHIPPED / "muselle", path)
    crowd = rewritten(path, lambda entries: {**entries, **{f"muselle/{n}.txt": b"" for n in range(600)}})
    with pytest.raises(DataError, match="500 is the most"):
        read_pack(crowd)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("muselle/odd.txt", b"x" * 100, zipfile.ZIP_LZMA)
    with pytest.raises(DataError, match="packed in a way"):
        read_pack(path)
    monkeypatch.setattr(packs, "MOST_BYTES", 100_000)
    with pytest.raises(DataError, match="would unpack to more than"):
        read_pack(rewritten(path, lambda entries: entries))


def test_a_bomb_that_lies_about_its_size_is_noticed(tmp_path: Path) -> None:
    """A member that declares 10 bytes and holds 5 million: no more than what was declared is ever unpacked."""
    path = tmp_path / "fine.zip"
    write_pack(SHIPPED / "muselle", path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("muselle/big.txt", b"\0" * 5_000_000, zipfile.ZIP_DEFLATED)
    raw = path.read_bytes()
    path.write_bytes(raw.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")))
    with pytest.raises(DataError):
        read_pack(path)


def test_of_a_shared_folder_the_newest_of_each_preset_is_installed(tmp_path: Path) -> None:
    share, work = tmp_path / "share", tmp_path / "work"
    share.mkdir()
    for name, version in (("a", "1.9"), ("a", "1.10"), ("a", "2-beta"), ("b", "3")):
        folder = work / version / name
        folder.mkdir(parents=True)
        text = f'schema = 1\nname = "{name}"\nversion = "{version}"\nextends = "base"\n'
        (folder / "preset.toml").write_text(text, encoding="utf-8")
        write_pack(folder, share / f"{name}-{version}.mediakit-preset")
    assert [path.name for path in newest_in(share)] == ["a-2-beta.mediakit-preset", "b-3.mediakit-preset"]
    shutil.copytree(work / "2-beta", work / "2")
    text = (work / "2/a/preset.toml").read_text(encoding="utf-8").replace("2-beta", "2")
    (work / "2/a/preset.toml").write_text(text, encoding="utf-8")
    write_pack(work / "2/a", share / "a-2.mediakit-preset")
    assert newest_in(share)[0].name == "a-2.mediakit-preset"
    for version in ("2", "2-beta"):
        (share / f"a-{version}.mediakit-preset").unlink()
    assert newest_in(share)[0].name == "a-1.10.mediakit-preset"
    with pytest.raises(DataError, match="There is no"):
        newest_in(work)


def test_the_commands_sign_list_and_show_an_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mediakit.cli.app import run

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert run(["preset", "key", "brand.key"]) == 0
    key = capsys.readouterr().out.strip()
    assert run(["preset", "pack", str(SHIPPED / "muselle"), "--sign", "brand.key", "-o", "m.zip"]) == 0
    assert run(["preset", "install", "m.zip", "--key", key]) == 0
    capsys.readouterr()
    assert run(["preset", "list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["presets"]
    mine = next(row for row in rows if row["from"] == "yours")
    assert (mine["name"], mine["version"], mine["signed_by"]) == ("muselle", "1", key)
    assert mine["fingerprint"] == load_preset(SHIPPED / "muselle").fingerprint
    assert run(["preset", "install", "m.zip", "--dry-run"]) == 0
    assert "would be updated" in capsys.readouterr().err
