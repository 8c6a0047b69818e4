"""Words that must fit: cleaned, measured and broken into lines without asking any font.

Widths are those of a narrow sans-serif face in thousandths of an em, with a margin that even
the wide faces of a bare Linux (DejaVu) fit: a picture is written before its reader is known.
"""

from __future__ import annotations

import re
from unicodedata import combining, east_asian_width

ELLIPSIS = "…"
_WIDTHS = {
    222: "ijl'‘’|",
    278: "ft!,.:;/\\ I[]()r\u00a0\u202f·",
    355: '-"*`“”{}',
    500: "sckxyzvJ^",
    556: "abdeghnopqu0123456789L$?_«»TFéèêëàâùûôöç",
    611: "ZE=+<>~–",
    667: "ABKPSVXYÉÈÊÀ&",
    722: "CDHNRUwÇ",
    778: "GOQŒ",
    833: "m…Mæœ",
    944: "W—%@",
}
_MARGIN = 1.13
# What XML cannot hold, and what turns the direction of the words that follow.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
# French sets its signs apart by no-break spaces, which must survive: hence not `\s`.
# Spaces at which French does not break a line, however they were typed.
_GLUED = re.compile(
    r" (?:(?=[?!:;»%€](?: |$))|(?<=« )|(?<=\d )(?=\d{3}\b|h\b))"  # a space comes first: fast
)
_BLANK = re.compile("[ \t\n\r\u2028\u2029]+")


class _Widths(dict[str, int]):
    def __missing__(self, char: str) -> int:
        if combining(char):
            return 0
        return 1000 if east_asian_width(char) in "WF" else 640


# A bound method under `map` is twice as fast as a subscript in a comprehension.
_em = _Widths(
    {c: round(w * _MARGIN) for w, chars in _WIDTHS.items() for c in chars}
).__getitem__


def clean(text: str) -> str:
    """`text` on one line, without what XML cannot hold or what hides its reading order.

    >>> clean("Une\\n rue\\x00 calme")
    'Une rue calme'
    """
    if _UNFIT.search(text):
        text = _UNFIT.sub("", text)
    return _BLANK.sub(" ", text).strip(" ")


def wrap(text: str, width: float, size: float, lines: int) -> list[str]:
    """`text` (clean) in at most `lines` lines no wider than `width`, cut with an ellipsis.

    >>> wrap("Réduire la place de la publicité", 90, 13, 2)
    ['Réduire la', 'place de la…']
    """
    limit = width / size * 1000
    space = _em(" ")
    done: list[str] = []
    line, used = "", 0
    for whole in _GLUED.sub("\u00a0", text).split(" "):
        word = whole
        wide = sum(map(_em, word))
        if line and used + space + wide <= limit:
            line, used = f"{line} {word}", used + space + wide
            continue
        if line:
            done.append(line)
            if len(done) == lines:
                return [*done[:-1], _cut(done[-1], limit)]
        while wide > limit:
            head = _fitting(word, limit)
            done.append(head)
            if len(done) == lines:
                return [*done[:-1], _cut(head, limit)]
            word = word[len(head) :]
            wide = sum(map(_em, word))
        line, used = word, wide
    return [*done, line] if line else done


def measure(text: str, size: float) -> float:
    """How wide `text` (clean) is in a face of any reader, at most."""
    return sum(map(_em, text)) * size / 1000


def _fitting(word: str, limit: float) -> str:
    """As much of `word` as `limit` thousandths hold, at least one character."""
    used = 0
    for place, char in enumerate(word):
        used += _em(char)
        if used > limit and place:
            return word[:place]
    return word


def _cut(line: str, limit: float) -> str:
    """`line` with an ellipsis, within `limit`, and whole words where that is possible."""
    room = limit - _em(ELLIPSIS)
    if sum(map(_em, line)) > room:
        line = _fitting(line, room)
        head, _, tail = line.rpartition(" ")
        if head and len(tail) < 12:
            line = head
    return line.rstrip(" ,;:.–-\u00a0\u202f'’«(") + ELLIPSIS
