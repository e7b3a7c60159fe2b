"""Filtergraphs say what was meant, whatever the values look like."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.pixels.cube import Cube
from mediakit.tools.ffmpeg import run_ffmpeg
from mediakit.video.graph import Chain, Filter, graph_text, make


def test_the_manuals_own_example() -> None:
    # "Notes on filtergraph escaping", ffmpeg-filters manual: this is a 'string': may contain one, or more, special characters
    text = "this is a 'string': may contain one, or more, special characters"
    expected = r"drawtext=text=this is a \\\'string\\\'\\: may contain one\, or more\, special characters"
    assert str(Filter("drawtext", (("text", text),))) == expected


def test_fractions_and_reserved_words_pass() -> None:
    assert str(make("fps", fps=Fraction(30000, 1001))) == "fps=fps=30000/1001"
    assert str(make("x", in_="a")) == "x=in=a"
    assert str(make("null")) == "null"


def test_chains_are_joined_with_their_pads() -> None:
    chains = [Chain(("0:0",), (make("split", outputs=2),), ("a", "b")), Chain(("a",), (), ("v0",))]
    assert graph_text(chains) == "[0:0]split=outputs=2[a][b];[a]null[v0]"


NAMES = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="/\0"), min_size=1, max_size=40
).filter(lambda name: name not in (".", "..") and len(name.encode()) < 200)


@settings(max_examples=25, deadline=None)
@given(NAMES)
def test_ffmpeg_opens_the_file_that_was_meant(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    folder = tmp_path_factory.mktemp("names")
    Cube.identity().write(folder / (name + ".cube"))
    lut = make("lut3d", file=str(folder / (name + ".cube")))
    source = ("-f", "lavfi", "-i", "color=red:s=16x16:d=0.04:r=25")
    graph = graph_text([Chain(("0:v",), (make("format", pix_fmts="gbrp"), lut), ("v",))])
    run_ffmpeg([*source, "-filter_complex", graph, "-map", "[v]", "-f", "null", "-"], timeout_s=30)


def test_a_hostile_name_from_the_shoot(tmp_path: Path) -> None:
    name = "a'b:c,[d];=\n-\U0001f600\\.cube"
    Cube.identity().write(tmp_path / name)
    graph = graph_text([Chain(("0:v",), (make("lut3d", file=str(tmp_path / name)),), ("v",))])
    source = ("-f", "lavfi", "-i", "color=red:s=16x16:d=0.04:r=25")
    run_ffmpeg([*source, "-filter_complex", graph, "-map", "[v]", "-f", "null", "-"], timeout_s=30)
