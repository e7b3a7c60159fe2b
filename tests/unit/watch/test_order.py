"""What a daemon refuses to be started on."""

import sys
from pathlib import Path

import pytest

import mediakit
from mediakit.errors import ClashError, UsageError
from mediakit.watch.order import order_for

TO = ["xiaohongshu.image"]


def folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def test_the_inbox_has_to_be_a_folder_of_this_machine(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a folder"):
        order_for(tmp_path / "nowhere", to=TO, out=tmp_path / "out")
    with pytest.raises(UsageError, match="cannot write to s3"):
        order_for(folder(tmp_path / "in"), to=TO, out=Path("s3://bucket/ready"))


@pytest.mark.parametrize(
    "inbox", [Path(mediakit.__file__).parent / "look", Path(sys.prefix), Path(mediakit.__file__).parents[1]]
)
def test_an_inbox_in_or_around_the_program_is_refused(tmp_path: Path, inbox: Path) -> None:
    with pytest.raises(ClashError, match=r"program|preset base"):
        order_for(inbox, to=TO, out=tmp_path / "out")


def test_results_among_the_programs_own_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ClashError, match="program"):
        order_for(folder(tmp_path / "in"), to=TO, out=Path(mediakit.__file__).parent / "out")


def test_an_inbox_with_the_preset_in_it_is_refused(tmp_path: Path) -> None:
    preset = folder(tmp_path / "in/mine")
    (preset / "preset.toml").write_text('schema = 1\nname = "mine"\nversion = "1"\ntitle = "Mine"\nextends = "base"\n')
    with pytest.raises(ClashError, match="inside the watched folder"):
        order_for(tmp_path / "in", preset=preset, to=TO, out=tmp_path / "out")
    assert order_for(folder(tmp_path / "other"), preset=preset, to=TO, out=tmp_path / "out").root == tmp_path / "other"
