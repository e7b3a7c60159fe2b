"""Every piece of advice that a score can give is on the page in Chinese too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import mediakit.quality
from mediakit.report import html

QUALITY = Path(mediakit.quality.__file__).parent


def texts(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can come to; what an f-string fills in is a number, or what it calls by name."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one)
            yield from texts(other)
        case ast.JoinedStr(values=parts):
            yield "".join(part.value if isinstance(part, ast.Constant) else _filled(part) for part in parts)


def _filled(part: ast.expr) -> str:
    said = ast.unparse(part)
    return "the face" if "{what}" in said else "3 stops" if "_stops" in said else "7"


def tips() -> set[str]:
    """What is assigned to a name with "tip" in it, or stands last where a part with advice is made."""
    found: set[str] = set()
    for file in QUALITY.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.lower().endswith("tip"):
                    found.update(texts(value))
                case ast.Call(func=ast.Name(id="Part" | "_named"), args=[_, _, _, _, tip]):
                    found.update(texts(tip))
    return found - {""}


def test_all_advice_is_known_in_chinese() -> None:
    known = dict(re.findall(r'\["([^"]+)", "([^"]+)"\]', html._asset("advice.js")))
    said = {re.sub(r"(?<![\w.])\d+(?![\w.]| Hz)", "N", tip) for tip in tips()}
    assert len(said) > 20
    assert said <= set(known)
    assert all(("N" in english) == ("N" in chinese) for english, chinese in known.items())
