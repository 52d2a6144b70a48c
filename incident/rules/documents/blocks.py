"""The block structure of Markdown, as CommonMark has it: what stands in which lines."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from incident.rules.documents.nodes import Link

DEEPEST = 40
MOST_LINES = 40_000
MOST_ENTRIES = 10_000

_MARKS = re.compile(r"((?:[ \t]*(?:>|(?:[-+*]|[0-9]{1,9}[.)])(?=[ \t]|$)))*)[ \t]*")
_HEADING_OR_LINK = re.compile(r"#{1,6}(?:[ \t]|$)|\[[^\]]{1,200}\]:")
_NOT_A_MARK = re.compile(r"[ \t0-9]")


@dataclass(slots=True)
class Block:
    """One block: its kind, its lines (`end` is the first line after it), and what it holds.

    For an item, `at` is where its marker stands. A quote carries where each of its lines begins
    once its own mark is taken away, `starts`, and how wide that mark is, `widths`.
    """

    kind: str
    first: int
    end: int
    at: int = 0
    level: int = 0
    content: str = ""
    markup: str = ""
    starts: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)

    @property
    def holds_items(self) -> bool:
        """Is it a list, or a quote with a list somewhere in it?"""
        if self.kind == "quote":
            return any(block.holds_items for block in self.blocks)
        return self.kind == "list"


def blocks_of(text: str) -> tuple[list[Block], dict[str, Link]]:
    """The blocks of `text`, and where its link references lead."""
    tokens: list[Token] = []
    environment: dict[str, dict[str, dict[str, str]]] = {}
    if text:
        state = _State(text.replace("\0", "\ufffd"), _markdown(), environment, tokens)
        state.md.block.tokenize(state, state.line, state.lineMax)
    links = {
        label: Link(found["href"], found["title"] or "")
        for label, found in environment.get("references", {}).items()
    }
    return _nested(iter(tokens)), links


def lines_to_read(lines: Iterable[str]) -> int | None:
    """How many lines have a structure worth reading, when a document has too many.

    The rest is kept as text: no checklist has ten thousand steps, but an attacker's may.
    """
    entries = 0
    for number, line in enumerate(lines):
        marks = _MARKS.match(line)
        if marks:
            entries += len(_NOT_A_MARK.sub("", marks[1]))
            entries += bool(_HEADING_OR_LINK.match(line, marks.end()))
        if entries > MOST_ENTRIES or number >= MOST_LINES:
            return number
    return None


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table")


class _State(StateBlock):
    """Remembers with every token what the parser forgets: where it begins, and its margin."""

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        if ttype == "list_item_open":
            token.meta = {"at": self.bMarks[self.line] + self.tShift[self.line]}
        elif ttype == "blockquote_open":
            self._quotes().append(token)
        elif ttype == "blockquote_close":
            opening = self._quotes().pop()
            first = opening.map[0] if opening.map else 0
            opening.meta = {
                "starts": self.bMarks[first : self.line],
                "widths": self.bsCount[first : self.line],
            }
        return token

    def _quotes(self) -> list[Token]:
        quotes: list[Token] = self.env.setdefault("quotes", [])
        return quotes


_KINDS = {
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "list_item_open": "item",
    "blockquote_open": "quote",
    "heading_open": "heading",
    "paragraph_open": "paragraph",
    "table_open": "table",
    "fence": "fence",
    "code_block": "code",
    "html_block": "html",
    "hr": "rule",
}


def _nested(tokens: Iterator[Token]) -> list[Block]:
    """The blocks up to the end of the container that `tokens` stand in."""
    found: list[Block] = []
    for token in tokens:
        if token.nesting < 0:
            break
        if token.type == "inline":
            continue
        block = _block(token)
        found.append(block)
        if token.nesting > 0:
            _fill(block, tokens)
    return found


def _fill(block: Block, tokens: Iterator[Token]) -> None:
    if block.kind in ("heading", "paragraph"):
        block.content = next(tokens).content
        next(tokens)
    elif block.kind == "table":
        for token in tokens:
            if token.type == "table_close":
                break
    else:
        block.blocks = _nested(tokens)


def _block(token: Token) -> Block:
    first, end = token.map or (0, 0)
    return Block(
        kind=_KINDS[token.type],
        first=first,
        end=end,
        at=token.meta.get("at", 0),
        level=int(token.tag[1]) if token.type == "heading_open" else 0,
        content=token.content,
        markup=token.markup,
        starts=token.meta.get("starts", []),
        widths=token.meta.get("widths", []),
    )
