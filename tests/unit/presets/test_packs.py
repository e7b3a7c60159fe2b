"""A preset as one file: the same bytes, refused when hostile, installed in one step, pinned for a shoot."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from mediakit.api import prepare
from mediakit.errors import DataError
from mediakit.presets import pack as packs
from mediakit.presets.install import install, installed_hash
from mediakit.presets.load import load_preset
from mediakit.presets.lock import locked_name, refuse_other, write_lock
from mediakit.presets.pack import MANIFEST, read_pack, write_pack

SHIPPED = Path(__file__).parents[3] / "presets"


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    path = tmp_path / "muselle.mediakit-preset"
    write_pack(SHIPPED / "muselle", path)
    return path


def test_the_same_preset_makes_the_same_bytes(packed: Path, tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere" / "muselle"
    shutil.copytree(SHIPPED / "muselle", copied)
    (copied / "preset.toml").touch()
    again = tmp_path / "again.zip"
    write_pack(copied, again)
    assert again.read_bytes() == packed.read_bytes()


def test_what_is_installed_means_what_was_packed(packed: Path, tmp_path: Path) -> None:
    done = install(packed, tmp_path / "presets")
    assert done.same
    assert not done.was_there
    assert load_preset(done.folder).fingerprint == load_preset(SHIPPED / "muselle").fingerprint
    assert installed_hash(done.folder) == done.pack.sha256
    assert sorted(p.name for p in (tmp_path / "presets").iterdir()) == ["muselle"]


def test_a_preset_that_extends_another_brings_it_along(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shutil.copytree(SHIPPED / "muselle", shelf / "muselle")
    (shelf / "counter").mkdir()
    (shelf / "counter/preset.toml").write_text(
        'schema = 1\nname = "counter"\nextends = "muselle"\n[retouch]\nskin = 0.1\n'
    )
    path = tmp_path / "counter.zip"
    write_pack(shelf / "counter", path)
    done = install(path, tmp_path / "there")
    assert load_preset(done.folder).preset.retouch.skin == 0.1
    assert (tmp_path / "there/muselle/logo.png").is_file()


def test_an_update_says_what_it_changes_and_can_be_taken_back(packed: Path, tmp_path: Path) -> None:
    there = tmp_path / "presets"
    install(packed, there)
    newer = tmp_path / "newer" / "muselle"
    shutil.copytree(SHIPPED / "muselle", newer)
    text = (newer / "preset.toml").read_text(encoding="utf-8")
    (newer / "preset.toml").write_text(text.replace("skin = 0.3 ", "skin = 0.2 "), encoding="utf-8")
    write_pack(newer, tmp_path / "2.zip")
    done = install(tmp_path / "2.zip", there)
    assert [(c.key, c.before, c.after) for c in done.changes] == [("retouch.skin", 0.3, 0.2)]
    assert load_preset(there / ".muselle.before").preset.retouch.skin == 0.3


def rewritten(packed: Path, change) -> Path:
    """The pack with entries changed: `change` takes and returns a dict of ZipInfo to bytes."""
    with zipfile.ZipFile(packed) as archive:
        entries = {info: archive.read(info) for info in archive.infolist()}
    path = packed.with_name("changed.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in change(entries).items():
            archive.writestr(info, content)
    return path


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr, info.create_system = mode << 16, 3
    return info


@pytest.mark.parametrize(
    "bad",
    [
        entry("../escape.toml"),
        entry("/etc/cron.d/job.toml"),
        entry("muselle/../../escape.toml"),
        entry("muselle\\..\\escape.toml"),
        entry("C:/escape.toml"),
        entry("muselle/link.png", stat.S_IFLNK | 0o777),
        entry("muselle/run.toml", stat.S_IFREG | 0o755),
        entry("muselle/code.py"),
        entry("muselle/lib.so"),
        entry("muselle/.hidden.toml"),
        entry("loose.toml"),
        entry("muselle/sub/"),
    ],
    ids=lambda info: info.filename,
)
def test_what_does_not_belong_in_a_preset_is_refused_by_name(
    packed: Path, tmp_path: Path, bad: zipfile.ZipInfo
) -> None:
    path = rewritten(packed, lambda entries: {**entries, bad: b"x"})
    with pytest.raises(DataError, match=r"changed\.zip"):
        install(path, tmp_path / "presets")
    assert not [p for p in (tmp_path / "presets").glob("*") if not p.name.startswith(".")]
    assert not (tmp_path / "escape.toml").exists()


def test_changed_bytes_are_noticed(packed: Path) -> None:
    def change(entries):
        return {i: (c.replace(b"0.3", b"0.9") if i.filename.endswith("preset.toml") else c) for i, c in entries.items()}

    with pytest.raises(DataError, match="is not what was packed"):
        read_pack(rewritten(packed, change))


def test_a_file_that_nobody_listed_is_noticed(packed: Path) -> None:
    with pytest.raises(DataError, match="not in both"):
        read_pack(rewritten(packed, lambda entries: {**entries, entry("muselle/more.toml"): b""}))


def test_a_bomb_is_refused_before_it_is_unpacked(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MOST_BYTES_A_FILE", 1_000_000)
    bomb = rewritten(packed, lambda entries: {**entries, entry("muselle/big.txt"): b"\0" * 2_000_000})
    with pytest.raises(DataError, match="larger than 1 MB"):
        read_pack(bomb)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip", b"\0" * 500])
def test_what_is_no_pack_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(DataError):
        read_pack(path)


def test_a_pack_without_a_list_is_refused(packed: Path) -> None:
    with pytest.raises(DataError, match=MANIFEST):
        read_pack(rewritten(packed, lambda entries: {i: c for i, c in entries.items() if i.filename != MANIFEST}))


def test_a_folder_with_a_link_or_a_program_is_not_packed(tmp_path: Path) -> None:
    folder = tmp_path / "muselle"
    shutil.copytree(SHIPPED / "muselle", folder)
    (folder / "tool.sh").write_text("echo")
    with pytest.raises(DataError, match=r"tool\.sh"):
        write_pack(folder, tmp_path / "x.zip")
    (folder / "tool.sh").unlink()
    (folder / "link.txt").symlink_to("/etc/hostname")
    with pytest.raises(DataError, match=r"link\.txt"):
        write_pack(folder, tmp_path / "x.zip")
    assert not list(tmp_path.glob("*.zip"))


def test_a_pinned_shoot_is_made_with_its_preset_or_not_at_all(tmp_path: Path) -> None:
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    (shoot / "a.jpg").write_bytes(b"\xff\xd8")
    muselle, tea = load_preset(SHIPPED / "muselle"), load_preset(SHIPPED / "yunwu-tea")
    refuse_other(shoot, tea)
    write_lock(shoot, muselle)
    assert locked_name(shoot) == "muselle"
    refuse_other(shoot, muselle)
    with pytest.raises(DataError, match="pins muselle"):
        refuse_other(shoot, tea)
    _, loaded, _ = prepare([shoot], None, (), tmp_path / "out", {"retouch.skin": 0.0})
    assert loaded.preset.name == "muselle"
    with pytest.raises(DataError, match="pins muselle"):
        prepare([shoot], "yunwu-tea", (), tmp_path / "out")
    (shoot / "preset.lock").write_text("name = ")
    with pytest.raises(DataError, match="cannot be read"):
        prepare([shoot], None, (), tmp_path / "out")
