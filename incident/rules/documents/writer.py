"""Writes a checklist back. A node is written anew only where it changed."""

from collections.abc import Iterator, Mapping, Sequence

from incident.rules import attributes
from incident.rules.attributes import Value
from incident.rules.documents import written
from incident.rules.documents.blocks import blocks_of
from incident.rules.documents.front_edits import front_edits
from incident.rules.documents.given import Given, GivenSection, every_given_step, given
from incident.rules.documents.matching import Gap, gaps, matched
from incident.rules.documents.nodes import Block, Link, Section, Text
from incident.rules.documents.outline import Outline, Part, every_part, every_step, outline_of
from incident.rules.documents.places import Book
from incident.rules.documents.reader import read
from incident.rules.documents.references import definitions, self_contained
from incident.rules.documents.shown import slug_in
from incident.rules.documents.source import Edit, as_read, edited
from incident.rules.documents.step_edits import Spot, steps_edits
from incident.rules.documents.text_edits import text_edits


def write(data: object) -> str:
    """The Markdown of a checklist's JSON. What nobody changed is the same, byte for byte.

    Raises Unwritable, with a sentence, when `data` is not the JSON of a checklist.
    """
    wanted = given(data)
    if wanted.source is None:
        return written.document(wanted)
    document = read(wanted.source)
    outline = outline_of(document)
    book = Book(document, _must_be_explicit(document.span[0], outline, wanted))
    edits = list(_Writer(book, outline).edits(wanted))
    return _with_links(edited(wanted.source, edits), book.links) if edits else wanted.source


def _with_links(source: str, links: Mapping[str, Link]) -> str:
    """A link that is still used keeps its definition, even when that stood in what is gone."""
    if not links:
        return source
    lost = set(links) - set(blocks_of(as_read(source))[1])
    lines = definitions(source, {label: links[label] for label in lost})
    newline = "\r\n" if "\r\n" in source else "\n"
    return newline.join([source.rstrip("\r\n"), "", *lines, ""]) if lines else source


def _must_be_explicit(start: int, outline: Outline, wanted: Given) -> bool:
    """Steps without a list stop being steps where a list begins: then they join it."""
    known = [one.item for part in every_part(outline.parts) for one in every_step(part.steps)]
    if all(item.marker for item in known):
        return False
    spans = {(item.span[0] - start, item.span[1] - start) for item in known}
    return any(
        one.span not in spans or one.settings or one.checked is not None
        for section in _every_section(wanted.sections)
        for one in every_given_step(section.steps)
    )


def _every_section(sections: Sequence[GivenSection]) -> Iterator[GivenSection]:
    for section in sections:
        yield section
        yield from _every_section(section.sections)


class _Writer:
    def __init__(self, book: Book, outline: Outline) -> None:
        self.book = book
        self.outline = outline

    def edits(self, wanted: Given) -> Iterator[Edit]:
        """Everything that has to change, so that the document says what is wanted."""
        outline = self.outline
        yield from self._front(wanted)
        at = self._after_front()
        if outline.heading:
            at = outline.heading.heading_end
            yield from self._title(wanted.title, outline.title, outline.heading)
            if wanted.settings is not None:
                yield from self._attributes(wanted.settings, outline.heading)
        elif wanted.title and not outline.title:
            yield self.book.put(at, written.heading(1, wanted.title, wanted.settings or {}))
        if wanted.text is not None:
            yield from self._text(wanted.text, outline.texts, at)
        at = outline.texts[-1].span[1] if outline.texts else at
        yield from self._sections(wanted.sections, outline.parts, at)

    def _front(self, wanted: Given) -> Iterator[Edit]:
        front = self.book.document.front
        known = dict(front.values) if front else {}
        values = dict(known if wanted.front is None else wanted.front)
        shown = self_contained(self.outline.title, self.book.links)
        if wanted.title and wanted.title != shown and "title" in values:
            values["title"] = wanted.title
        if wanted.slug and wanted.slug != slug_in(known, shown):
            values["slug"] = wanted.slug
        yield from front_edits(self.book.document, values)

    def _after_front(self) -> int:
        front = self.book.document.front
        return len(self.book.page[: front.span[1]].rstrip("\n")) if front else 0

    def _title(self, wanted: str | None, known: str, section: Section) -> Iterator[Edit]:
        shown = self_contained(known, self.book.links)
        if wanted and " ".join(wanted.split()) != " ".join(shown.split()):
            words = written.heading(1, wanted, section.settings).removeprefix("# ")
            group = attributes.written(section.settings)
            blank = "" if known else " "
            yield Edit(*section.title_span, blank + words.removesuffix(group).rstrip())

    def _attributes(self, wanted: Mapping[str, Value], section: Section) -> Iterator[Edit]:
        if dict(wanted) == dict(section.settings):
            return
        group = attributes.written(wanted)
        start, end = section.group_span or (section.title_span[1],) * 2
        kept = len(self.book.page[:start].rstrip(" \t"))
        yield Edit(kept, end, f" {group}" if group else "")

    def _text(self, wanted: str, known: Sequence[Text], at: int) -> Iterator[Edit]:
        if known:
            yield from text_edits(self.book.page, known, self.book.links, wanted, None)
        elif wanted.strip():
            yield self.book.put(at, wanted.strip("\n"))

    def _sections(
        self, wanted: Sequence[GivenSection], known: Sequence[Part], at: int
    ) -> Iterator[Edit]:
        found = matched(
            wanted,
            [self.book.shown(part.span) for part in known],
            wanted=[section.title for section in wanted],
            shown=[self_contained(part.title, self.book.links) for part in known],
        )
        for section, place in zip(wanted, found, strict=True):
            if place is not None:
                yield from self._section(section, known[place])
        for gap in gaps(found, len(known)):
            yield self._gap(gap, [wanted[number] for number in gap.new], known, at)

    def _gap(self, gap: Gap, new: Sequence[GivenSection], known: Sequence[Part], at: int) -> Edit:
        old = known[gap.after + 1 : gap.before]
        body = "\n\n".join(written.section(section) for section in new)
        if old and new:
            return Edit(old[0].span[0], old[-1].span[1], body)
        if old:
            return self.book.without(old[0].span[0], old[-1].span[1])
        if gap.after >= 0:
            return self.book.put(known[gap.after].span[1], body)
        if known and not self.book.page[: known[0].span[0]].strip():
            return self.book.put_before(known[0].span[0], body)
        return self.book.put(at, body)

    def _section(self, wanted: GivenSection, known: Part) -> Iterator[Edit]:
        section = known.section
        at = section.heading_end
        if known.headed:
            yield from self._title(wanted.title, known.title, section)
            yield from self._attributes(wanted.settings, section)
            yield from self._level(wanted, known)
        elif wanted.title:
            head = written.heading(wanted.level, wanted.title, wanted.settings)
            yield self.book.put_before(self.book.line_start(known.span[0]), head)
        yield from self._section_text(wanted.text, known)
        at = known.texts[-1].span[1] if known.texts else at
        spot = Spot(section.blocks, at, "\n\n", "")
        yield from steps_edits(self.book, wanted.steps, known.steps, spot)
        yield from self._sections(wanted.sections, known.parts, _own_end(section))

    def _section_text(self, wanted: str, known: Part) -> Iterator[Edit]:
        if known.texts or known.headed:
            yield from self._text(wanted, known.texts, known.section.heading_end)
        elif wanted.strip():
            start = self.book.line_start(known.span[0])
            yield self.book.put_before(start, wanted.strip("\n"))

    def _level(self, wanted: GivenSection, known: Part) -> Iterator[Edit]:
        if wanted.level == known.level:
            return
        section, page = known.section, self.book.page
        marks = page[section.span[0] : section.title_span[0]]
        if "#" in marks:
            start = section.span[0] + marks.index("#")
            yield Edit(start, start + marks.count("#"), "#" * wanted.level)
        else:
            title = " ".join(page[slice(*section.title_span)].split())
            yield Edit(section.span[0], section.heading_end, f"{'#' * wanted.level} {title}")


def _own_end(section: Section) -> int:
    blocks: Sequence[Block] = section.blocks
    return blocks[-1].span[1] if blocks else section.heading_end
