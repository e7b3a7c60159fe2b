"""Lines of keys: the promise is that an error points at the line a person would look at."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediakit.errors import DataError
from mediakit.presets.toml_file import join_key, lines_of, read_toml, split_key

TEXT = '''\
schema = 1
# name = "not this one"
name = "a # b"
targets = [
  "x",  # ]
  "y",
]
text = """
[not.a.table]
key = 1 \\"""
"""
[sound]
mode = "keep"
"duck db" = 3
deep.er = 1
[[sound.beds]]
file = "a"
[[sound.beds]]
file = 'b'
[surfaces."weibo.video"]
max_bytes = 1
'''


def test_every_kind_of_key_has_its_line():
    tomllib.loads(TEXT)  # the sample itself is valid
    lines = lines_of(TEXT)
    assert lines[("schema",)] == 1
    assert lines[("name",)] == 3
    assert lines[("targets",)] == 4
    assert lines[("text",)] == 8
    assert lines[("sound",)] == 12
    assert lines[("sound", "mode")] == 13
    assert lines[("sound", "duck db")] == 14
    assert lines[("sound", "deep", "er")] == 15
    assert lines[("sound", "beds", 0, "file")] == 17
    assert lines[("sound", "beds", 1, "file")] == 19
    assert lines[("surfaces", "weibo.video", "max_bytes")] == 21
    assert ("not", "a", "table") not in lines
    assert ("key",) not in lines


def test_a_key_inside_an_inline_table_takes_the_line_around_it(tmp_path):
    path = tmp_path / "p.toml"
    path.write_text('[sound]\nbeds = [\n  {file = "x"},\n]\n')
    assert read_toml(path).at(("sound", "beds", 0, "file")) == f"{path}:2"


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"a = 1\nb = = 2\n", ":2"),
        (b'a = "\xff"\n', ":1"),
        (b"a = 1\na = 2\n", ":2"),
        (b"x = [" * 50_000, ""),
        (b"a = 1\n" * 200_000, ""),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(tmp_path, raw, where):
    path = tmp_path / "p.toml"
    path.write_bytes(raw)
    with pytest.raises(DataError) as caught:
        read_toml(path)
    assert f"{path}{where}" in str(caught.value)


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path):
    path = tmp_path / "p.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\nb = 2\r\n")
    file = read_toml(path)
    assert file.table == {"a": 1, "b": 2}
    assert file.line_of(("b",)) == 2


def test_a_missing_file_is_an_error_in_words(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_toml(Path(tmp_path / "none.toml"))


@given(st.lists(st.text(alphabet="abc-_.é\"' 色", min_size=1).filter(lambda s: "\\" not in s), min_size=1, max_size=4))
def test_dotted_keys_survive_a_round_trip(parts):
    plain = [part.replace('"', "") or "x" for part in parts]
    assert split_key(join_key(tuple(plain))) == tuple(plain)


@given(st.text(max_size=300))
def test_the_scan_never_fails_on_any_text(text):
    lines_of(text)
