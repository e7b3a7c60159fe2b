"""The shoot as a whole in report.html, in a real browser: scores, the table, what to take again, takes of one, clips."""

from __future__ import annotations

import re
import sys
import urllib.parse
from pathlib import Path

import pytest
from browser import reading

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "report"))
from report_samples import HOSTILE, delivered, photo, picture, refused, score, verdict_of

from mediakit.batch.cull import Culled, Group, Take
from mediakit.model import Kind, Moment, Outcome, Score, Size
from mediakit.report.manifest import manifest
from mediakit.report.takes import takes_json
from mediakit.report.write import write_report

pytestmark = pytest.mark.chromium

VALUES = {"fine.jpg": 82.0, "poor.jpg": 12.0, "soft.jpg": 45.0, "take a.jpg": 70.0, "take b.jpg": 20.0, HOSTILE: 15.0}


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("out")
    red, blue, lime = (picture(out, colour, colour) for colour in ("red", "blue", "lime"))
    made = delivered("xiaohongshu.cover", "x/clip.cover.jpg", blue, size=Size(1080, 1440))
    made.facts.update(frame_s=1.5, other_frames=[{"frame_s": 4.0, "preview": lime}, {"frame_s": 6.2, "preview": red}])
    cut = delivered("xiaohongshu.video", "x/clip.mp4", red, duration_s=5.0)
    cut.facts["stretch"] = {"begin_s": 2.0, "why": "speech"}
    moments = (Moment(1.0, "shake", "jumps 2 %", 0.2), Moment(4.0, "exposure", "black for 0.5 s", 0.5))
    clip = Outcome(
        "clip.mp4",
        "ef" * 32,
        Kind.CLIP,
        size=Size(1080, 1920),
        duration_s=8.0,
        score=Score(50.0, score(50.0).parts, moments),
        delivered=(cut, made),
        facts={"preview": red},
    )
    outcomes = [
        photo(rel, delivered("w.i", f"w/{n}.jpg", blue), value=v, preview=red)
        for n, (rel, v) in enumerate(VALUES.items())
    ]
    takes = (Take("take a.jpg", score(70.0), (), red), Take("take b.jpg", score(20.0), ("sharpness: soft",), blue))
    odd = (Take(HOSTILE, score(15.0), (), red), Take("o'hara.jpg", score(14.0), ("noise: grain",), None))
    culled = Culled(
        (Group("take a.jpg", "the best", takes), Group(HOSTILE, "the best", odd)),
        (),
        (),
        ("kept before.jpg", "o'hara.jpg"),
    )
    document = manifest(
        [*outcomes, clip, refused("half.jpg")], preset_name="b", preset_fingerprint="f", verdict_of=verdict_of
    )
    write_report({**document, "takes": takes_json(culled, verdict_of)}, out, seconds=1.0)
    return out


@pytest.fixture
def page(tab, out):
    with reading(tab, out / "report.html", "document.querySelectorAll('.take img').length === 3") as page:
        yield page


def rows(page):
    return page.ask("[...document.querySelectorAll('#table tbody tr')].map(r => r.querySelector('.name').textContent)")


def test_columns_sort_both_ways_and_a_row_opens(page):
    page.press("v")
    assert len(rows(page)) == 8
    page.click("[data-column=score]")
    assert rows(page)[:2] == ["fine.jpg", "take a.jpg"] and rows(page)[-1] == "half.jpg"
    page.click("[data-column=score]")
    assert rows(page)[0] == "poor.jpg" and rows(page)[-1] == "half.jpg"
    assert page.ask("document.querySelector('[data-column=score]').parentNode.getAttribute('aria-sort')") == "ascending"
    page.click("[data-column=name]")
    assert rows(page)[1:4] == ["clip.mp4", "fine.jpg", "half.jpg"]
    page.click("#table tbody tr[data-index='0'] .row-name")
    assert page.ask("document.getElementById('detail-name').textContent") == "fine.jpg"


def test_the_histogram_counts_every_score_and_a_bar_filters(page):
    labels = page.ask("[...document.querySelectorAll('.bin:not(:disabled)')].map(b => b.title)")
    assert labels == [
        "10 to 15: 1",
        "15 to 20: 1",
        "20 to 25: 1",
        "45 to 50: 1",
        "50 to 55: 1",
        "70 to 75: 1",
        "80 to 85: 1",
    ]
    page.click("[data-bin='2']")
    assert page.ask("[...document.querySelectorAll('.card')].map(c => Number(c.dataset.index))") == [1]
    page.click("[data-bin='2']")
    assert page.ask("document.querySelectorAll('.card').length") == 8


def test_what_to_take_again_leaves_out_what_has_a_better_take(page):
    names = page.ask("[...document.querySelectorAll('#retake .name')].map(n => n.textContent)")
    assert names[0] == "poor.jpg" and "take b.jpg" not in names and len(names) == 4
    assert {"soft.jpg", "clip.mp4"} <= set(names)
    assert "Turn towards the light." in page.ask("document.querySelector('#retake li').innerText")


def test_one_key_keeps_another_take_and_the_choice_is_handed_over(page):
    kept = "[...document.querySelectorAll('.take.kept .name')].map(n => n.textContent)"
    page.press("g")
    page.press("x")
    assert page.ask(kept)[0] == "take b.jpg"
    page.press("1")
    assert page.ask(kept)[0] == "take a.jpg" and not page.ask("!!document.querySelector('.choices')")
    page.press("2")
    page.press("g")
    page.press("x")
    link = page.ask("[document.querySelector('.choices a')].map(a => [a.download, a.href])[0]")
    assert link[0] == "mediakit-keep.txt"
    lines = urllib.parse.unquote(link[1].split(",", 1)[1]).splitlines()
    assert lines == ["kept before.jpg", "take b.jpg", "o'hara.jpg"]
    command = page.ask("document.querySelector('.choices code').textContent")
    assert command == "mediakit cull SHOOT --keep 'take b.jpg' --keep 'o'\\''hara.jpg'"


def test_a_clip_shows_its_worst_moments_its_stretch_and_three_covers(page):
    page.press("v")
    page.click("#table tbody tr[data-index='6'] .row-name")
    pins = page.ask("[...document.querySelectorAll('.pin.moment')].map(p => [p.className.split(' ')[2], p.style.left])")
    assert pins == [["poor", "12.5%"], ["middling", "50%"]]
    assert page.ask("[document.querySelector('.used').style].map(s => [s.left, s.width])[0]") == ["25%", "62.5%"]
    assert page.ask("[...document.querySelectorAll('.moments button')].map(b => b.disabled)") == [True, False]
    assert page.ask("[...document.querySelectorAll('.covers span:nth-child(2)')].map(s => s.textContent)") == [
        "at 0:01.5",
        "at 0:04.0",
        "at 0:06.2",
    ]
    assert page.ask("document.querySelectorAll('.covers img').length") == 3


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_wider_than_the_screen_and_words_can_be_read(page, width, dark):
    page.size(width, 800, phone=width < 700, dark=dark)
    page.press("x")
    assert page.ask("document.documentElement.scrollWidth") <= width
    page.ask("document.querySelector('[data-show=table]').click()")
    assert page.ask("document.documentElement.scrollWidth") <= width
    for selector in (".keep[aria-pressed=true]", ".retake-words strong", ".axis", ".choices span"):
        assert page.ask(CONTRAST % selector) > 4.0, (selector, dark)


CONTRAST = """(() => {
  const node = document.querySelector("%s");
  if (!node) return 99;
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (colour) => colour.slice(0, 3).map((v) => linear(v / 255))
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  let back = node;
  while (back && /rgba\\(0, 0, 0, 0\\)/.test(getComputedStyle(back).backgroundColor)) back = back.parentElement;
  const ground = getComputedStyle(back ?? document.body).backgroundColor;
  const [a, b] = [light(rgb(getComputedStyle(node).color)), light(rgb(ground))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
})()"""


def test_no_script_uses_a_word_that_is_not_there():
    from mediakit.report import html

    words = html._asset("words.js")
    known = set(re.findall(r"\b(\w+): \"", words))
    used = {key for name in html._SCRIPTS for key in re.findall(r"\bt\(\"(\w+)\"", html._asset(name))}
    assert used <= known
    block = words.split("en: {\n", 1)[1].split("\n  },", 1)[0]
    keys = re.findall(r"\b(\w+): \"", block)
    assert len(keys) == len(set(keys)), [key for key in keys if keys.count(key) > 1]
