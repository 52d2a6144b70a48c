"""What stands before the content of a line: the indentation and quote marks of its container."""

import re
from dataclasses import dataclass, field, replace

from incident.rules.documents.nodes import Span, Text

_BLANKS = " \t"
_BLOCK_START = re.compile(
    r"[-+*](?:\s|$)|[0-9]{1,9}[.)](?:\s|$)|#{1,6}(?:\s|$)|>|(?:=+|-+)\s*$|(?:[*_-][ \t]*){3,}$"
    r"|\[[^\]]+\]:"
)
_NUMBER = re.compile(r"([0-9]{1,9})([.)])")


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a document, where its lines begin, and which of them stand inside a fence."""

    text: str
    starts: list[int]
    fenced: set[int] = field(default_factory=set)

    def end(self, line: int) -> int:
        """Where a line ends, without its line end."""
        end = self.text.find("\n", self.starts[line])
        return len(self.text) if end < 0 else end


@dataclass(frozen=True, slots=True)
class Margin:
    """The margin of one container: `indent` columns after where its lines `starts`.

    The first lines of `starts` and `widths` belong to line `base`. In line `masked`, everything
    before `mask` counts as margin: that is where the markers of the items stand.
    """

    page: Page
    starts: list[int]
    widths: list[int] | None = None
    base: int = 0
    indent: int = 0
    masked: int = -1
    mask: int = 0

    def within(self, line: int, mask: int, indent: int) -> "Margin":
        """The margin of an item whose marker ends at `mask` in `line`."""
        return replace(self, masked=line, mask=mask, indent=indent)

    def content(self, line: int) -> tuple[int, int]:
        """Where the content of `line` begins, and how many columns of margin it has too many.

        The number is negative when the line is indented less than its container asks for.
        """
        at, column, end = self.starts[line - self.base], 0, self.page.end(line)
        mask = self.mask if line == self.masked else 0
        while at < end and column < self.indent:
            if self.page.text[at] == "\t":
                column += 4 - (column + self._width(line)) % 4
            elif self.page.text[at] == " " or at < mask:
                column += 1
            else:
                break
            at += 1
        return at, column - self.indent

    def shown(self, line: int, *, continues: bool) -> str:
        """What `line` says, as Markdown that may stand alone."""
        at, spare = self.content(line)
        content = self.page.text[at : self.page.end(line)]
        if spare < 0 and continues and _BLOCK_START.match(content):
            return "    " + content
        if "\t" in content[:4] and line not in self.page.fenced:
            return self._with_spaces(content, line, at)
        return " " * max(spare, 0) + content

    def column(self, line: int, offset: int) -> int:
        """How many columns stand between the container's edge and `offset`, tabs expanded."""
        column = 0
        for letter in self.page.text[self.starts[line - self.base] : offset]:
            column += 4 - (column + self._width(line)) % 4 if letter == "\t" else 1
        return column

    def is_blank(self, line: int) -> bool:
        """Does nothing stand in `line` of the container?"""
        at, _ = self.content(line)
        return not self.page.text[at : self.page.end(line)].strip(_BLANKS)

    def before(self, offset: int, line: int) -> str:
        """What a further line begins with, to stand under `offset` of `line`."""
        prefix = self.page.text[self.page.starts[line] : offset]
        return "".join(letter if letter in "> \t" else " " for letter in prefix)

    def _with_spaces(self, content: str, line: int, at: int) -> str:
        """A tab is as wide as it was where it stood, even where its margin is gone."""
        words = content.lstrip(_BLANKS)
        if (self.indent + self._width(line)) % 4 == 0:
            return content
        return " " * (self.column(line, at + len(content) - len(words)) - self.indent) + words

    def _width(self, line: int) -> int:
        return self.widths[line - self.base] if self.widths else 0


def text_between(shown: Margin, own: Margin, first: int, end: int) -> Text | None:
    """What stands in the lines from `first` up to `end`, less the blank ones around it.

    The margin that is left out is the one of `shown`; which lines are blank, `own` says.
    """
    while first < end and own.is_blank(first):
        first += 1
    while first < end and own.is_blank(end - 1):
        end -= 1
    if first >= end:
        return None
    page, written, places = shown.page, [], []
    for line in range(first, end):
        places.append((shown.content(line)[0], page.end(line)))
        written.append(shown.shown(line, continues=line > first))
    start = places[0][0]
    return Text(
        span=(start, places[-1][1]),
        markdown="\n".join(written),
        lines=tuple(places),
        margin=shown.before(start, first),
    )


def trimmed(text: Text, page: Page, start: int, end: int) -> Text | None:
    """`text` with a first line that only reaches from `start` to `end`: no box, no attributes."""
    _, *rest = text.markdown.split("\n")
    _, *places = text.lines
    line = page.text[start:end]
    if not line and not rest:
        return None
    if not line:
        return Text((places[0][0], text.span[1]), "\n".join(rest), tuple(places), text.margin)
    lines = ((start, end), *places)
    span = (start, max(end, text.span[1]) if rest else end)
    return Text(span, "\n".join([_escaped(line), *rest]), lines, text.margin)


def _escaped(line: str) -> str:
    """What follows a box is words, even where it looks like a heading or a list."""
    if not _BLOCK_START.match(line):
        return line
    number = _NUMBER.match(line)
    return f"{number[1]}\\{line[number.end(1) :]}" if number else "\\" + line


def place_of(content: str, page: Page, line: int) -> Span:
    """Where the text of a heading stands."""
    if not content:
        return page.end(line), page.end(line)
    first, _, _ = content.partition("\n")
    text = page.text.replace("\0", "\ufffd") if "\ufffd" in first else page.text
    start = text.find(first, page.starts[line])
    if "\n" not in content:
        return start, start + len(content)
    last = content.rpartition("\n")[2].strip(_BLANKS)
    return start, page.text.find(last, page.starts[line + content.count("\n")]) + len(last)
