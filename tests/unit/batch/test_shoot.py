import os
from pathlib import Path

import pytest

from mediakit.batch.shoot import find_sources, refuse_overlap
from mediakit.errors import ClashError, Fault, UsageError
from mediakit.model import Kind


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


def test_photos_and_clips_are_found_below_and_the_rest_is_left_alone(tmp_path):
    for name in ("b/IMG_2.MOV", "a.jpg", "notes.txt", ".hidden.jpg", "._a.jpg", "song.mp3", "x.part", "@eaDir/a.jpg"):
        touch(tmp_path / name)
    shoot = find_sources([tmp_path])
    assert [(s.rel, s.kind) for s in shoot.sources] == [("a.jpg", Kind.PHOTO), ("b/IMG_2.MOV", Kind.CLIP)]
    assert not shoot.refused


@pytest.mark.parametrize(
    "name", ["-rf.jpg", 'it\'s, [a] "b":c;.jpg', "line\nbreak.jpg", "口红😀.jpg", " .jpg", "x" * 251 + ".jpg"]
)
def test_any_name_is_a_name(tmp_path, name):
    touch(tmp_path / name)
    assert [s.rel for s in find_sources([tmp_path]).sources] == [name]


def test_a_link_is_refused_by_name_and_not_followed(tmp_path):
    outside = touch(tmp_path / "outside" / "secret.jpg")
    shoot_folder = tmp_path / "shoot"
    touch(shoot_folder / "a.jpg")
    (shoot_folder / "link.jpg").symlink_to(outside)
    (shoot_folder / "dir").symlink_to(outside.parent, target_is_directory=True)
    shoot = find_sources([shoot_folder])
    assert [s.rel for s in shoot.sources] == ["a.jpg"]
    assert [(r.rel, r.problem.code) for r in shoot.refused] == [("link.jpg", Fault.UNREADABLE)]


def test_a_pipe_named_like_a_photo_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert [r.rel for r in find_sources([tmp_path]).refused] == ["pipe.jpg"]


def test_several_paths_share_their_common_root(tmp_path):
    touch(tmp_path / "one" / "a.jpg")
    touch(tmp_path / "two" / "b.jpg")
    shoot = find_sources([tmp_path / "one", tmp_path / "two" / "b.jpg"])
    assert [s.rel for s in shoot.sources] == ["one/a.jpg", "two/b.jpg"]


def test_a_path_that_is_not_there_is_a_mistyped_command(tmp_path):
    with pytest.raises(UsageError, match="nowhere"):
        find_sources([tmp_path / "nowhere"])


def test_output_inside_the_shoot_stops_the_plan_also_through_a_link(tmp_path):
    touch(tmp_path / "shoot" / "a.jpg")
    shoot = find_sources([tmp_path / "shoot"])
    (tmp_path / "elsewhere").symlink_to(tmp_path / "shoot", target_is_directory=True)
    for out in (tmp_path / "shoot", tmp_path / "shoot" / "out", tmp_path / "elsewhere" / "out", tmp_path):
        with pytest.raises(ClashError):
            refuse_overlap(shoot, out)
    refuse_overlap(shoot, tmp_path / "out")


def test_a_single_photo_may_have_its_output_beside_it(tmp_path):
    shoot = find_sources([touch(tmp_path / "a.jpg")])
    refuse_overlap(shoot, tmp_path / "mediakit-out")
