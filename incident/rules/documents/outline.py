"""The document as sections of steps: every text belongs to the step or heading above it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from incident.rules.documents.nodes import Block, Document, Item, Section, Span, Text


@dataclass(slots=True)
class Step:
    """An item, with everything that follows it up to the next one."""

    item: Item
    texts: list[Text] = field(default_factory=list)
    steps: list["Step"] = field(default_factory=list)

    @property
    def last(self) -> "Step":
        """The step that stands last in this one, in reading order."""
        step = self
        while step.steps:
            step = step.steps[-1]
        return step

    @property
    def end(self) -> int:
        """Where the last character stands that belongs to this step or to one within it."""
        texts = self.last.texts
        return max(self.item.span[1], texts[-1].span[1] if texts else 0)


@dataclass(slots=True)
class Part:
    """A section, and the sections within it. One not `headed` holds what stands before any."""

    section: Section
    title: str = ""
    headed: bool = True
    texts: list[Text] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    @property
    def level(self) -> int:
        return self.section.level or 1

    @property
    def span(self) -> Span:
        """From the heading to the end of the last section within; without one, what it holds."""
        if self.headed:
            return self.section.span
        return self.section.blocks[0].span[0], self.section.blocks[-1].span[1]


@dataclass(slots=True)
class Outline:
    """A whole document. `heading` is the section whose title is the document's own."""

    title: str = ""
    heading: Section | None = None
    texts: list[Text] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)


def outline_of(document: Document) -> Outline:
    """The document, as sections of steps."""
    preamble, *sections = document.sections
    named = title_in_front(document)
    outline = Outline(title=named, heading=_title_section(sections, named))
    if outline.heading:
        outline.title = outline.heading.title
        sections = sections[1:]
    for untitled in filter(None, (preamble, outline.heading)):
        part = _part(Part(untitled, headed=False))
        if not part.steps and not outline.parts:
            outline.texts += part.texts
        elif part.steps or part.texts:
            outline.parts.append(part)
    outline.parts += _tree(sections)
    return outline


def title_in_front(document: Document) -> str:
    """The title that the front matter gives."""
    title = document.front.values.get("title") if document.front else None
    return " ".join(title.split()) if isinstance(title, str) else ""


def every_step(steps: Sequence[Step]) -> Iterator[Step]:
    """All steps, and those within them, in reading order."""
    for step in steps:
        yield step
        yield from every_step(step.steps)


def every_part(parts: Sequence[Part]) -> Iterator[Part]:
    """All sections, and those within them, in reading order."""
    for part in parts:
        yield part
        yield from every_part(part.parts)


def _title_section(sections: Sequence[Section], named: str) -> Section | None:
    """The first heading, when it is the title: it stands above all others, and says the same."""
    if not sections or not sections[0].title:
        return None
    first, *others = sections
    if named and " ".join(first.title.split()) != named:
        return None
    alone = all(section.level > first.level for section in others)
    return first if first.level == 1 or alone else None


def _tree(sections: Sequence[Section]) -> list[Part]:
    """The sections, each within the last one whose heading is higher."""
    found: list[Part] = []
    above: list[Part] = []
    for section in sections:
        part = _part(Part(section, section.title))
        while above and above[-1].level >= section.level:
            above.pop()
        (above[-1].parts if above else found).append(part)
        above.append(part)
    return found


def _part(part: Part) -> Part:
    _place(part.section.blocks, part.texts, part.steps)
    return part


def _place(blocks: Sequence[Block], texts: list[Text], steps: list[Step]) -> None:
    for block in blocks:
        if isinstance(block, Item):
            step = Step(block)
            _place(block.blocks, step.texts, step.steps)
            steps.append(step)
        elif steps:
            steps[-1].last.texts.append(block)
        else:
            texts.append(block)
