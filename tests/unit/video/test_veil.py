"""Places are hidden without a gap: held at both ends, straight between sightings, frame for frame in the mattes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from clip_maker import TAGGED_709, encode, ffprobe, picture
from hypothesis import given
from hypothesis import strategies as st

from mediakit.model import Box, Crop
from mediakit.presets.schema import Limits
from mediakit.video.clip import ClipInfo
from mediakit.video.copying import can_copy_picture
from mediakit.video.probe import probe
from mediakit.video.render import ClipOutput, render_clip
from mediakit.video.sample import sample_between, walk_frames
from mediakit.video.veil import HELD_S, Matte, Veiled, veiled, write_mattes

TICK = Fraction(1, 15360)


@given(
    st.lists(
        st.tuples(st.integers(10, 90).map(lambda n: n / 10), st.floats(0, 500), st.floats(5, 90)),
        min_size=1,
        max_size=12,
    ),
    st.floats(0, 1),
)
def test_a_place_is_hidden_at_every_moment_between_its_sightings(seen, share):
    place = veiled([(t, Box(x, 40, size, size)) for t, x, size in seen], shot=(0.0, 10.0), is_round=True, grow=1.2)
    assert place is not None
    first, last = min(t for t, _, _ in seen), max(t for t, _, _ in seen)
    box = place.at(first + share * (last - first))
    assert box is not None and box.w > 0
    assert place.at(max(0.0, first - HELD_S + 0.01)) is not None
    assert place.at(min(9.99, last + HELD_S - 0.01)) is not None
    assert place.at(first - HELD_S - 0.02) is None
    cells = min(max(b.w for b in place.boxes), max(b.h for b in place.boxes)) / place.cell_px
    assert cells <= 3.01 or place.cell_px == 256


def test_a_place_never_reaches_into_another_shot():
    place = veiled(
        [(2.1, Box(0, 0, 9, 9)), (3.9, Box(5, 0, 9, 9)), (4.2, Box(90, 0, 9, 9))], shot=(2.0, 4.0), is_round=True
    )
    assert place is not None
    assert (place.begin_s, place.end_s) == (2.0, 4.0)
    assert place.at(3.9).x == 5
    assert 5 < place.at(3.99).x < 6
    assert veiled([(5.0, Box(0, 0, 9, 9))], shot=(2.0, 4.0), is_round=True) is None


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClipInfo, list[float], Fraction]:
    path = tmp_path_factory.mktemp("veil") / "in.mp4"
    grainy = picture(w=320, h=180, seconds=2)
    grainy[-1] += ",noise=alls=70"
    encode(*grainy, to=path, options=(*TAGGED_709, "-crf", "14"))
    info = probe(path, Limits())
    walked = [(frame.t_s, frame.tick) for frame in walk_frames(path, info)]
    return path, info, [t for t, _ in walked], walked[0][1]


def mattes_of(clip, folder: Path, *places: Veiled) -> tuple[Matte, ...]:
    _, info, times, tick = clip
    return write_mattes(places, info, times, tick, folder, "m")


def test_a_matte_has_a_frame_for_every_frame_and_covers_the_place_in_each(clip, tmp_path: Path):
    place = veiled([(0.5, Box(100, 60, 40, 50)), (1.4, Box(190, 60, 40, 50))], shot=(0.0, 2.0), is_round=True)
    (matte,) = mattes_of(clip, tmp_path, place)
    _, info, times, _ = clip
    with av.open(str(matte.path)) as file:
        frames = [(float(frame.time), frame.to_ndarray()[: frame.height]) for frame in file.decode(video=0)]
    assert [t for t, _ in frames] == pytest.approx([*times, 2.0], abs=1e-6)
    for t, luma in frames:
        box = place.at(t)
        if box is None:
            assert not luma.any()
            continue
        scale = luma.shape[1] / info.size.width_px
        x, y = (round(v * scale) for v in box.centre)
        assert luma[y, x] == 255
        assert luma[y, max(0, round((box.x + 1) * scale))] > 100
        assert luma[2, 2] == 0


def test_what_is_hidden_is_gone_and_the_rest_is_untouched(clip, tmp_path: Path):
    path, info, _, _ = clip
    place = veiled([(0.0, Box(100, 50, 70, 80)), (2.0, Box(160, 50, 70, 80))], shot=(0.0, 2.1), is_round=True)
    plain = ClipOutput(
        path=tmp_path / "plain.mp4", size=info.size, crop=Crop.whole(info.size), fps=info.fps, sharpen=0.01
    )
    hidden = ClipOutput(
        path=tmp_path / "hidden.mp4",
        size=info.size,
        crop=Crop.whole(info.size),
        fps=info.fps,
        sharpen=0.01,
        mattes=mattes_of(clip, tmp_path, place),
    )
    assert not can_copy_picture(info, hidden)
    render_clip(path, info, [plain, hidden])
    assert ffprobe(plain.path)["streams"][0]["nb_frames"] == ffprobe(hidden.path)["streams"][0]["nb_frames"] == "60"
    pairs = zip(frames_of(plain.path), frames_of(hidden.path), strict=True)
    for t, (before, after) in enumerate(pairs):
        box = place.at(t / 30)
        x, y, w, h = (round(v) for v in (box.x + 15, box.y + 15, box.w - 30, box.h - 30))
        inside = (slice(y, y + h), slice(x, x + w))
        assert rough(after[inside]) < 0.2 * rough(before[inside])
        assert np.median(np.abs(before[:, :40].astype(int) - after[:, :40])) <= 1


def rough(part: np.ndarray) -> float:
    """How much fine detail there is."""
    return float(np.abs(np.diff(part.astype(int), n=2, axis=1)).mean())


def frames_of(path: Path) -> list[np.ndarray]:
    info = probe(path, Limits())
    return [one.rgb for one in sample_between(path, info, 0.0, 59 / 30, count=60)]


def test_outputs_that_hide_different_things_share_one_run(clip, tmp_path: Path):
    path, info, _, _ = clip
    place = veiled([(0.0, Box(100, 50, 70, 80))], shot=(0.0, 2.1), is_round=False)
    hidden = mattes_of(clip, tmp_path, place)
    crop = Crop(0, 0, info.size.width_px - 2, info.size.height_px)
    outputs = [
        ClipOutput(path=tmp_path / f"{n}.mp4", size=info.size, crop=crop, fps=info.fps, mattes=mattes)
        for n, mattes in enumerate([(), hidden, hidden])
    ]
    render_clip(path, info, outputs)
    first, second, third = (frames_of(one.path)[5] for one in outputs)
    inside = (slice(70, 110), slice(115, 155))
    assert np.array_equal(second, third)
    assert rough(second[inside]) < 0.2 * rough(first[inside])


def test_ten_bits_are_hidden_too(tmp_path: Path):
    path = tmp_path / "ten.mp4"
    encode(
        *picture("testsrc2", seconds=1),
        to=path,
        codec="libx265",
        options=("-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error"),
    )
    info = probe(path, Limits())
    assert info.bit_depth == 10
    walked = [(frame.t_s, frame.tick) for frame in walk_frames(path, info)]
    place = veiled([(0.0, Box(100, 50, 70, 80)), (1.0, Box(100, 50, 70, 80))], shot=(0.0, 1.1), is_round=True)
    mattes = write_mattes([place], info, [t for t, _ in walked], walked[0][1], tmp_path, "m")
    output = ClipOutput(
        path=tmp_path / "o.mp4", size=info.size, crop=Crop.whole(info.size), fps=info.fps, mattes=mattes
    )
    render_clip(path, info, [output])
    frame = sample_between(output.path, probe(output.path, Limits()), 0.5, 0.5, count=1)[0].rgb
    assert rough(frame[75:105, 118:152]) < 2.0
    assert frame[:40].std() > 40
