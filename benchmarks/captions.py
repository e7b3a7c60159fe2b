"""The words of posts: how fast they are checked, and how a plain word list fares on the same captions.

    python benchmarks/captions.py [CAPTIONS.jsonl]

CAPTIONS holds one {"id", "target", "title", "body", "expect": [rule ids]} a line; without it, the project's own sets.
Found: expected rules that were reported. Flagged: captions that expect nothing and got a block or a warning.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mediakit.caption import Rulebook, check_caption, load_rules
from mediakit.caption.load import expand

OWN = Path(__file__).resolve().parents[1] / "tests" / "unit" / "caption" / "captions.jsonl"
HONEST = "今天在店里试了新到的几支口红，颜色都很日常，第一次来的朋友也挑到了喜欢的。二楼灯光很柔和，拍照也方便，"
GUILTY = "这款完美底妆全网最好用，加薇信abc123，七天美白祛斑，原价899现价199，"


def main() -> None:
    """Print both tables."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else OWN
    posts = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
    started = time.process_time()
    book = load_rules()
    check_caption("口红", "日常", rules=book)
    print(f"rules loaded and compiled for one platform: {1000 * (time.process_time() - started):.0f} ms, once\n")
    print("1,000 characters, CPU  median ms   95 % ms")
    for name, text in (
        ("honest", HONEST),
        ("every line guilty", GUILTY),
        ("of the sets", "".join(p["body"] for p in posts)),
    ):
        print(f"{name:20} {'{:9.2f} {:9.2f}'.format(*_timed((text * 40)[:1000]))}")
    print(f"\n{file.name}: {len(posts)} captions        found           flagged though clean")
    for title, judge in (("mediakit caption", _ours(book)), ("plain word list", _word_list(book))):
        print(f"{title:30} {_score(posts, judge)}")


def _timed(body: str) -> tuple[float, float]:
    times = []
    for _ in range(200):
        started = time.process_time()
        check_caption("秋天口红试色", body)
        times.append(1000 * (time.process_time() - started))
    return statistics.median(times), sorted(times)[int(0.95 * len(times))]


def _ours(book: Rulebook) -> Callable[[dict[str, Any]], tuple[set[str], bool]]:
    def judge(post: dict[str, Any]) -> tuple[set[str], bool]:
        held = check_caption(post["title"], post["body"], target=post["target"], rules=book)
        return {finding.rule for finding in held.findings}, held.verdict != "pass"

    return judge


def _word_list(book: Rulebook) -> Callable[[dict[str, Any]], tuple[set[str], bool]]:
    """The same words, looked up as they stand: what a list in a spreadsheet does."""
    listed = {
        rule.id: [word.lower() for term in (*rule.terms_zh, *rule.terms_en) for word in expand(term)]
        for rule in book.rules.values()
    }

    def judge(post: dict[str, Any]) -> tuple[set[str], bool]:
        text = f"{post['title']}\n{post['body']}".lower()
        platform = post["target"].partition(".")[0]
        rules = [rule for rule in book.rules.values() if book.applies(rule, platform)]
        found = {rule.id for rule in rules if any(word in text for word in listed[rule.id])}
        return found, any(book.severity(book.rules[name], platform) != "info" for name in found)

    return judge


def _score(posts: list[dict[str, Any]], judge: Callable[[dict[str, Any]], tuple[set[str], bool]]) -> str:
    expected = found = clean = flagged = 0
    for post in posts:
        rules, hard = judge(post)
        expected += len(post["expect"])
        found += len(rules & set(post["expect"]))
        clean += not post["expect"]
        flagged += not post["expect"] and hard
    return f"{found}/{expected} = {found / expected:.2f}   {flagged}/{clean} = {flagged / clean:.2f}"


if __name__ == "__main__":
    main()
