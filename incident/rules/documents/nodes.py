"""What a checklist document is made of. Every node knows where it stands: `span`.

A span counts characters of the document as it is read: without its byte order mark, and with
every line end as one character.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from incident.rules.attributes import Group, Value

Span = tuple[int, int]

KINDS = {
    "page": "page",
    "post": "post",
    "wait": "wait",
    "sense": "sense",
    "query": "query",
    "guard": "guard",
    "hold": "hold",
    "decide": "decide",
    "choose": "decide",
}


@dataclass(frozen=True, slots=True)
class Text:
    """Markdown that is no step, as written, without the margin of whatever it stands in.

    `lines` says where each of its lines stands; `margin` is what a new line below begins with.
    """

    span: Span
    markdown: str
    lines: tuple[Span, ...]
    margin: str = ""
    unclosed: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """The bullet or number of an item. `margin` is what stands before it."""

    span: Span
    written: str
    margin: str

    @property
    def is_ordered(self) -> bool:
        return self.written[:1].isdigit()


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list, or what stands for one in a runbook without lists: then no marker.

    `blocks` are its own texts and the items nested in it, in reading order. `content` is where
    its first line begins, after the marker and the box. `matter` is what it consists of when
    it has no words: a table, HTML, a rule.
    """

    span: Span
    blocks: tuple["Text | Item", ...] = ()
    marker: Marker | None = None
    checked: bool | None = None
    box: Span | None = None
    group: Group | None = None
    group_span: Span | None = None
    content: int = 0
    margin: str = ""
    matter: str = ""
    is_section: bool = False

    @property
    def settings(self) -> Mapping[str, Value]:
        return self.group.values if self.group else {}

    @property
    def kind(self) -> str:
        return kind_of(self.settings)


Block = Text | Item


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it, up to the next heading of its level or above.

    Level 0 is what stands before the first heading. `title_span` is where the title itself is,
    `heading_end` where the last line of the heading ends.
    """

    span: Span
    heading_end: int = 0
    level: int = 0
    title: str = ""
    title_span: Span = (0, 0)
    group: Group | None = None
    group_span: Span | None = None
    blocks: tuple[Block, ...] = ()

    @property
    def settings(self) -> Mapping[str, Value]:
        return self.group.values if self.group else {}


@dataclass(frozen=True, slots=True)
class Front:
    """The front matter. `keys` says which characters each of its entries stands in."""

    span: Span
    values: Mapping[str, object] = field(default_factory=dict)
    keys: Mapping[str, Span] = field(default_factory=dict)
    fault: str = ""
    fault_line: int = 1


@dataclass(frozen=True, slots=True)
class Link:
    """Where a reference such as `[this]` leads."""

    href: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A checklist as it was written. `sections` are flat, in reading order.

    From line `unread` on, a document that is far too long was not looked into.
    """

    source: str
    text: str
    span: Span
    front: Front | None = None
    sections: tuple[Section, ...] = ()
    links: Mapping[str, Link] = field(default_factory=dict)
    unread: int | None = None


def kind_of(settings: Mapping[str, object]) -> str:
    """The kind of step that these attributes make of an item."""
    return next((kind for name, kind in KINDS.items() if name in settings), "do")
