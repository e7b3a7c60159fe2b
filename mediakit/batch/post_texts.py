"""The two texts of a post's folder: the words in the form the platform takes, and what is left to a person."""

from __future__ import annotations

from collections.abc import Sequence

from mediakit.batch.post_values import ORDER, PostWords, Trouble
from mediakit.caption import Checked
from mediakit.platforms.posting import Step, TopicForm
from mediakit.platforms.schema import Target

_VERDICTS = {
    "pass": "可以发布 ready to post",
    "warn": "发布前请看 look before you post",
    "block": "不能发布 not to be posted",
}
_MARKS = {"block": "✗", "warn": "!", "info": "·"}


def caption_text(words: PostWords, form: TopicForm) -> str:
    """The post's words, ready to paste: the title on the first line, the body, the topics. Ends in one line break."""
    topics = [_topic(topic, form) for topic in words.topics if topic.strip(" #＃")] if form != "none" else []
    parts = [words.title.strip(), words.body.strip(), " ".join(topics)]
    return _plain("\n\n".join(part for part in parts if part) + "\n")


def _topic(said: str, form: TopicForm) -> str:
    word = said.strip().strip("#＃")
    return f"#{word}#" if form == "pair" else f"#{word}"


def checklist_text(
    target: Target, verdict: str, troubles: Sequence[Trouble], checked: Checked, steps: Sequence[Step], counts: str
) -> str:
    """What stands in the way, and what is still to do in the app, Chinese and English."""
    surface = target.surface
    lines = [f"{surface.title_zh} · {surface.title} ({target.name})", f"{_VERDICTS[verdict]}", counts]
    found = [(t.severity, t.message, "") for t in troubles]
    found += [
        (f.severity, f"“{_short(f.text)}” {f.why_zh}" if f.text else f.why_zh, f.why_en)
        for f in checked.findings
        if f.severity != "info"
    ]
    if found:
        lines += ["", "先解决 · First:"]
        for severity, words, english in sorted(found, key=lambda item: ORDER[item[0]]):
            lines += [f"{_MARKS[severity]} {words}", *([f"  {english}"] if english else [])]
    lines += ["", "在 App 里 · In the app:"]
    for step in steps:
        lines += [f"[ ] {step.zh}", f"    {step.en}"]
    return _plain("\n".join(lines) + "\n")


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"


def _plain(text: str) -> str:
    """Text that any editor can open: what no encoding takes becomes a replacement character, controls vanish."""
    sound = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return "".join(char for char in sound if char in "\n\t" or ord(char) >= 32)
