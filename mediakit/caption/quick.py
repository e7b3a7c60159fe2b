"""The same regular expression, written so that Python's matcher skips quickly to where it may begin.

`re` skips to a pattern's first character when that is a letter or a class. A pattern that begins with a look-behind is
tried at every character of the text instead, twenty times as slow. `(?<![a-z])v...` means the same as
`v(?<![a-z][\\s\\S])...`: the look-behind then looks past the character that was just read.
"""

from __future__ import annotations

import re

from mediakit.caption.prefilter import CLASS

_ONE = rf"(?:{CLASS}|\\[dws]|\\[^\w]|[^\\()\[\]{{}}?*+|.^$])"
_BEHIND = re.compile(
    rf"\(\?<!(?P<behind>{_ONE})\)(?P<first>{_ONE})(?P<times>\{{\d+(?:,\d*)?\}}|[?*+])?(?P<rest>[?+]?)", re.DOTALL
)


def quick(pattern: str) -> str:
    """`pattern` with a leading look-behind of one character put after the character it guards; else as it is."""
    found = _BEHIND.match(pattern)
    if found is None or found["rest"] or "|" in _top_level(pattern):
        return pattern
    more = _rest_of(found["first"], found["times"])
    if more is None:
        return pattern
    return f"{found['first']}(?<!{found['behind']}[\\s\\S]){more}{pattern[found.end() :]}"


def _rest_of(first: str, times: str | None) -> str | None:
    """What is left of `first` repeated `times` once it was read; None where it need not be there."""
    if times is None:
        return ""
    if times == "+":
        return f"{first}*"
    numbers = times.strip("{}").split(",") if times[0] == "{" else ["0"]
    least = int(numbers[0])
    if least < 1:
        return None
    if len(numbers) == 1:
        return f"{first}{{{least - 1}}}"
    most = "" if not numbers[1] else str(int(numbers[1]) - 1)
    return f"{first}{{{least - 1},{most}}}"


def _top_level(pattern: str) -> str:
    """The pattern without classes, escapes and everything in brackets."""
    plain = re.sub(rf"\\.|{CLASS}", "", pattern, flags=re.DOTALL)
    depth, kept = 0, []
    for char in plain:
        depth += (char == "(") - (char == ")")
        if depth == 0:
            kept.append(char)
    return "".join(kept)
