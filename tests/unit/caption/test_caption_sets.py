"""Recall on captions that break rules, and silence on honest ones full of traps. None is quoted in the rules files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mediakit.caption import check_caption

POSTS = [json.loads(line) for line in (Path(__file__).parent / "captions.jsonl").read_text("utf-8").splitlines()]


def _rules(post: dict[str, Any], *severities: str) -> set[str]:
    held = check_caption(post["title"], post["body"], target=post["target"])
    return {finding.rule for finding in held.findings if not severities or finding.severity in severities}


@pytest.mark.parametrize("name", sorted({post["set"] for post in POSTS}))
def test_expected_rules_are_found(name: str) -> None:
    expected = [(post, rule) for post in POSTS if post["set"] == name for rule in post["expect"]]
    missed = [(post["id"], rule) for post, rule in expected if rule not in _rules(post)]
    assert len(missed) <= 0.05 * len(expected), missed


@pytest.mark.parametrize("name", sorted({post["set"] for post in POSTS}))
def test_honest_captions_are_left_alone(name: str) -> None:
    clean = [post for post in POSTS if post["set"] == name and not post["expect"]]
    flagged = {post["id"]: found for post in clean if (found := _rules(post, "block", "warn"))}
    assert len(flagged) <= 0.03 * len(clean), flagged
