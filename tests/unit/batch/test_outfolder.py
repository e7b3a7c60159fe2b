import errno

import pytest

from mediakit.batch.outfolder import TEMPORARY, home, only_run, published
from mediakit.errors import ClashError, Fault, FileError


def test_a_file_has_its_name_only_once_it_is_whole(tmp_path):
    final = tmp_path / "a" / "b.jpg"
    with published(final) as temporary:
        temporary.write_bytes(b"whole")
        assert not final.exists()
        assert temporary.suffix == ".jpg"
    assert final.read_bytes() == b"whole"
    assert [p.name for p in final.parent.iterdir()] == ["b.jpg"]


def test_an_error_leaves_the_old_file_and_no_temporary(tmp_path):
    final = tmp_path / "b.jpg"
    final.write_bytes(b"old")
    with pytest.raises(ValueError, match="no"), published(final) as temporary:
        temporary.write_bytes(b"half")
        raise ValueError("no")
    assert final.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["b.jpg"]


def test_a_full_disk_has_a_name(tmp_path):
    with pytest.raises(FileError) as caught, published(tmp_path / "b.jpg"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.code is Fault.DISK_FULL


def test_a_name_of_255_bytes_can_be_published(tmp_path):
    final = tmp_path / ("x" * 251 + ".jpg")
    with published(final) as temporary:
        temporary.write_bytes(b"x")
    assert final.exists()


def test_a_second_run_on_the_same_folder_is_refused(tmp_path):
    with only_run(tmp_path), pytest.raises(ClashError), only_run(tmp_path):
        pass
    with only_run(tmp_path):
        pass


def test_what_a_killed_run_left_is_swept(tmp_path):
    left = tmp_path / "xiaohongshu.image" / f"{TEMPORARY}abc.jpg"
    left.parent.mkdir()
    left.write_bytes(b"half")
    kept = left.with_name("whole.jpg")
    kept.write_bytes(b"whole")
    (home(tmp_path) / "scratch" / "x").mkdir(parents=True)
    with only_run(tmp_path):
        assert not left.exists()
        assert kept.exists()
        assert not (home(tmp_path) / "scratch").exists()
