"""Steps of a runbook that has no list: a paragraph with its command, or a heading with its text."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from incident.rules.documents.blocks import Block
from incident.rules.documents.margins import Margin, Page, text_between
from incident.rules.documents.nodes import Item, Section, Text

_KNOWLEDGE = re.compile(
    r"(meaning|impact|overview|introduction|intro|background|context|summary|description|about"
    r"|purpose|scope|references?|links|see also|further reading|related|contacts?|glossary|history"
    r"|(table of )?contents|notes?|symptoms?|owners?|ownership|appendix|licen[cs]e|authors?"
    r"|resources|additional|what|why|when|who|alert|severity)\b",
    re.IGNORECASE,
)


def with_implicit_items(
    sections: Sequence[Section], blocks: Sequence[Block], page: Page, shift: int
) -> tuple[Section, ...]:
    """`sections` with their implicit items, when there is no list anywhere."""
    if any(block.holds_items for block in blocks):
        return tuple(sections)
    margin = Margin(page, page.starts)
    under: list[list[Block]] = [[]]
    for block in blocks:
        if block.kind == "heading":
            under.append([])
        else:
            under[-1].append(block)
    found = []
    for section, inside in zip(sections, under, strict=True):
        pairs = list(_pairs(inside, shift))
        if pairs:
            found.append(replace(section, blocks=_paired(section, pairs, margin)))
        elif _is_step(section, inside):
            found.append(replace(section, blocks=(_whole(section),)))
        else:
            found.append(section)
    return tuple(found)


def _pairs(blocks: Sequence[Block], shift: int) -> Iterator[tuple[int, int]]:
    """The lines of every paragraph that a command follows, down to the end of the command."""
    for before, block in zip(blocks, blocks[1:], strict=False):
        if before.kind == "paragraph" and block.kind in ("fence", "code"):
            yield before.first + shift, block.end + shift


def _paired(
    section: Section, pairs: Sequence[tuple[int, int]], margin: Margin
) -> tuple[Text | Item, ...]:
    (whole,) = section.blocks
    assert isinstance(whole, Text)
    first = bisect_right(margin.page.starts, whole.span[0]) - 1
    end = bisect_left(margin.page.starts, whole.span[1])
    found: list[Text | Item] = []
    for start, stop in pairs:
        found += filter(None, [text_between(margin, margin, first, start)])
        text = text_between(margin, margin, start, stop)
        found += [Item(text.span, (text,), content=text.span[0])] if text else []
        first = stop
    found += filter(None, [text_between(margin, margin, first, end)])
    if whole.unclosed:
        found[-1] = _left_open(found[-1], whole.unclosed)
    return tuple(found)


def _left_open(block: Text | Item, unclosed: str) -> Text | Item:
    if isinstance(block, Text):
        return replace(block, unclosed=unclosed)
    return replace(block, blocks=tuple(_left_open(text, unclosed) for text in block.blocks))


def _is_step(section: Section, blocks: Sequence[Block]) -> bool:
    says_what_to_do = bool(blocks) and blocks[0].kind in ("paragraph", "fence", "code")
    return section.level > 1 and says_what_to_do and not _KNOWLEDGE.match(section.title)


def _whole(section: Section) -> Item:
    start, end = section.blocks[0].span[0], section.blocks[-1].span[1]
    return Item((start, end), section.blocks, content=start, is_section=True)
