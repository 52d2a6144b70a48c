"""The characters of a document: as they arrived, and as they are read."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

BYTE_ORDER_MARK = "\ufeff"

_HALF = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace what stands between `start` and `end`, as read, with `text`."""

    start: int
    end: int
    text: str


def is_text(words: str) -> bool:
    """Can it be kept? No character is missing (NUL) or half (a lone surrogate)."""
    return "\0" not in words and not _HALF.search(words)


def as_read(source: str) -> str:
    """Without byte order marks, and with every line end as one character."""
    return _LINE_END.sub("\n", source.lstrip(BYTE_ORDER_MARK))


def edited(source: str, edits: Iterable[Edit]) -> str:
    """`source` with the edits made. Every other character stays, line ends included.

    Edits do not overlap; those at one place are made in the order given.
    """
    marks = len(source) - len(source.lstrip(BYTE_ORDER_MARK))
    ends = [(match.start() - marks, len(match[0])) for match in _LINE_END.finditer(source, marks)]
    extra = [0, *accumulate(width - 1 for _, width in ends)]
    starts = [start - before for (start, _), before in zip(ends, extra, strict=False)]
    newline = source[marks + ends[0][0] :][: ends[0][1]] if ends else "\n"

    def arrived(offset: int) -> int:
        passed = bisect_right(starts, offset - 1)
        return marks + offset + extra[passed]

    pieces, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces.append(source[at : max(at, arrived(edit.start))])
        pieces.append(edit.text.replace("\n", newline))
        at = max(at, arrived(edit.end))
    return "".join(pieces) + source[at:]


def line_starts(text: str) -> list[int]:
    """Where every line of `text` begins, and one more: where the next would."""
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    if starts[-1] < len(text):
        starts.append(len(text))
    return starts
