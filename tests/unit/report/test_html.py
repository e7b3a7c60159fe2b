"""report.html as text: self-contained, and inert where it must be. What it does is driven elsewhere."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from report_samples import HOSTILE, delivered, photo, picture, refused, verdict_of

from mediakit.model import Kind, Outcome
from mediakit.report import html
from mediakit.report.html import link, render
from mediakit.report.manifest import manifest
from mediakit.report.write import write_report

WHEN = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)


class Elements(HTMLParser):
    """Collects what a browser would build: tags with attributes, and the text of every script."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.style = [], [], ""
        self._inside = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append([dict(attrs), ""])

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1][1] += data
        elif self._inside == "style":
            self.style += data


def page(tmp_path, *outcomes, seconds=1.5):
    made = manifest(outcomes, preset_name="brand", preset_fingerprint="ff", verdict_of=verdict_of)
    return Elements(render(made, tmp_path, made_at=WHEN, seconds=seconds))


def data_of(elements, script_id="report"):
    return json.loads(next(text for attrs, text in elements.scripts if attrs.get("id") == script_id))


def test_a_hostile_name_adds_no_element(tmp_path):
    calm = page(tmp_path, photo("a.jpg", delivered("t.image", "t/a.jpg")))
    hostile = page(tmp_path, photo(HOSTILE, delivered("t.image", f"t/{HOSTILE}")))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in calm.tags]
    assert data_of(hostile)["sources"][0]["path"] == HOSTILE


def test_nothing_is_fetched_from_anywhere(tmp_path):
    elements = page(tmp_path, photo("a.jpg", delivered("t.image", "t/a.jpg")))
    for _tag, attrs in elements.tags:
        assert not {"src", "href", "srcset", "data", "action"} & set(attrs)
    code = next(text for attrs, text in elements.scripts if not attrs)
    assert not re.search(r"https?://|\bfetch\(|XMLHttpRequest|WebSocket|\beval\(|innerHTML|document\.write", code)
    assert "url(" not in elements.style and "@import" not in elements.style


def test_the_policy_lets_run_this_script_and_style_and_nothing_else(tmp_path):
    elements = page(tmp_path, photo("a.jpg"))
    policy = next(a["content"] for _, a in elements.tags if a.get("http-equiv") == "Content-Security-Policy")
    code = next(text for attrs, text in elements.scripts if not attrs)
    for text in (code, elements.style):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy and "http" not in policy


def test_pictures_are_embedded_one_block_a_source(tmp_path):
    before, after = picture(tmp_path, "s", "red"), picture(tmp_path, "d", "blue")
    elements = page(tmp_path, photo("a.jpg", delivered("t.image", "t/a.jpg", after), preview=before), refused("b.jpg"))
    first, second = data_of(elements, "pictures-0"), data_of(elements, "pictures-1")
    assert [entry.partition(",")[0] for entry in first] == ["data:image/webp;base64"] * 2
    assert base64.b64decode(first[0].partition(",")[2]) == (tmp_path / before).read_bytes()
    assert second == [None]


def test_above_the_budget_pictures_are_linked_deliverables_first(tmp_path, monkeypatch):
    previews = [picture(tmp_path, name, "red") for name in ("s0", "s1", "d0", "d1")]
    monkeypatch.setattr(html, "EMBED_BYTES", sum((tmp_path / rel).stat().st_size for rel in previews[:3]))
    elements = page(
        tmp_path,
        photo("a.jpg", delivered("t.image", "t/a.jpg", previews[2]), preview=previews[0]),
        photo("b.jpg", delivered("t.image", "t/b.jpg", previews[3]), preview=previews[1]),
    )
    kinds = [[entry[:5] for entry in data_of(elements, f"pictures-{index}")] for index in (0, 1)]
    assert kinds == [["data:", "data:"], ["data:", "./.me"]]


@pytest.mark.parametrize("rel", ["../outside.webp", "/etc/hostname", "gone.webp", "note.txt", "", None, 7])
def test_a_preview_that_is_none_is_left_out(tmp_path, rel):
    (tmp_path / "note.txt").write_text("x")
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "outside.webp").write_bytes(b"x")
    elements = page(out, Outcome("a.jpg", "", Kind.PHOTO, facts={"preview": rel}))
    assert data_of(elements, "pictures-0") == [None]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("weibo.image@1x1/a.jpg", "./weibo.image%401x1/a.jpg"),
        ("t/50 % #1?.jpg", "./t/50%20%25%20%231%3F.jpg"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("t/口红.mp4", "./t/%E5%8F%A3%E7%BA%A2.mp4"),
        ('t/"><b>.jpg', "./t/%22%3E%3Cb%3E.jpg"),
    ],
)
def test_a_path_stays_a_path(path, address):
    assert link(path) == address


def test_what_was_not_written_has_no_link(tmp_path):
    failed = delivered("t.image", "t/a.jpg")
    failed = failed.__class__("t.image", "t/a.jpg", "failed", "")
    clip = delivered("t.video", "t/a.mp4")
    items = data_of(page(tmp_path, photo("a.jpg", failed, clip)))["sources"][0]["deliverables"]
    assert items[0]["href"] is None
    assert (items[1]["href"], items[1]["clip"]) == ("./t/a.mp4", True)


def test_both_files_are_written_and_nothing_else(tmp_path):
    made = manifest([photo("a.jpg")], preset_name="b", preset_fingerprint="f", verdict_of=verdict_of)
    write_report(made, tmp_path, seconds=3.0)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["manifest.json", "report.html"]
    assert json.loads((tmp_path / "manifest.json").read_text()) == json.loads(json.dumps(made))


def test_bystanders_bring_their_thumbnails_and_faces_their_skin_numbers(tmp_path):
    before, after, face = (picture(tmp_path, name, "red") for name in "sdf")
    numbers = {"asked": 0.35, "amount": 0.2, "texture_kept": 0.8, "lightness_change": 0.1, "hue_change_deg": -0.2}
    item = delivered("t.image", "t/a.jpg", after)
    item.facts["retouch"] = {"faces": [{"region_px": [0, 0, 9, 9], **numbers}]}
    source = photo("a.jpg", item, preview=before)
    source.facts["people"] = [{"face": 2, "preview": face}]
    elements = page(tmp_path, source)
    shown = data_of(elements)["sources"][0]
    assert shown["bystanders"] == [{"face": 2, "state": "asked", "picture": 2}]
    assert len(data_of(elements, "pictures-0")) == 3
    assert shown["deliverables"][0]["skin"] == [numbers]
