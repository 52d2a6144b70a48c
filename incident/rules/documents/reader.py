"""Reads a Markdown document into sections, steps and the texts between them."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from incident.rules import attributes
from incident.rules.documents.blocks import Block, blocks_of, lines_to_read
from incident.rules.documents.front import read_front
from incident.rules.documents.implicit import with_implicit_items
from incident.rules.documents.margins import Margin, Page, place_of, text_between, trimmed
from incident.rules.documents.nodes import Document, Item, Marker, Section, Span, Text
from incident.rules.documents.source import as_read, line_starts

_MARKER = re.compile(r"[-+*]|[0-9]{1,9}[.)]")
_BOX = re.compile(r"\[([ xX])\](?:[ \t]+|$)")


def read(source: str) -> Document:
    """The document that `source` holds. Every text can be read; nothing in it is lost."""
    text = as_read(source)
    page = Page(text, line_starts(text))
    front = read_front(text)
    first = bisect_left(page.starts, front.span[1]) if front else 0
    body = text[page.starts[first] :]
    cut = lines_to_read(body.split("\n"))
    end = len(text) if cut is None else page.starts[first + cut]
    blocks, links = blocks_of(text[page.starts[first] : end])
    page.fenced.update(first + line for line in _fenced(blocks))
    reader = _Reader(page, first)
    sections = with_implicit_items(reader.sections(blocks), blocks, page, first)
    unread = None if cut is None else first + cut + 1
    return Document(source, text, _content_span(text, front), front, sections, links, unread)


def _content_span(text: str, has_front: object) -> Span:
    start = 0 if has_front else len(text) - len(text.lstrip(" \t\n"))
    return (text.rfind("\n", 0, start) + 1, max(len(text.rstrip(" \t\n")), 0))


class _Reader:
    """`shift` is how many lines of front matter stand before the first line of the blocks."""

    def __init__(self, page: Page, shift: int) -> None:
        self.page = page
        self.shift = shift

    def sections(self, blocks: Sequence[Block]) -> tuple[Section, ...]:
        margin = Margin(self.page, self.page.starts)
        last = len(self.page.starts) - 1
        headings = [place for place, block in enumerate(blocks) if block.kind == "heading"]
        bounds = [*headings, len(blocks)]
        lines = [self._first(blocks[place]) for place in headings] + [last]
        opening = self._blocks(blocks[: bounds[0]], margin, margin, self.shift, lines[0])
        start = opening[0].span[0] if opening else self.page.starts[lines[0]]
        found = [Section((start, start), start, blocks=opening)]
        for number, place in enumerate(headings):
            under = blocks[place + 1 : bounds[number + 1]]
            first, end = self._end(blocks[place]), lines[number + 1]
            inside = self._blocks(under, margin, margin, first, end)
            found.append(replace(self._heading(blocks[place]), blocks=inside))
        return tuple(_with_spans(found))

    def _first(self, block: Block) -> int:
        return block.first + self.shift

    def _end(self, block: Block) -> int:
        return block.end + self.shift

    def _heading(self, block: Block) -> Section:
        line = self._first(block)
        start, end = place_of(block.content, self.page, line)
        span = (self.page.starts[line], self.page.end(self._end(block) - 1))
        whole = Section(span, span[1], block.level, block.content, (start, end))
        group = attributes.find(block.content, attributes.ON_HEADINGS)
        if group is None or "\n" in block.content:
            return whole
        if not group.values:
            return replace(whole, group=group)
        title = block.content[: group.start].rstrip()
        places = (start, start + len(title)), (start + group.start, end)
        return replace(whole, title=title, title_span=places[0], group=group, group_span=places[1])

    def _blocks(
        self, blocks: Sequence[Block], shown: Margin, own: Margin, first: int, end: int
    ) -> tuple[Text | Item, ...]:
        """The texts and items in the lines from `first` up to `end`."""
        found: list[Text | Item] = []
        before = None
        for block in blocks:
            if block.holds_items:
                found += self._text(before, shown, own, first, self._first(block))
                found += self._items(block, shown, own)
                first = self._end(block)
            before = block
        return (*found, *self._text(before, shown, own, first, end))

    def _items(self, block: Block, shown: Margin, own: Margin) -> Sequence[Text | Item]:
        if block.kind == "list":
            return [self._item(item, own) for item in block.blocks]
        return self._quoted(block, shown)

    def _quoted(self, block: Block, shown: Margin) -> tuple[Text | Item, ...]:
        own = Margin(self.page, self._moved(block.starts), block.widths, self._first(block))
        return self._blocks(block.blocks, shown, own, self._first(block), self._end(block))

    def _moved(self, offsets: list[int]) -> list[int]:
        origin = self.page.starts[self.shift]
        return [offset + origin for offset in offsets]

    def _text(
        self, last: Block | None, shown: Margin, own: Margin, first: int, end: int
    ) -> Iterator[Text]:
        text = text_between(shown, own, first, end)
        if text and last and shown is own and not last.holds_items:
            yield replace(text, unclosed=self._unclosed(last, own))
        elif text:
            yield text

    def _unclosed(self, block: Block, own: Margin) -> str:
        """What would close the last block, when the document forgot to."""
        if block.kind == "html" and block.content.lstrip().startswith("<!--"):
            return "" if "-->" in block.content else "-->"
        if block.kind != "fence":
            return ""
        last = self._end(block) - 1
        start, _ = own.content(last)
        closing = re.compile(rf" {{0,3}}{block.markup}{block.markup[0]}*[ \t]*")
        closed = closing.fullmatch(self.page.text, start, self.page.end(last))
        return "" if closed and block.end - block.first > 1 else block.markup

    def _item(self, block: Block, margin: Margin) -> Item:
        line, at = self._first(block), block.at + self.page.starts[self.shift]
        written = _MARKER.match(self.page.text, at)
        assert written is not None
        column = margin.column(line, at)
        start, indent = self._content(margin, line, written.end(), column + len(written[0]))
        inner = margin.within(line, start, indent)
        before = margin.before(at, line)
        end = self._end(block)
        while end > line + 1 and margin.is_blank(end - 1):
            end -= 1
        item = Item(
            span=(at, self.page.end(end - 1)),
            blocks=self._blocks(block.blocks, inner, inner, line, end),
            marker=Marker((at, written.end()), written[0], before),
            content=start,
            margin=before + " " * (indent - column),
            matter=_matter(block),
        )
        return self._titled(item) if _begins_with_words(block) else item

    def _content(self, margin: Margin, line: int, after: int, column: int) -> tuple[int, int]:
        """Where the content after a marker begins, and at which column."""
        end, at = self.page.end(line), after
        while at < end and self.page.text[at] in " \t":
            at += 1
        blanks = margin.column(line, at) - margin.column(line, after)
        if at >= end or blanks > 4:
            return min(after + 1, end), column + 1
        return at, column + blanks

    def _titled(self, item: Item) -> Item:
        """`item` with the box and the attributes of its first line taken out of its text."""
        text = item.blocks[0]
        assert isinstance(text, Text)
        start, end = text.lines[0]
        start += len(self.page.text[start:end]) - len(self.page.text[start:end].lstrip(" \t"))
        checked, box = None, _BOX.match(self.page.text[start:end])
        if box:
            checked, place = box[1] in "xX", (start, start + 3)
            item = replace(item, checked=checked, box=place)
            start += box.end()
        line = self.page.text[start:end]
        group = attributes.find(line)
        if group:
            item = replace(item, group=group)
        if group and group.values:
            places = (start + group.start, start + len(line.rstrip(" \t")))
            item = replace(item, group_span=places)
            end = start + len(line[: group.start].rstrip(" \t"))
        kept = trimmed(text, self.page, start, end) if box or group else text
        blocks = item.blocks[1:] if kept is None else (kept, *item.blocks[1:])
        return replace(item, blocks=blocks, content=start)


def _fenced(blocks: Sequence[Block]) -> Iterator[int]:
    for block in blocks:
        if block.kind == "fence":
            yield from range(block.first + 1, block.end)
        yield from _fenced(block.blocks)


def _matter(block: Block) -> str:
    kinds = [inner.kind for inner in block.blocks if inner.kind != "list"]
    wordless = kinds and all(kind in ("html", "table", "rule") for kind in kinds)
    return kinds[0] if wordless else ""


def _begins_with_words(block: Block) -> bool:
    return bool(block.blocks) and block.blocks[0].kind == "paragraph"


def _with_spans(sections: Sequence[Section]) -> Iterator[Section]:
    """Every section reaches to the end of the last block before a heading as high as its own."""
    ends = [_own_end(section) for section in sections]
    open_ones: list[int] = []
    reach = list(ends)
    for place, section in enumerate(sections):
        while open_ones and sections[open_ones[-1]].level >= section.level:
            open_ones.pop()
        for above in open_ones[1:]:
            reach[above] = ends[place]
        open_ones.append(place)
    for section, end in zip(sections, reach, strict=True):
        yield replace(section, span=(section.span[0], max(section.span[1], end)))


def _own_end(section: Section) -> int:
    return section.blocks[-1].span[1] if section.blocks else section.span[1]
