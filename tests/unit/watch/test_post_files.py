"""When a post.toml gives reason for a round."""

from mediakit.model import Kind, Source
from mediakit.watch.posting import PostFiles
from mediakit.watch.settle import Waiting


def test_a_new_file_is_due_when_it_has_been_quiet_and_only_once(tmp_path):
    (tmp_path / "day").mkdir()
    sources = [Source(tmp_path / "day/a.jpg", "day/a.jpg", Kind.PHOTO, 1, 1)]
    files = PostFiles(5.0)
    files.see(tmp_path, sources, 0.0)
    assert not files.is_due(100.0, ())
    (tmp_path / "day/post.toml").write_text("title = ")
    files.see(tmp_path, sources, 100.0)
    assert not files.is_due(104.0, ())
    (tmp_path / "day/post.toml").write_text('title = "x"')
    files.see(tmp_path, sources, 104.0)
    assert not files.is_due(108.0, ()) and files.is_due(109.0, ())
    files.begin(())
    files.see(tmp_path, sources, 110.0)
    assert not files.is_due(200.0, ())
    (tmp_path / "day/post.toml").unlink()
    files.see(tmp_path, sources, 200.0)
    assert files.is_due(205.0, ())


def test_a_file_where_no_picture_is_speaks_of_nothing(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/post.toml").write_text("")
    files = PostFiles(1.0)
    files.see(tmp_path, [], 0.0)
    assert not files.is_due(10.0, ())


def test_what_a_post_waited_for_is_taken_away():
    files, half = PostFiles(1.0), Waiting("a.jpg", Kind.PHOTO, "", True)
    files.begin([half])
    assert not files.is_due(9.0, [])
    files.heard(held=True)
    assert not files.is_due(9.0, [half]) and files.is_due(9.0, [])
