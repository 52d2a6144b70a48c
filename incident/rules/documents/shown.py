"""The JSON of a document: what interface and API show of it, and what they hand back changed."""

import re
from collections.abc import Mapping, Sequence

from incident.rules.documents.nodes import Document, Item, Link, Span, Text
from incident.rules.documents.outline import Part, Step, outline_of
from incident.rules.documents.references import definitions, self_contained
from incident.rules.documents.slugs import slug_of

Json = dict[str, object]

_READS_LIKE_A_PAGE = re.compile(
    r"\b(?:page|wake|escalate (?:it |this )?to|call)\s+(?:the\s+|an?\s+|our\s+)?[\w -]{0,40}?"
    r"(?:on-?call|oncall|engineer|team|owner|lead|manager|commander|dba|sre)\b"
    r"|\bescalate to\b|\bpagerduty\b.{0,20}\b(?:page|trigger)|\bpage the\b",
    re.IGNORECASE,
)


def to_json(document: Document) -> Json:
    """The document as plain values.

    Spans count from `source_start`, the first line that is not blank, so that the same
    checklist has the same JSON however its lines end and whatever blank lines surround it.
    """
    outline = outline_of(document)
    shower = _Shower(document)
    front = document.front
    values = dict(front.values) if front else {}
    title = self_contained(outline.title, document.links)
    return {
        "title": title,
        "slug": slug_in(values, title),
        "front": values,
        "text": shower.text(outline.texts),
        "settings": dict(outline.heading.settings) if outline.heading else {},
        "sections": [shower.part(part) for part in outline.parts],
        "source": document.source,
        "source_start": document.span[0],
        "span": shower.span(document.span),
    }


def slug_in(front: Mapping[str, object], title: str) -> str:
    """The address of a checklist: the one it gives itself, or one made of its title."""
    given = front.get("slug")
    return given if isinstance(given, str) and given else slug_of(title)


def text_of(texts: Sequence[Text], links: Mapping[str, Link]) -> str:
    """The texts as one, with where its links lead."""
    whole = "\n\n".join(text.markdown + closing(text) for text in texts[:-1])
    last = texts[-1].markdown if texts else ""
    whole = f"{whole}\n\n{last}" if len(texts) > 1 else last
    found = definitions(whole, links)
    return whole + closing(texts[-1]) + "\n\n" + "\n".join(found) if found else whole


def reads_like_a_page(words: str) -> bool:
    """Does somebody get woken here, going by the wording alone?"""
    return _READS_LIKE_A_PAGE.search(words) is not None


class _Shower:
    def __init__(self, document: Document) -> None:
        self.start = document.span[0]
        self.links = document.links

    def part(self, part: Part) -> Json:
        return {
            "title": self_contained(part.title, self.links),
            "level": part.level,
            "text": self.text(part.texts),
            "settings": dict(part.section.settings) if part.headed else {},
            "steps": [self.step(step) for step in part.steps],
            "sections": [self.part(inner) for inner in part.parts],
            "span": self.span(part.span),
        }

    def step(self, step: Step, *, of_decision: bool = False) -> Json:
        item = step.item
        kind = "choice" if of_decision and is_choice(item) else item.matter or item.kind
        shown: Json = {
            "text": self.text(step.texts),
            "kind": kind,
            "checked": item.checked,
            "marker": item.marker.written if item.marker else "",
            "settings": dict(item.settings),
            "children": [
                self.step(child, of_decision=item.kind == "decide") for child in step.steps
            ],
            "span": self.span(item.span),
        }
        if kind == "do" and step.texts and reads_like_a_page(step.texts[0].markdown[:500]):
            shown["suggested"] = "page"
        return shown

    def text(self, texts: Sequence[Text]) -> str:
        return text_of(texts, self.links)

    def span(self, span: Span) -> list[int]:
        return [span[0] - self.start, span[1] - self.start]


def is_choice(item: Item) -> bool:
    """Inside a decision, a bullet without a box is one of its answers."""
    return item.checked is None and item.marker is not None and not item.marker.is_ordered


def closing(text: Text) -> str:
    """The line that ends a text whose fence or comment was left open."""
    return "\n" + text.unclosed if text.unclosed else ""
