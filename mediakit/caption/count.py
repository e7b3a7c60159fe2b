"""How long a text is, as each platform counts it.

Xiaohongshu titles are weighed: UTF-16 units above 127 weigh 2, others 1; half the sum, rounded up (the rule of its own
editor, as publishing tools found it). Bodies count UTF-16 units, line breaks one each; other titles count code points.
"""

from __future__ import annotations

import re

_TOPIC = re.compile(r"[#＃][^\s#＃@，。！？、；：,!?;:()（）\[\]【】\"'“”]+")


def weighted(text: str) -> int:
    """The number Xiaohongshu shows beside a title."""
    units = utf16_units(text)
    narrow = len(text.encode("ascii", "ignore"))
    return (2 * units - narrow + 1) // 2


def utf16_units(text: str) -> int:
    """UTF-16 code units: 1 a character, 2 beyond the basic plane (most emoji)."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def title_length(text: str, how: str) -> int:
    """A title's length; `how` is `weighted` or `plain`, as platform data says."""
    return weighted(text) if how == "weighted" else len(text)


def topics_in(text: str) -> list[str]:
    """The hashtags of a text, in order, as written (`#话题`, `#话题#` and `#话题[话题]#` alike).

    A number after # is a shade or a rank, no topic.
    """
    return [found[0] for found in _TOPIC.finditer(text) if not found[0][1:].isdecimal()]
