"""Where in a document something may be put, and what goes with something that is taken out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from incident.rules.documents.nodes import Block, Document, Link, Span, Text
from incident.rules.documents.source import Edit

_NEXT_LINE = re.compile(r"[ \t]*\n[ \t]*\S")
_BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")


@dataclass(frozen=True, slots=True)
class Book:
    """A document that is being changed. `explicit`: steps without a marker are given one."""

    document: Document
    explicit: bool = False

    @property
    def page(self) -> str:
        return self.document.text

    @property
    def links(self) -> Mapping[str, Link]:
        return self.document.links

    def shown(self, span: Span) -> Span:
        """A span as the JSON has it."""
        start = self.document.span[0]
        return span[0] - start, span[1] - start

    def line_start(self, offset: int) -> int:
        """Where the line begins that `offset` stands in."""
        return self.page.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Where the line ends that `offset` stands in."""
        end = self.page.find("\n", offset)
        return len(self.page) if end < 0 else end

    def put(self, offset: int, text: str) -> Edit:
        """Put `text` after what ends at `offset`, with a blank line on either side."""
        if not self.page[:offset].strip():
            below = "\n\n" if self.page[offset:].strip() else "\n"
            return Edit(offset, offset, text + below)
        crowded = _NEXT_LINE.match(self.page, offset)
        return Edit(offset, offset, f"\n\n{text}\n" if crowded else f"\n\n{text}")

    def put_before(self, offset: int, text: str) -> Edit:
        """Put `text` before the line that begins at `offset`, with a blank line between."""
        return Edit(offset, offset, f"{text}\n\n")

    def without(self, start: int, end: int) -> Edit:
        """Take out the lines from `start` to `end`, and one of the gaps around them."""
        line = self.line_start(start)
        if self.page[line:start].strip(" \t>"):
            return Edit(start, end, "")
        stop = min(self.line_end(end) + 1, len(self.page))
        blank = _BLANK_LINES.match(self.page, stop)
        after = blank.end() if blank else stop
        if not self.page[after:].strip():
            kept = len(self.page[:line].rstrip(" \t\n"))
            return Edit(kept, end, "") if kept else Edit(line, after, "")
        above = self.page[self.line_start(max(line - 1, 0)) : line]
        return Edit(line, stop if above.strip() else after, "")


def end_after(blocks: Sequence[Block], block: Block) -> int:
    """Where `block` ends, with the texts that follow it in its container."""
    end = block.span[1]
    place = next(number for number, one in enumerate(blocks) if one is block)
    for text in blocks[place + 1 :]:
        if not isinstance(text, Text):
            break
        end = text.span[1]
    return end
