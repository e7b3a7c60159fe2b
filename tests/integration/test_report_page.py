"""report.html as a person uses it, in a real browser: look, filter, search, compare, play, with mouse and keyboard."""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path

import pytest
from browser import LOCAL, reading
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "report"))
from report_samples import HOSTILE, delivered, photo, picture, refused, verdict_of
from shoots import save_photo_at

from mediakit import process
from mediakit.batch.post_values import Post, PostPicture, PostWords
from mediakit.caption import check_caption
from mediakit.model import Crop, Delivered, Kind, Outcome, Problem, Score, Size
from mediakit.report.manifest import manifest
from mediakit.report.write import write_report

pytestmark = pytest.mark.chromium

SHOWN = "[...document.querySelectorAll('.card')].map(c => Number(c.dataset.index))"


@pytest.fixture(scope="module")
def out(tmp_path_factory) -> Path:
    """A run of five sources: ready, with a clip; to look at; to take again; broken; and one with a hostile name."""
    out = tmp_path_factory.mktemp("out")
    red, blue, green = (picture(out, colour, colour) for colour in ("red", "blue", "lime"))
    clip = delivered("xiaohongshu.video", "xiaohongshu.video/a #1.mp4", green, duration_s=4.0)
    failed = Delivered(
        "weibo.image", "weibo.image/b.jpg", "failed", "", problem=Problem("check-failed", "Too heavy.", "Shrink it.")
    )
    skipped = Delivered("weibo.video", "", "skipped", "", why="longer than 15 s")
    outcomes = [
        photo("shelf.jpg", delivered("xiaohongshu.image", "xiaohongshu.image/a.jpg", blue), clip, preview=red),
        photo("lipstick.jpg", delivered("wechat-moments.grid", "w/b.jpg", blue), failed, preview=red),
        photo("blurred.jpg", delivered("weibo.image", "weibo.image/c.jpg", blue), skipped, value=12.0, preview=red),
        refused("half.jpg"),
        photo(HOSTILE, delivered("weibo.image", "weibo.image/d.jpg", blue, size=Size(180, 240)), preview=red),
    ]
    made = manifest(outcomes, preset_name="brand", preset_fingerprint="f" * 16, verdict_of=verdict_of)
    write_report(made, out, seconds=83.0)
    return out


@pytest.fixture
def page(tab, out):
    with reading(tab, out / "report.html", "document.querySelectorAll('.card.filled .face img').length === 4") as page:
        yield page


def test_verdicts_and_counts_at_a_glance(page):
    tiles = "[...document.querySelectorAll('.tile')].map(t => [t.dataset.verdict, t.querySelector('.count').innerText])"
    assert dict(page.ask(tiles)) == {"all": "5", "pass": "2", "fix": "1", "reject": "1", "failed": "1"}
    words = page.ask("document.getElementById('made').textContent")
    assert "5 files" in words and "1 skipped" in words and "1 failed" in words and "1:23 min" in words


def test_a_click_on_a_verdict_and_on_a_platform_filters(page):
    page.click("[data-verdict=pass]")
    assert page.ask(SHOWN) == [0, 4]
    page.click("[data-platform=weibo]")
    assert page.ask(SHOWN) == [4]
    page.click("[data-verdict=pass]")
    assert page.ask(SHOWN) == [1, 2, 4]
    assert page.ask("document.getElementById('shown').textContent") == "3 of 5 shown"
    page.click("[data-platform=all]")
    assert page.ask(SHOWN) == [0, 1, 2, 3, 4]


def test_search_finds_names_reasons_and_errors(page):
    page.press("/")
    for words, found in [("lipstick", [1]), ("too heavy", [1]), ("TRUNCATED", [3]), ("15 s", [2]), ("no such", [])]:
        page.ask("document.getElementById('search').select()")
        page.write(words)
        assert page.ask(SHOWN) == found, words
    assert page.ask("getComputedStyle(document.getElementById('nothing')).display") != "none"
    page.click("#clear")
    assert len(page.ask(SHOWN)) == 5


def test_worst_first_puts_the_broken_and_the_bad_on_top(page):
    page.ask(
        "(() => { const s = document.getElementById('sort'); s.value = 'worst'; s.dispatchEvent(new Event('change')) })()"
    )
    assert page.ask(SHOWN)[:2] == [3, 2]


def test_a_hostile_name_is_text(page):
    shown = page.ask("document.querySelector('.card[data-index=\"4\"] .name').textContent")
    assert "<img src=x onerror=" in shown and "</script>" in shown and "‹202E›" in shown and "␊" in shown
    page.click('.card[data-index="4"] .open')
    assert "<img src=x" in page.ask("document.querySelector('#detail-name').textContent")
    assert page.ask("window.hacked === undefined && !document.querySelector('[onerror]')")


def box_of(page, selector):
    rect = f"document.querySelector('{selector}').getBoundingClientRect()"
    return page.ask(f"[{rect}].map(r => [r.x, r.y, r.width, r.height])[0]")


def colour_at(page, share):
    """The pixel of the comparison that lies at `share` of its width, read from a screenshot."""
    x, y, width, height = box_of(page, ".compare")
    shot = base64.b64decode(page.send("Page.captureScreenshot", format="png")["data"])
    with Image.open(io.BytesIO(shot)) as picture:
        return picture.convert("RGB").getpixel((int(x + width * share), int(y + height * 0.3)))


def is_red(pixel):
    return pixel[0] > 180 > 80 > pixel[2]


def test_the_slider_moves_the_line_between_before_and_after(page):
    page.click('.card[data-index="4"] .open')
    page.until("document.querySelector('.compare .after').complete && document.querySelector('.before img').complete")
    assert is_red(colour_at(page, 0.25)) and not is_red(colour_at(page, 0.75))
    x, y, width, height = box_of(page, ".slider")
    page.click_at(x + width * 0.9, y + height * 0.5)
    assert is_red(colour_at(page, 0.75))
    for _ in range(45):
        page.press("ArrowLeft")
    assert float(page.ask("document.querySelector('.slider').value")) < 70
    page.press("Escape")
    page.until("!document.getElementById('detail').open")


def test_the_crop_is_drawn_where_it_was_taken(page):
    page.click('.card[data-index="0"] .open')
    page.ask("[...document.querySelectorAll('.views button')].find(b => b.textContent === 'Crop').click()")
    box = page.ask(
        "(() => { const s = document.querySelector('.shown-part').style; return [s.left, s.top, s.width, s.height] })()"
    )
    assert box == ["0%", "18.75%", "100%", "56.25%"]
    assert page.ask("document.querySelectorAll('.found.main').length") == 1
    assert page.ask("document.querySelectorAll('.found:not(.main)').length") == 1


def test_a_clip_waits_to_be_played_and_points_at_its_file(page, out):
    page.click('.card[data-index="0"] .open')
    page.press("]")
    video = page.ask(
        "[document.querySelector('video')].map(v => [v.preload, v.getAttribute('src'), v.src, !!v.poster])[0]"
    )
    assert video[:2] == ["none", "./xiaohongshu.video/a%20%231.mp4"]
    assert video[2] == (out / "xiaohongshu.video" / "a #1.mp4").as_uri()
    assert video[3] is True


def test_reasons_are_bars_with_what_was_measured_and_what_to_do(page):
    page.click('.card[data-index="2"] .open')
    words = page.ask("document.querySelector('.bars').innerText")
    assert "Exposure" in words and "middle grey at 21 of 100" in words and "Turn towards the light." in words
    assert page.ask("document.querySelector('.bars .fill.poor').style.width") == "30%"


def test_what_was_refused_failed_or_skipped_says_why(page):
    page.click('.card[data-index="3"] .open')
    words = page.ask("document.querySelector('.trouble').innerText")
    assert "truncated" in words and "half.jpg ends early." in words and "Copy it again." in words
    page.press("k")
    page.press("]")
    assert "longer than 15 s" in page.ask("document.querySelector('.trouble').innerText")
    page.press("k")
    page.press("]")
    assert "Too heavy." in page.ask("document.querySelector('.trouble').innerText")


def test_the_keyboard_walks_opens_and_closes(page):
    page.press("j")
    page.press("j")
    assert page.ask("document.activeElement.dataset.index") == "1"
    page.press("k")
    page.press("Enter")
    page.until("document.getElementById('detail').open")
    assert page.ask("document.getElementById('detail-name').textContent") == "shelf.jpg"
    page.press("j")
    assert page.ask("document.getElementById('detail-name').textContent") == "lipstick.jpg"
    page.press("Escape")
    page.until("!document.getElementById('detail').open")
    page.until("document.activeElement.dataset.index === '1'")
    page.press("?")
    assert page.ask("document.getElementById('help').open")


def test_language_and_theme_switch_and_are_remembered(page, out):
    page.click("#language")
    assert page.ask("document.documentElement.lang") == "zh-CN"
    assert "可以发布" in page.ask("document.getElementById('verdicts').innerText")
    assert "小红书" in page.ask("document.getElementById('platforms').innerText")
    light = page.ask("getComputedStyle(document.body).backgroundColor")
    page.press("t")
    assert page.ask("getComputedStyle(document.body).backgroundColor") != light
    page.open(out / "report.html")
    assert page.ask("document.documentElement.lang") == "zh-CN"
    assert page.ask("getComputedStyle(document.body).backgroundColor") != light


def test_dark_is_followed_where_the_system_is_dark(page):
    light = page.ask("getComputedStyle(document.body).backgroundColor")
    page.size(1280, 900, dark=True)
    assert page.ask("getComputedStyle(document.body).backgroundColor") != light


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_is_wider_than_a_phone(page, width):
    page.size(width, 800, phone=True)
    assert page.ask("document.documentElement.scrollWidth") <= width
    page.click('.card[data-index="0"] .open')
    assert page.ask("document.getElementById('detail').scrollWidth <= innerWidth")


def test_every_word_exists_in_both_languages(page):
    from mediakit.report import html

    words = html._asset("words.js")
    english, chinese = (
        set(re.findall(r"\b(\w+): \"", words.split(f"{code}: {{\n", 1)[1].split("\n  },", 1)[0]))
        for code in ("en", "zh")
    )
    assert english == chinese


def test_cards_far_away_are_built_when_they_come_near(tab, tmp_path):
    preview = picture(tmp_path, "p", "red")
    outcomes = [photo(f"{n:03}.jpg", delivered("weibo.image", "w/a.jpg", preview), preview=preview) for n in range(500)]
    made = manifest(outcomes, preset_name="brand", preset_fingerprint="f", verdict_of=verdict_of)
    write_report(made, tmp_path, seconds=1.0)
    tab.size(1280, 900)
    tab.open(tmp_path / "report.html")
    tab.until("document.querySelectorAll('.card.filled').length > 5")
    assert tab.ask("document.querySelectorAll('.card.filled').length") < 120
    tab.ask("window.scrollTo(0, document.body.scrollHeight)")
    tab.until("document.querySelector('.card[data-index=\"499\"]').classList.contains('filled')")


def test_outcomes_with_next_to_nothing_in_them_open_too(tab, tmp_path):
    bare = Outcome("bare.jpg", "", Kind.PHOTO)
    made = Outcome("made.mp4", "", Kind.CLIP, delivered=(Delivered("new-app.thing@2:3", "n/made.mp4", "made", ""),))
    odd = Delivered("t.image", "t/o.jpg", "kept", "", fit="pad", crop=Crop(0, 0, 4, 4), score=Score(50.0))
    failed = Delivered("t.image", "t/f.jpg", "failed", "", why="no room")
    some = Outcome(
        "some.jpg", "", Kind.PHOTO, score=Score(0.0), delivered=(odd, failed), facts={"preview": "gone.webp"}
    )
    broken = Outcome("", "", Kind.CLIP, delivered=(failed,), problem=Problem("a-new-code", "", ""))
    document = manifest([bare, made, some, broken], preset_name="", preset_fingerprint="", verdict_of=verdict_of)
    write_report(document, tmp_path)
    tab.errors.clear()
    tab.open(tmp_path / "report.html")
    tab.until("document.querySelectorAll('.card.filled').length === 4")
    for index, files in ((0, 0), (1, 1), (2, 2), (3, 1)):
        tab.ask(f"document.querySelector('.card[data-index=\"{index}\"] .open').click()")
        for _ in range(files):
            tab.press("]")
        tab.click("#detail .tools button:last-child")
        tab.until("!document.getElementById('detail').open")
    assert tab.errors == []


def test_a_run_of_nothing_is_a_page_too(tab, tmp_path):
    write_report(manifest([], preset_name="b", preset_fingerprint="f", verdict_of=verdict_of), tmp_path)
    tab.errors.clear()
    tab.open(tmp_path / "report.html")
    tab.press("j")
    assert tab.ask("document.querySelector('.tile.all .count').textContent") == "0"
    assert tab.errors == []


def test_a_post_is_shown_as_a_phone_shows_it(tab, tmp_path):
    """At phone width: the title cut where the app cuts it, the grid, the band the app covers, the pictures in turn."""
    for seed in (0, 1):
        save_photo_at(tmp_path / f"shoot/{seed}.jpg", seed=seed, size=(480, 640))
    words = {"": PostWords("周末去店里试了五支口红，颜色都很日常，通勤也能用", "<b>你好</b>\u202e", ("试色",))}
    process(tmp_path / "shoot", out=tmp_path / "out", to=["xiaohongshu.image"], jobs=1, words=words)
    tab.errors.clear()
    tab.requests.clear()
    tab.size(390, 844, phone=True)
    tab.open(tmp_path / "out/report.html")
    tab.until("document.querySelector('.phone .frame img') !== null")
    assert (
        tab.ask("document.querySelector('.words .title').firstChild.textContent")
        == "周末去店里试了五支口红，颜色都很日常，通"
    )
    assert tab.ask("document.querySelector('.cut').textContent") == "勤也能用"
    assert "<b>" in tab.ask("document.querySelector('.words .body').textContent")
    assert tab.ask("document.documentElement.scrollWidth") <= 390
    tab.click(".turn.on")
    assert tab.ask("document.querySelector('.count-of').textContent") == "2/2"
    tab.ask("document.querySelectorAll('.posts .views button')[1].click()")
    ratio = tab.ask("(r => r.width / r.height)(document.querySelector('.cell-face').getBoundingClientRect())")
    assert abs(ratio - 3 / 4) < 0.02
    assert tab.errors == [] and all(address.startswith(LOCAL) for address in tab.requests)


@pytest.mark.parametrize(
    ("size", "bands"),
    [
        (
            Size(1080, 1920),
            [[0, 0, 1, 0.125], [0, 0.75, 1, 0.25], [0, 0.125, 0.056, 0.625], [0.833, 0.125, 0.167, 0.625]],
        ),
        (Size(1920, 1080), [[0, 0, 1, 0], [0, 1, 1, 0], [0, 0, 0.056, 1], [0.833, 0, 0.167, 1]]),
    ],
)
def test_what_the_app_covers_is_drawn_over_the_clip_and_no_further(tab, tmp_path, size, bands):
    """Shares of the frame: on a whole screen all four bands, over a wide clip in its middle only those at the sides."""
    red = picture(tmp_path, "red", "red")
    clip = delivered("xiaohongshu.video", "xiaohongshu.video/a.mp4", red, duration_s=4.0, size=size)
    shown = PostPicture(
        file="01.mp4", source="a.mp4", deliverable=clip.path, kind=Kind.CLIP, sha256="0" * 64, size=size
    )
    words = PostWords("逛店", "今天到店")
    post = Post(
        name="post",
        target="xiaohongshu.video",
        folder="xiaohongshu.video/post",
        archive="xiaohongshu.video/post.zip",
        status="made",
        verdict="pass",
        words=words,
        sponsored=False,
        checked=check_caption(words.title, words.body),
        pictures=(shown,),
        left_out=(),
        troubles=(),
        steps=(),
    )
    made = manifest(
        [photo("a.mp4", clip)], preset_name="brand", preset_fingerprint="f" * 16, verdict_of=verdict_of, posts=[post]
    )
    write_report(made, tmp_path, seconds=1.0)
    tab.size(390, 844, phone=True)
    tab.open(tmp_path / "report.html")
    tab.until("document.querySelector('.phone .frame .zone') !== null")
    drawn = tab.ask("""(() => {
      const box = (node) => node.getBoundingClientRect();
      const home = box(document.querySelector('.phone .frame'));
      const share = (band) => [(band.left - home.left) / home.width, (band.top - home.top) / home.height,
        band.width / home.width, band.height / home.height];
      return [...document.querySelectorAll('.phone .frame .zone')].map(box).map(share);
    })()""")
    assert drawn == [pytest.approx(band, abs=0.01) for band in bands]
