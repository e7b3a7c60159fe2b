"""What shots ask of the camera, and what it does where two people do not fit."""

from __future__ import annotations

from fractions import Fraction

from mediakit.frame.path import Grid
from mediakit.frame.reframe import CROWDED, Stretch, camera_path, held_share, moments_of, speaker_stretches, within
from mediakit.frame.track import Shot, Sighting, Track, join, main_tracks, stitched
from mediakit.model import Box, Face, Size

PICTURE, WINDOW = Size(1920, 1080), Size(608, 1080)
TIMES = [n / 6 for n in range(36)]
GRID = Grid(unit_px=1.125, last=1166, fps=Fraction(30), frames_a_step=5)


def seen(x: float, size: float = 200) -> Face:
    return Face(Box(x, 300, size, size), 0.95)


def track(x_at, *, talks=lambda t: 0.0, size: float = 200, times=TIMES) -> Track:
    return Track([Sighting(t, seen(x_at(t), size), talks(t)) for t in times])


def test_a_face_keeps_its_track_across_a_gap_and_two_that_cross_are_not_mixed():
    one, other = track(lambda t: 100.0, times=[0.0]), track(lambda t: 700.0, times=[0.0])
    assert join([one, other], [seen(690), seen(120)], 0.5) == [other, one]
    assert join([one], [seen(120)], 3.0) == [None], "gone for too long"
    assert join([one], [seen(120, size=600)], 0.2) == [None], "somebody else, much nearer"


def test_somebody_in_the_background_is_no_main_face():
    near, far = track(lambda t: 100.0), track(lambda t: 900.0, size=60)
    brief = track(lambda t: 1500.0, times=TIMES[:4])
    assert main_tracks(Shot(0, 6, (near, far, brief)), PICTURE) == [near]


def test_what_looks_like_a_face_once_is_no_main_face():
    spot = Track([Sighting(t, seen(900), sure=t == 0) for t in TIMES])
    person = track(lambda t: 100.0)
    assert main_tracks(Shot(0, 6, (spot, person)), PICTURE) == [person]


def test_who_looks_away_for_a_while_is_the_same_person():
    before, after = track(lambda t: 100.0, times=TIMES[:9]), track(lambda t: 250.0, times=TIMES[27:])
    beside, nearer = track(lambda t: 900.0, times=TIMES[27:]), track(lambda t: 100.0, size=420, times=TIMES[27:])
    kept = stitched([before, after, beside, nearer])
    assert [(one.begin_s, one.end_s) for one in kept] == [
        (0, TIMES[-1]),
        (TIMES[27], TIMES[-1]),
        (TIMES[27], TIMES[-1]),
    ]
    assert 100 < kept[0].box_at(3.0).x < 250, "on the way there"
    assert len(before.sightings) == 9, "what was handed in stays as it was"


def test_people_far_apart_are_told():
    shot = Shot(0, 6, (track(lambda t: 100.0), track(lambda t: 1500.0)))
    assert moments_of(shot, TIMES, PICTURE, WINDOW)[1] == 1.0
    near = Shot(0, 6, (track(lambda t: 100.0), track(lambda t: 400.0)))
    assert moments_of(near, TIMES, PICTURE, WINDOW)[1] <= CROWDED


def test_the_speaker_is_whose_mouth_moves_while_speech_is_heard():
    left = track(lambda t: 100.0, talks=lambda t: 6.0 if t < 3 else 0.0)
    right = track(lambda t: 1500.0, talks=lambda t: 0.0 if t < 3 else 6.0)
    shot = Shot(0, 6, (left, right))
    shown = speaker_stretches(shot, TIMES, PICTURE, [(0.0, 6.0)])
    assert [who for _, _, who in shown] == [left, right]
    assert 2.0 < shown[1][0] < 4.0
    assert (shown[0][0], shown[-1][1]) == (0, 6)
    assert len(speaker_stretches(shot, TIMES, PICTURE, [])) == 1, "nobody is heard: nobody is cut to"


def test_the_camera_cuts_where_the_clip_does_and_nowhere_else():
    shots = [
        Shot(0, 2, (track(lambda t: 100.0, times=TIMES[:12]),)),
        Shot(2, 6, (track(lambda t: 1500.0, times=TIMES[12:]),)),
    ]
    parts = [Stretch(s.begin_s, s.end_s, moments_of(s, within(TIMES, s), PICTURE, WINDOW)[0], 600) for s in shots]
    path = camera_path(parts, PICTURE, WINDOW, GRID, 180)
    starts = [path.start_px(n) for n in range(180)]
    assert len(set(starts[:60])) == len(set(starts[60:])) == 1
    assert starts[60] - starts[59] > 1000
    assert held_share(path, shots, TIMES, 0.0) == 1.0
    assert path.facts()["knots"][0][0] == 0.0
    assert path.crop_at(0).x_px >= 0
