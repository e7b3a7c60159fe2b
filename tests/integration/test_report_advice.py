"""What report.html tells a person to do, and why a crop is as it is, in a real browser and in both languages."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from browser import reading

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "report"))
from report_samples import delivered, photo, picture, verdict_of

from mediakit.model import Kind, Outcome, Part, Score, Size
from mediakit.quality.parts import cast_part, tilt_part
from mediakit.quality.verdict import PLAIN_TIP
from mediakit.report.manifest import manifest
from mediakit.report.write import write_report

pytestmark = pytest.mark.chromium


def outcome(rel: str, value: float, *parts: Part) -> Outcome:
    return Outcome(rel, "ab" * 32, Kind.PHOTO, size=Size(240, 320), score=Score(value, parts))


@pytest.fixture
def page(tab, tmp_path):
    red = picture(tmp_path, "p", "red")
    felt = Part("impression", 0.52, 1.0, "people would rate it about 52 of 100")
    outcomes = [
        outcome("leans.jpg", 20.0, tilt_part(-12.4)),
        outcome("tinted.jpg", 21.0, cast_part(40.0, 1.0, 2.0)),
        outcome("new.jpg", 22.0, Part("glare", 0.1, 1.0, "glare", "Polarise the light by 30 degrees.")),
        outcome("dull.jpg", 42.0, felt),
        outcome("fine.jpg", 82.0, felt),
        photo("made.jpg", delivered("weibo.image", "w/a.jpg", red, why="two faces"), preview=red),
    ]
    write_report(manifest(outcomes, preset_name="b", preset_fingerprint="f", verdict_of=verdict_of), tmp_path)
    with reading(tab, tmp_path / "report.html", "document.querySelectorAll('.card.filled').length === 6") as page:
        yield page


def gists(page) -> list[str]:
    page.until("document.querySelectorAll('.card.filled').length === 6")
    return page.ask("[...document.querySelectorAll('.card')].map(c => c.querySelector('.gist')?.textContent ?? '')")


def test_advice_is_in_the_language_of_the_page_and_keeps_its_number(page):
    assert gists(page)[0] == "Level: Hold the phone level: it leans 12 degrees."
    page.click("#language")
    leans, tinted, new, *_ = gists(page)
    assert leans == "水平: 把手机端平：画面斜了 12 度。"
    assert tinted.endswith("到窗边拍：颜色偏了。")
    assert new == "Glare: Polarise the light by 30 degrees."
    again = page.ask("document.querySelector('#retake strong').textContent")
    assert again == "把手机端平：画面斜了 12 度。"


def test_what_needs_a_look_says_what_to_do_and_what_passed_does_not(page):
    assert gists(page)[3:5] == [f"Impression: {PLAIN_TIP}", ""]


def test_why_a_crop_is_what_it_is_reads_as_a_sentence(page):
    page.click('.card[data-index="5"] .open')
    page.until("document.querySelector('#detail[open]') !== null")
    assert "Two faces. " in page.ask("document.getElementById('detail').textContent")


def test_the_keys_beside_the_words_of_a_crop_are_alike(page):
    page.click('.card[data-index="5"] .open')
    page.until("document.querySelector('#detail[open]') !== null")
    page.ask("[...document.querySelectorAll('#detail button')].find(b => b.textContent === 'Crop').click()")
    page.until("document.querySelector('.legend') !== null")
    sizes = page.ask("[...document.querySelectorAll('.legend .key')].map(k => `${k.offsetWidth}x${k.offsetHeight}`)")
    assert len(sizes) == 3
    assert len(set(sizes)) == 1
