"""A clip's border goes on in its ground where every look at the shot shows a plain one, decided shot by shot."""

from fractions import Fraction

import numpy as np
import pytest

from mediakit.batch.clip_camera import Cut
from mediakit.batch.clip_output import on_its_ground
from mediakit.frame.scenes import Scene
from mediakit.frame.solve import Framing
from mediakit.look.measure import measure
from mediakit.model import Crop, Findings, Size
from mediakit.video.look import ClipLook
from mediakit.video.sample import Sample

SHOWN, UPRIGHT = Size(1280, 720), Size(720, 1280)
CUT = Cut(begin_s=1.0, frames=75, fps=Fraction(25))
CARD = np.full((180, 320, 3), 240, np.uint8)
CARD[60:120, 100:220] = 30
CUT_OFF = CARD.copy()
CUT_OFF[:60, 100:220] = 30


def looked_at(*pictures):
    """A look a second, from half a second on."""
    samples = tuple(Sample(n + 0.5, rgb) for n, rgb in enumerate(pictures))
    seen = tuple(Findings(SHOWN) for _ in samples)
    return ClipLook(samples=samples, seen=seen, findings=Findings(SHOWN), tone=measure(CARD), runs=(), notes=())


def scene(begin=0, end=75, fit="blur"):
    return Scene(begin, end, Framing(Crop.whole(SHOWN), fit, "as asked"))


@pytest.mark.parametrize(
    ("pictures", "continued"),
    [
        ((CUT_OFF, CARD, CARD, CARD), True),  # the first look is before the cut begins
        ((CARD, CARD, CUT_OFF, CARD), False),
        ((CARD,), False),  # nobody looked: as ever
    ],
)
def test_every_look_at_the_shot_decides(pictures, continued):
    assert on_its_ground(scene(), looked_at(*pictures), UPRIGHT, CUT).framing.continued is continued


def test_shots_decide_alone_and_a_crop_has_no_border():
    look = looked_at(CARD, CARD, CUT_OFF, CUT_OFF)
    assert on_its_ground(scene(0, 25), look, UPRIGHT, CUT).framing.continued
    assert not on_its_ground(scene(25, 75), look, UPRIGHT, CUT).framing.continued
    assert on_its_ground(scene(fit="crop"), look, UPRIGHT, CUT) == scene(fit="crop")
    assert on_its_ground(scene(fit="pad"), look, UPRIGHT, CUT) == scene(fit="pad")
