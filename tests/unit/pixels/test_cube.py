"""The cube: it is what it says, it composes, its file survives, and ffmpeg reads it the same way."""

import contextlib
import pickle
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediakit.errors import DataError
from mediakit.pixels.cube import Cube, compose, grid, read_cube
from mediakit.pixels.lab import ciede2000, lab_from_srgb


def warm(rgb):
    """A smooth look: warmer, a soft S-curve."""
    curved = rgb + 0.08 * np.sin(2 * np.pi * rgb) * -1.0
    return np.clip(curved * np.array([1.06, 1.0, 0.92]), 0, 1)


@pytest.fixture(scope="module")
def photo():
    """Smooth colour ramps and noise: every part of the cube is visited."""
    rng = np.random.default_rng(5)
    y, x = np.mgrid[0:240, 0:320]
    ramp = np.stack([x * 255 / 319, y * 255 / 239, (x + y) * 255 / 558], axis=-1)
    return np.clip(ramp + rng.normal(0, 6, ramp.shape), 0, 255).astype(np.uint8)


def chart(patch_px=40):
    """24 patches in the spirit of a colour checker: skins, sky, foliage, primaries and a grey ramp."""
    rows = (
        "735244 c29682 627a9d 576c43 8580b1 67bdaa d67e2c 505ba6 c15a63 5e3c6c 9dbc40 e0a32e "
        "383d96 469449 af363c e7c71f bb5695 0885a1 f3f3f2 c8c8c8 a0a0a0 7a7a79 555555 343434"
    )
    colours = np.array([[int(c[i : i + 2], 16) for i in (0, 2, 4)] for c in rows.split()], np.uint8).reshape(4, 6, 3)
    return colours.repeat(patch_px, 0).repeat(patch_px, 1)


def test_identity_changes_nothing(photo):
    cube = Cube.identity()
    assert cube.is_identity
    assert np.array_equal(cube.apply(photo), photo)


def test_apply_agrees_with_the_function_it_was_sampled_from(photo):
    cube = Cube.from_function(warm)
    exact = warm(photo.astype(np.float32) / 255) * 255
    assert np.abs(cube.apply(photo) - exact).max() < 1.6
    assert np.abs(cube.apply_float(photo / np.float32(255)) * 255 - exact).max() < 1.3


def test_apply_never_writes_to_its_input_and_takes_slices(photo):
    before = photo.copy()
    sliced = Cube.from_function(warm).apply(photo[::2, ::2])
    assert sliced.shape == (120, 160, 3)
    assert np.array_equal(photo, before)
    sliced[:] = 0


def test_composing_is_doing_one_after_the_other(photo):
    first = Cube.from_function(warm)
    then = Cube.from_function(lambda rgb: rgb[..., ::-1] * 0.9)
    small = photo[::8, ::8] / np.float32(255)
    both = compose(first, then).apply_float(small)
    assert np.abs(both - then.apply_float(first.apply_float(small))).max() < 0.012


@given(st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_strength_goes_straight_from_nothing_to_all(strength):
    cube = Cube.from_function(warm)
    expected = grid() + strength * (cube.table - grid())
    assert np.allclose(cube.blended(strength).table, expected, atol=1e-6)


def test_strength_zero_is_the_identity():
    assert Cube.from_function(warm).blended(0.0).is_identity
    assert not Cube.from_function(warm).is_identity


def test_a_cube_is_read_only_and_travels_between_processes():
    cube = Cube.from_function(warm)
    with pytest.raises(ValueError, match="read-only"):
        cube.table[0, 0, 0, 0] = 1
    assert np.array_equal(pickle.loads(pickle.dumps(cube)).table, cube.table)


def test_written_and_read_again_it_is_the_same(tmp_path):
    cube = Cube.from_function(warm)
    path = tmp_path / "a look, 'with: everything' 口红.cube"
    cube.write(path)
    assert np.abs(read_cube(path).table - cube.table).max() < 1e-6


@pytest.mark.parametrize("size", [2, 5, 17, 65])
def test_any_size_is_resampled_to_ours(tmp_path, size):
    axis = np.linspace(0, 1, size)
    rows = [f"{0.9 * r:.6f} {g:.6f} {0.1 + 0.9 * b:.6f}" for b in axis for g in axis for r in axis]
    path = tmp_path / "size.cube"
    path.write_text(f"# a comment\nLUT_3D_SIZE {size}\n\n" + "\n".join(rows) + "\n")
    expected = grid() * np.array([0.9, 1, 0.9]) + np.array([0, 0, 0.1])
    assert np.abs(read_cube(path).table - expected).max() < 1e-5


def test_a_domain_stretches_the_input(tmp_path):
    path = tmp_path / "domain.cube"
    corners = [f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1)]
    path.write_text("LUT_3D_SIZE 2\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 2 2 2\n" + "\n".join(corners))
    assert np.abs(read_cube(path).table - grid() / 2).max() < 1e-6


IDENTITY_2 = "\n".join(f"{r} {g} {b}" for b in (0, 1) for g in (0, 1) for r in (0, 1))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no LUT_3D_SIZE"),
        ("LUT_3D_SIZE 2\n0 0 0\n", "needs 8 rows, the file has 1"),
        ("LUT_3D_SIZE 2\n" + IDENTITY_2 + "\n1 1 1\n", "line 10.*has 9"),
        ("LUT_3D_SIZE 1\n0 0 0", "line 1: LUT_3D_SIZE"),
        ("LUT_3D_SIZE 900\n", "line 1: LUT_3D_SIZE"),
        ("LUT_3D_SIZE two\n", "line 1: LUT_3D_SIZE"),
        ("LUT_1D_SIZE 2\n0 0 0\n1 1 1\n", "1D table"),
        ("LUT_3D_SIZE 2\nGAMMA 2\n", "line 2: 'GAMMA'"),
        ("LUT_3D_SIZE 2\n" + IDENTITY_2.replace("0 1 0", "0 x1 0"), r"line \d+.*not numbers"),
        ("LUT_3D_SIZE 2\n" + IDENTITY_2.replace("0 1 0", "0 1"), r"line \d+: 3 finite"),
        ("LUT_3D_SIZE 2\n" + IDENTITY_2.replace("0 1 0", "0 nan 0"), "line 4: .*keyword|finite"),
        ("LUT_3D_SIZE 2\n" + IDENTITY_2.replace("0 1 0", "0 -inf 0"), "finite"),
        ("LUT_3D_SIZE 2\n" + IDENTITY_2.replace("0 1 0", "0 900 0"), "far outside"),
        ("LUT_3D_SIZE 2\nDOMAIN_MIN 1 1 1\nDOMAIN_MAX 1 1 1\n" + IDENTITY_2, "DOMAIN_MIN"),
        ("LUT_3D_SIZE 2\n" + IDENTITY_2 + '\nTITLE "late"\n', "after the first row"),
        ("\x89PNG\r\n\x1a\n\x00\x00", "line|no 3D look"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path, text, says):
    path = tmp_path / "broken.cube"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=says) as caught:
        read_cube(path)
    assert "broken.cube" in caught.value.message
    assert caught.value.hint


def test_a_look_is_read_once_until_its_file_changes(tmp_path):
    path = tmp_path / "look.cube"
    Cube.from_function(warm).write(path)
    first = read_cube(path)
    assert read_cube(path) is first
    Cube.identity().write(path, title="another, longer")
    assert read_cube(path).is_identity


def test_a_missing_file_and_a_folder_are_data_errors(tmp_path):
    for path in (tmp_path / "nowhere.cube", tmp_path):
        with pytest.raises(DataError, match="cannot be read"):
            read_cube(path)


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_no_bytes_make_it_raise_anything_else(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("cube") / "any.cube"
    path.write_bytes(b"LUT_3D_SIZE 2\n" + data)
    with contextlib.suppress(DataError):
        read_cube(path)


def test_ffmpeg_sees_the_same_colours(tmp_path):
    """One look for photos and clips: the .cube through ffmpeg's lut3d (tetrahedral) differs by less than is seen."""
    ffmpeg = pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe()
    cube = Cube.from_function(warm)
    cube.write(tmp_path / "look.cube")
    picture = chart()
    height, width = picture.shape[:2]
    run = subprocess.run(
        [ffmpeg, "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i", "-",
         "-vf", "lut3d=file=look.cube", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        input=picture.tobytes(), capture_output=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    theirs = np.frombuffer(run.stdout, np.uint8).reshape(picture.shape)
    difference = ciede2000(lab_from_srgb(cube.apply(picture)), lab_from_srgb(theirs))
    assert difference.mean() < 0.5
    assert difference.max() < 1.5
    assert ciede2000(lab_from_srgb(picture), lab_from_srgb(theirs)).mean() > 2
