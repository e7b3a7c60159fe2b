"""What a shoot leaves alone for its name: the litter of systems, what is on its way, and what a person names."""

from pathlib import Path

import pytest

from mediakit.batch.shoot import MOST_IGNORED, find_sources, sources_at


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    return path


LITTER = (
    *(".IMG_1.jpg", "._IMG_1.jpg", ".DS_Store", "Thumbs.db", "THUMBS.DB", "desktop.ini", "Desktop.ini"),
    *("@eaDir/IMG_1.jpg", "@eaDir/IMG_1.jpg/SYNOPHOTO_THUMB_M.jpg", ".stfolder/a.jpg", ".stversions/a~2024.jpg"),
    *(".Trashes/501/a.jpg", "__MACOSX/._a.jpg", "__MACOSX/a.jpg", "#recycle/a.jpg", "$RECYCLE.BIN/a.jpg"),
    *(".syncthing.a.jpg.tmp", "~syncthing~a.jpg", "~syncthing~a.jpg.tmp", "a.jpg.part", "a.jpg.filepart"),
    *("a.jpg.crdownload", "a.jpg.PART", "a.tmp", "a.jpg.tmp", ".mediakit-tmp-0123.jpg", "a.xmp", "a.jpg.toml"),
)


@pytest.mark.parametrize("name", LITTER)
def test_litter_and_what_is_on_its_way_is_left_alone_at_any_depth(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)
    touch(tmp_path / "deep/er" / name)
    touch(tmp_path / "a.jpg.jpg")
    shoot = find_sources([tmp_path])
    assert [source.rel for source in shoot.sources] == ["a.jpg.jpg"]
    assert not shoot.refused


@pytest.mark.parametrize("name", ["part.jpg", "tmp.jpg", "desktop.ini.jpg", "a.part.jpg", "~a.jpg", "a.tmp.heic"])
def test_a_photo_whose_name_only_reminds_of_litter_is_a_photo(tmp_path: Path, name: str) -> None:
    touch(tmp_path / name)
    assert [source.rel for source in find_sources([tmp_path]).sources] == [name]


def test_a_pattern_of_a_person_leaves_files_and_folders_alone_and_is_named(tmp_path: Path) -> None:
    for name in ("a.jpg", "a DRAFT.jpg", "drafts/b.jpg", "old/c.jpg", "old/deep/d.jpg", "new/old/e.jpg", "x[1].jpg"):
        touch(tmp_path / name)
    shoot = find_sources([tmp_path], ignore=["*draft*", "old/*", "x[[]1].jpg"])
    assert [source.rel for source in shoot.sources] == ["a.jpg", "new/old/e.jpg"]
    assert {(one.rel, one.pattern) for one in shoot.ignored} == {
        ("a DRAFT.jpg", "*draft*"),
        ("drafts", "*draft*"),
        ("old/c.jpg", "old/*"),
        ("old/deep", "old/*"),
        ("x[1].jpg", "x[[]1].jpg"),
    }


def test_only_the_first_of_many_are_named(tmp_path: Path) -> None:
    for number in range(MOST_IGNORED + 10):
        touch(tmp_path / f"{number}.jpg.part")
    assert len(find_sources([tmp_path]).ignored) == MOST_IGNORED


def test_a_file_that_is_named_itself_is_taken_whatever_it_is_called(tmp_path: Path) -> None:
    assert [source.rel for source in find_sources([touch(tmp_path / "._a.jpg")]).sources] == ["._a.jpg"]


def test_what_lies_in_one_folder_stays_together(tmp_path: Path) -> None:
    for name in ("a/x.jpg", "a b/x.jpg", "a-b/x.jpg", "a.jpg"):
        touch(tmp_path / name)
    rels = [source.rel for source in find_sources([tmp_path]).sources]
    assert rels == sorted(rels, key=lambda rel: Path(rel).parts) == ["a/x.jpg", "a b/x.jpg", "a-b/x.jpg", "a.jpg"]


def test_some_paths_are_found_as_a_walk_of_everything_finds_them(tmp_path: Path) -> None:
    root = tmp_path / "root"
    litter = [f"{number}/{name}" for number, name in enumerate(LITTER)]
    names = [*litter, "a.jpg", "deep/b.MOV", "deep/draft.jpg", "old/c.jpg", "notes.doc", "d.jpg/e.jpg", "Bad\udcff.jpg"]
    paths = [touch(root / name) for name in names]
    outside = touch(tmp_path / "outside/x.jpg")
    (root / "link").symlink_to(outside.parent, target_is_directory=True)
    (root / "link.jpg").symlink_to(outside)
    asked = [
        *paths,
        root,
        root / "deep",
        root / "d.jpg",
        root / "gone.jpg",
        root / "link/x.jpg",
        root / "link.jpg",
        outside,
    ]
    ignore = ["draft*", "old/*"]
    all_of_them = find_sources([root], ignore=ignore).sources
    assert sources_at(root, map(str, asked), ignore=ignore) == all_of_them
    assert [source.rel for source in all_of_them] == ["Bad\udcff.jpg", "a.jpg", "d.jpg/e.jpg", "deep/b.MOV"]
