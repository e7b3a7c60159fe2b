"""Reads text the way a filter would: one form for every way of writing a character, and the way back to the original.

Full-width and styled letters become plain, capitals small, traditional characters simplified; zero-width characters and
combining marks become a mark of their own (`DROPPED`). Three views of one text, each with the index of the source
character behind every character:

    folded  every source character, folded; what is invisible is DROPPED
    close   folded without DROPPED and without spaces beside Chinese characters: what patterns read
    tight   folded without spaces, emoji and joining symbols: what terms are looked up in

Normalisation follows Unicode NFKC (UAX 15); traditional to simplified goes character by character (OpenCC's table), so
that offsets survive. Limits: a character that stands for a word by its picture (an emoji for a thing) is not read.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from itertools import compress, count
from operator import add

DROPPED = "\x00"
"""Stands for a character that shows nothing: zero-width, variation selector, combining mark."""

HAN = "㐀-鿿豈-﫿\U00020000-\U0003ffff"
_JOINING = frozenset(" \t\u3000\xa0*.·•・‧_-~/|+\\^`'\x00‐‑–—")
_LOOKALIKES = dict(
    zip(
        "авеіјкмнорсѕтухѵԁԛԝһіɡɑαβγεηικνορτυχωϲᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ",
        "abeijkmhopcstyxvdqwhigaabyenikvoptuxwcabcdeghijklmnoprtuvwyz",
        strict=True,
    )
)
_MIXABLE = re.compile("[" + "".join(_LOOKALIKES) + "]")
_CLASS_OR_DIGIT = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\d")
_SPACE_BESIDE_HAN = re.compile(rf"\x00+|(?<=[{HAN}，。！？、；：])[ \t\xa0]+|(?<![ \t\xa0])[ \t\xa0]++(?=[{HAN}])")
"""A run of spaces is looked at from its beginning and never taken apart: a hundred thousand cost no more than that."""

_PLAIN = re.compile("[0-9a-z]")


@dataclass(frozen=True, slots=True)
class View:
    """A reading of a text: `at[i]` is the index in the source of the character that `text[i]` comes from."""

    text: str
    at: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the source that `text[start:end]` comes from; `end` is past the last character."""
        return self.at[start], self.at[end - 1] + 1

    def place(self, index: int) -> int:
        """Where a place of the source stands in `text`, or the first after it."""
        return index if isinstance(self.at, range) else bisect_left(self.at, index)


class Reading:
    """One text in its three views."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.folded = _fold(source)

    @cached_property
    def tight(self) -> View:
        """Without spaces, emoji and joining symbols. `at` counts in `folded`, not in the source."""
        text = self.folded.text
        gaps = [char for char in self._chars if _GAPS[char]]
        if not gaps:
            return View(text, range(len(text)))
        at = [*compress(count(), map(self._chars.difference(gaps).__contains__, text))]
        for gap in gaps:
            text = text.replace(gap, "")
        return View(text, at)

    @cached_property
    def close(self) -> View:
        """Without what is invisible, and without spaces beside Chinese characters. `at` counts in the source."""
        text, at = self.folded.text, self.folded.at
        parts: list[str] = []
        where: list[int] = []
        done = 0
        for gap in _SPACE_BESIDE_HAN.finditer(text):
            parts.append(text[done : gap.start()])
            where.extend(at[done : gap.start()])
            done = gap.end()
        if not done:
            return self.folded
        return View("".join([*parts, text[done:]]), [*where, *at[done:]])

    @cached_property
    def styled(self) -> frozenset[int]:
        """Where a letter or a digit of the folded view was written in disguise."""
        source, at = self.source, self.folded.at
        plain = _PLAIN.finditer(self.folded.text)
        return frozenset(found.start() for found in plain if is_styled(source[at[found.start()]], found[0]))

    @cached_property
    def couples(self) -> list[str]:
        """Every two characters that stand side by side in the tight view."""
        text = self.tight.text
        return list(map(add, text, text[1:]))

    @cached_property
    def holds(self) -> frozenset[str]:
        """Every character, and every two that stand side by side when the gaps are closed (see `is_gap`)."""
        return self._chars.union(self.couples)

    @cached_property
    def _chars(self) -> frozenset[str]:
        return frozenset(self.folded.text)


def folded(text: str) -> str:
    """The folded form alone, invisible characters left out."""
    return _fold(text).text.replace(DROPPED, "")


def tight(text: str) -> str:
    """What is looked up for a term: folded, without gaps."""
    return "".join(char for char in _fold(text).text if not _GAPS[char])


def pattern_folded(pattern: str) -> str:
    """A regular expression as folded text needs it: simplified, with the commas and colons that folding leaves."""
    return pattern.translate(_TRADITIONAL).replace("，", ",").replace("；", ";").replace("：", ":")


def plain_digits(pattern: str) -> str:
    """The same regular expression with `\\d` as 0-9: after folding there are few other digits, and it is twice as fast."""
    return _CLASS_OR_DIGIT.sub(lambda found: found[0].replace(r"\d", "0-9") if found[0][0] == "[" else "[0-9]", pattern)


def is_gap(char: str) -> bool:
    """Whether a folded character may stand inside a spaced-out term: space, emoji, joining symbol, DROPPED."""
    return _GAPS[char]


def is_styled(char: str, plain: str) -> bool:
    """Whether a source character is a letter or digit in disguise: circled, squared, mathematical, accented, look-alike.

    `plain` is what it was folded to. Width, case and traditional script are no disguise.
    """
    return not char.isascii() and not "\uff00" <= char <= "\uffef" and plain.isascii() and plain.isalnum()


def _fold(source: str) -> View:
    text = source.translate(_FOLD)
    at: Sequence[int] = range(len(source))
    if len(text) != len(source):  # NFKC made one character several
        at = [index for index, char in enumerate(source) for _ in char.translate(_FOLD)]
    return View(_unmixed(text) if _MIXABLE.search(text) else text, at)


def _unmixed(text: str) -> str:
    """Words that mix Latin letters with Cyrillic or Greek look-alikes, in Latin. A word of one script is left alone."""

    def latin(word: re.Match[str]) -> str:
        letters = word[0]
        return letters.translate(_TO_LATIN) if re.search("[a-z]", letters) else letters

    return re.sub(rf"[^\W\d_{HAN}]+", latin, text)


_TO_LATIN = {ord(char): plain for char, plain in _LOOKALIKES.items()}


class _Fold(dict[int, str]):
    """Code point to folded text, at least one character each; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        self[code] = plain = _plain(chr(code))
        return plain


class _Gaps(dict[str, bool]):
    """Folded character to whether it is a gap; filled as characters are met."""

    def __missing__(self, char: str) -> bool:
        self[char] = found = char in _JOINING or unicodedata.category(char) in ("So", "Sk", "Zs")
        return found


def _plain(char: str) -> str:
    lettered = _enclosed_letter(ord(char))
    if lettered:
        return lettered
    if char in "☎☏✆":
        return char
    if _is_invisible(char):
        return DROPPED
    wide = unicodedata.normalize("NFKC", char).lower()
    letters = unicodedata.normalize("NFKD", wide)
    if letters[:1].isascii() and letters[:1].isalpha():
        wide = "".join(part for part in letters if unicodedata.category(part) != "Mn")
    return wide.translate(_TRADITIONAL) or DROPPED


def _is_invisible(char: str) -> bool:
    """Whether a character shows nothing by itself: format, combining, variation selector, control, half a pair."""
    category = unicodedata.category(char)
    return category in ("Cf", "Mn", "Me", "Cs") or (category == "Cc" and char not in "\n\t\r")


def _enclosed_letter(code: int) -> str:
    """The letter in a square, a flag or brackets, which NFKC leaves alone or spells with its brackets; "" for others."""
    for first, last in (
        (0x1F130, 0x1F149),
        (0x1F150, 0x1F169),
        (0x1F170, 0x1F189),
        (0x1F1E6, 0x1F1FF),
        (0x249C, 0x24B5),
    ):
        if first <= code <= last:
            return chr(ord("a") + code - first)
    return ""


def _traditional() -> dict[int, str]:
    old, new = files("mediakit.caption").joinpath("traditional.txt").read_text("utf-8").split()
    return {ord(before): after for before, after in zip(old, new, strict=True)}


_TRADITIONAL = _traditional()
_FOLD = _Fold()
_GAPS = _Gaps()
