"""post.toml and what it asks for: strict, every mistake with file and line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.batch.post_file import find_posts, folder_name, platforms_of
from mediakit.batch.post_values import PostWords
from mediakit.batch.shoot import find_sources
from mediakit.errors import DataError, UsageError


@pytest.fixture
def shoot(tmp_path):
    for name in ("a.jpg", "b.jpg", "day/c.jpg", "day/d.jpg", "day/late/e.jpg"):
        path = tmp_path / "shoot" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\xff\xd8")
    return tmp_path / "shoot"


def posts(folder: Path, text: str | None = None, *, at: str = "", grouping="none", words=None):
    if text is not None:
        (folder / at / "post.toml").write_text(text, encoding="utf-8")
    return find_posts(find_sources([folder]), grouping, words or {})


def test_nothing_is_a_post_until_somebody_says_so(shoot):
    assert posts(shoot) == ()


def test_a_file_at_the_top_makes_the_whole_shoot_a_post(shoot):
    (one,) = posts(shoot, 'title = "周末"\ntopics = ["试色"]\n')
    assert one.members == ("a.jpg", "b.jpg", "day/c.jpg", "day/d.jpg", "day/late/e.jpg")
    assert one.words == PostWords("周末", "", ("试色",))
    assert one.name == "post" and not one.ordered and one.sponsored is None


def test_a_folder_with_its_own_file_is_its_own_post(shoot):
    posts(shoot, 'name = "rest"\n')
    found = {post.name: post.members for post in posts(shoot, "", at="day")}
    assert found == {"rest": ("a.jpg", "b.jpg"), "day": ("day/c.jpg", "day/d.jpg", "day/late/e.jpg")}


def test_several_posts_in_one_file(shoot):
    found = posts(
        shoot,
        """
platforms = ["weibo"]
sponsored = true
[[posts]]
name = "two"
order = ["b.jpg", "day/c.jpg"]
[[posts]]
folder = "day/late"
sponsored = false
platforms = ["xiaohongshu.image"]
""",
    )
    assert [(p.name, p.members, p.ordered, p.sponsored) for p in found] == [
        ("two", ("b.jpg", "day/c.jpg"), True, True),
        ("day-late", ("day/late/e.jpg",), False, False),
    ]
    assert platforms_of(found) == ("weibo", "xiaohongshu.image")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('title = "x"\norder = ["a.jpg", "gone.jpg"]\n', 2, "gone.jpg"),
        ('order = [\n  "a.jpg",\n  "c.jpg",\n]\n', 3, "c.jpg"),
        ('titel = "x"\n', 1, "did you mean 'title'"),
        ("title = 3\n", 1, "text in quotes"),
        ("\ntopics = 'one'\n", 2, "must be a list"),
        ('platforms = ["xiaohongshuu"]\n', 1, "xiaohongshuu"),
        ('[[posts]]\nname = "x"\n', 1, "folder"),
        ('[[posts]]\nname = "x"\nfolder = "nowhere"\n', 3, "nowhere"),
        ('order = ["../a.jpg"]\n', 1, "below the folder"),
        ("order = []\n", 1, ""),
        ("title = x\n", 1, ""),
        ('title = "\\ud800"\n', 1, ""),
    ],
)
def test_a_mistake_names_file_and_line(shoot, text, line, words):
    with pytest.raises(DataError) as error:
        posts(shoot, text)
    assert f"post.toml:{line}" in str(error.value) and words in str(error.value)


def test_a_name_nearly_right_is_proposed(shoot):
    with pytest.raises(DataError, match=r"Did you mean 'day/c\.jpg'"):
        posts(shoot, 'order = ["day/c.jpeg"]\n')


def test_a_binary_file_is_refused_with_its_line(shoot):
    (shoot / "post.toml").write_bytes(b'title = "x"\n\xff\xfe\x00')
    with pytest.raises(DataError, match=r"post\.toml:2: not UTF-8"):
        posts(shoot)


def test_grouping_takes_what_no_file_speaks_of(shoot):
    posts(shoot, "", at="day")
    by_folder = {post.name: post.members for post in posts(shoot, grouping="folder")}
    assert by_folder == {"day": ("day/c.jpg", "day/d.jpg", "day/late/e.jpg"), "post": ("a.jpg", "b.jpg")}
    assert [post.members for post in posts(shoot, grouping="shoot")][-1] == ("a.jpg", "b.jpg")


def test_words_go_to_posts_that_have_none(shoot):
    posts(shoot, 'title = "own"\n', at="day")
    found = posts(shoot, grouping="shoot", words={"": PostWords("any")})
    assert [post.words.title for post in found] == ["own", "any"]
    with pytest.raises(UsageError, match="no such post"):
        posts(shoot, grouping="shoot", words={"elsewhere": PostWords("any")})


def test_two_posts_never_share_a_name(shoot):
    text = '[[posts]]\nname = "Café"\norder = ["a.jpg"]\n[[posts]]\nname = "CAFE\u0301"\norder = ["b.jpg"]\n'
    assert [post.name for post in posts(shoot, text)] == ["Café", "CAFÉ-2"]


def test_a_link_out_of_the_shoot_is_no_picture(shoot, tmp_path):
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (shoot / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (one,) = posts(shoot, 'order = ["out.jpg"]\n')
    assert one.members == ("out.jpg",)  # refused at sight: the post will say that it is missing


@given(st.text())
def test_any_name_becomes_one_folder(said):
    name = folder_name(said)
    assert name and name not in (".", "..") and len(name.encode()) <= 121
    assert not set(name) & set('/\\<>:"|?*\0\n\u202e') and name.strip(" .") == name
    assert folder_name(name) == name


def test_words_for_one_platform_win_there_and_leave_the_rest_to_the_post(shoot):
    text = (
        'title = "周末"\nbody = "来"\n[words.weibo]\ntitle = "微博标题"\n[words."xiaohongshu.image"]\nbody = "图文"\n'
    )
    (one,) = posts(shoot, text)
    assert one.words.on("weibo.image") == PostWords("微博标题", "来")
    assert one.words.on("xiaohongshu.image@1:1") == PostWords("周末", "图文")
    assert one.words.on("xiaohongshu.video") == one.words.on("douyin.image") == PostWords("周末", "来")


@pytest.mark.parametrize("key", ["nowhere", "weibo.nothing"])
def test_words_for_a_platform_nobody_knows_are_a_mistake(shoot, key):
    with pytest.raises(DataError, match=r"post\.toml:2"):
        posts(shoot, f'title = "x"\n[words."{key}"]\ntitle = "y"\n')


def test_a_watched_folder_goes_on_without_the_file_that_is_at_fault(shoot):
    (shoot / "post.toml").write_text("title = ", "utf-8")
    (shoot / "day/post.toml").write_text('order = ["c.jpg", "f.jpg"]\n', "utf-8")
    (shoot / "day/late/post.toml").write_text('title = "spät"\n', "utf-8")
    told: list[DataError] = []
    found = find_posts(find_sources([shoot]), awaited=["day/f.jpg"], tell=told.append)
    assert {post.name: post.members for post in found} == {
        "day": ("day/c.jpg", "day/f.jpg"),
        "day-late": ("day/late/e.jpg",),
    }
    assert len(told) == 1 and "post.toml: Invalid value" in str(told[0])
    assert [post.name for post in find_posts(find_sources([shoot]), tell=told.append)] == ["day-late"]
