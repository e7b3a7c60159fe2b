"""Telephone numbers in a text, however their digits are written, and no other long number.

Digits are gathered through spaces, dashes, dots, emoji, circled and styled forms, Chinese numerals (一三八, 幺, 零) and
the letters o and l among digits. A mobile number has 11 digits and starts 13 to 19 (+86 or 86 may stand before it); a
fixed line has its area code apart (021-5555 8888), a service line is 400-xxx-xxxx, an international one starts with +.
Barcodes, registration and order numbers, prices and dates are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mediakit.caption.fold import DROPPED, Reading, is_gap, is_styled

_DIGITS = {digit: digit for digit in "0123456789"}
_DIGITS |= dict(zip("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "00123456789" + "1123456789", strict=True))
_LETTERS = {"o": "0", "l": "1", "i": "1"}
_ANY_DIGIT = re.compile("[" + "".join((*_DIGITS, *_LETTERS)) + "]")
_FEWEST_DIGITS = 7
_DIGIT, _NO_DIGIT = (f"[{no}{''.join((*_DIGITS, *_LETTERS))}]" for no in ("", "^\n"))
_LONG_RUN = re.compile(f"{_DIGIT}(?:{_NO_DIGIT}{{0,9}}{_DIGIT}){{10}}")
"""Eleven digits with little between them: a mobile number at least, whatever else is asked of one."""
_WIDEST_GAP = 3
_COMMAS = ",、"
"""Between groups of digits only: 一八六，零零一二，三四五六."""
_USUAL_GROUPS = (
    *([11], [3, 4, 4], [3, 8], [3, 3, 5], [4, 4, 3], [4, 3, 4]),
    *([5, 6], [7, 4], [3, 2, 3, 3], [3, 4, 2, 2], [3, 2, 2, 2, 2]),
)
_MOBILE = re.compile(r"(?:0?0?86)?(1[3-9]\d{9})")
_FIXED = re.compile(
    r"[(0+48](?<![\d.#¥$-][\s\S])"
    r"(?:(?:(?<=\()0|(?<=0))(?:10|2[0-9]|[3-9]\d{2})\)?\s?[-–—_ ]\s?[2-8]\d{2,3}[- ]?\d{4}(?![\d.])"
    r"|(?<=[48])00[- ]\d{3,4}[- ]\d{3,4}(?![\d.])|(?<=\+)(?:[1-79]\d{0,2}|8[0-57-9]\d?)[- ]?(?:\d[- ]?){8,11}(?!\d))"
)
"""Begins with one class, which the matcher skips to; what stands before a number is looked at after it."""
_CALLED = re.compile(r"(?:电话|tel|phone|call|☎|☏|📞|热线|致电|拨打)[^\d\n]{0,4}((?:\d[- ]?){7,12})(?!\d)")
_OTHER_NUMBER = re.compile(
    r"(?:国妆特(?:进)?字|妆网备(?:进)?字|备案(?:编)?号?|注册(?:证)?(?:编)?号|许可证?号?|批号|批次|货号|款号|编号|色号|条形?码|订单号?|运单|快递单?号?|单号|流水号|专利号?"
    r"|zl|sku|isbn|barcode|batch|order|lot|serial|shade|item|ref|no\.?|#|¥|￥|\$|€|£|rmb|[a-z]-?)\s?[:：]?\s?[a-z]{0,3}$"
)


@dataclass(frozen=True, slots=True)
class Phone:
    """Where a number stands in the source, and whether it was written to slip past a filter."""

    start: int
    end: int
    disguised: bool


def find_phones(reading: Reading) -> list[Phone]:
    """Every telephone number, in the order of the text."""
    text = reading.folded.text
    if len(_ANY_DIGIT.findall(text)) < _FEWEST_DIGITS:
        return []
    found = [*_mobiles(reading)]
    for match in [*_FIXED.finditer(text), *_CALLED.finditer(text)]:
        group = 1 if match.re is _CALLED else 0
        start, end = reading.folded.span(match.start(group), match.start(group) + len(match[group].rstrip(" -")))
        clear_of_others = all(end <= phone.start or start >= phone.end for phone in found)
        if clear_of_others and not _OTHER_NUMBER.search(text[max(0, match.start() - 16) : match.start()]):
            found.append(Phone(start, end, False))
    return sorted(found, key=lambda phone: phone.start)


def _mobiles(reading: Reading) -> Iterator[Phone]:
    text = reading.folded.text
    if _LONG_RUN.search(text) is None:
        return
    for places in _runs(text):
        digits = "".join(_digit(text[place]) for place in places)
        number = _MOBILE.fullmatch(digits)
        if number is None:
            continue
        used = places[-11:]
        if not _grouped_like_a_phone(text, used) or _OTHER_NUMBER.search(text[max(0, places[0] - 16) : places[0]]):
            continue
        start, end = reading.folded.at[used[0]], reading.folded.at[used[-1]] + 1
        yield Phone(start, end, _disguised(reading, used))


def _runs(text: str) -> Iterator[list[int]]:
    """The places of digits that stand together, gaps of up to three characters closed."""
    run: list[int] = []
    for digit in _ANY_DIGIT.finditer(text):
        place = digit.start()
        if digit[0] in _LETTERS and not (run and place - run[-1] == 1) and not _begins(text, place):
            continue
        if run and not _joined(text[run[-1] + 1 : place]):
            yield from _worth(text, run)
            run = []
        run.append(place)
    yield from _worth(text, run)


def _begins(text: str, place: int) -> bool:
    """Whether a letter there stands for the first digit of a number: I39l2345678."""
    return text[place + 1 : place + 2].isdigit() and not text[place - 1 : place].isalnum()


def _worth(text: str, run: list[int]) -> Iterator[list[int]]:
    """A run without the letters at its end, when there are digits enough for a number."""
    while run and text[run[-1]] in _LETTERS:
        run.pop()
    if len(run) >= 11:
        yield run


def _joined(gap: str) -> bool:
    visible = gap.replace(DROPPED, "")
    return len(visible) <= _WIDEST_GAP and all((is_gap(char) and char != ".") or char in _COMMAS for char in visible)


def _digit(char: str) -> str:
    return _DIGITS.get(char) or _LETTERS[char]


def _grouped_like_a_phone(text: str, places: list[int]) -> bool:
    """All apart, all together, or in the groups people use; three prices or eleven numbers in a row are none of these."""
    sizes, last = [1], places[0]
    for place in places[1:]:
        if place - last == 1 or not text[last + 1 : place].replace(DROPPED, ""):
            sizes[-1] += 1
        else:
            sizes.append(1)
        last = place
    listed = any(char in _COMMAS for char in text[places[0] : places[-1]])
    return sizes in _USUAL_GROUPS or (max(sizes) <= 2 and not listed)


def _disguised(reading: Reading, places: list[int]) -> bool:
    """Circled or styled digits, letters or numerals for digits, marks struck through, emoji or signs between."""
    source, text, at = reading.source, reading.folded.text, reading.folded.at
    for place in places:
        if is_styled(source[at[place]], text[place]) or text[place] not in "0123456789":
            return True
    between = text[places[0] : places[-1] + 1]
    return DROPPED in between or any(not char.isascii() or char in "*·|~_+/" for char in between)
