"""What makes a checklist fit to publish, and which checklist fits an incident."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from incident.rules import conditions
from incident.rules.conditions import Unreadable
from incident.rules.documents import Document, to_json
from incident.rules.documents.nodes import Item
from incident.rules.documents.outline import every_part, every_step, outline_of
from incident.rules.documents.slugs import slug_of
from incident.rules.lines import TITLE_LENGTH, Line, lines

__all__ = ["Line", "Problem", "fits", "lines", "problems", "slug_of"]

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_LENGTH = 80
VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][\w-]*)\s*\}\}")
DESTRUCTIVE = re.compile(
    r"\b(?:DELETE\s+FROM|DROP\s+(?:TABLE|DATABASE|INDEX)|TRUNCATE|FLUSH(?:ALL|DB))\b"
    r"|\brm\s+-\w*[rf]|\bkubectl\s+delete\b|\bredis-cli\b.*\b(?:del|unlink)\b|--force\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as a sentence, and on which line of the document. Some block publishing."""

    sentence: str
    line: int = 1
    blocks: bool = True


def problems(document: Document, targets: Collection[str]) -> tuple[Problem, ...]:
    """Everything that stands in the way of publishing, then what only deserves a second look."""
    found = [
        *_of_the_front(document),
        *_of_the_attributes(document),
        *_of_the_steps(document, targets),
        *_of_the_variables(document),
    ]
    return tuple(sorted(found, key=lambda problem: (not problem.blocks, problem.line)))


def fits(front: Mapping[str, Any], *, severity: str, text: str) -> int:
    """How well a checklist fits an incident: 0 is not at all, words count for more."""
    words = text.casefold()
    named = [str(phrase).casefold() for phrase in _listed(front.get("use when"))]
    score = 10 * sum(phrase in words for phrase in named if phrase)
    return score + (severity in _listed(front.get("severity")))


def _of_the_front(document: Document) -> Iterator[Problem]:
    front, shown = document.front, to_json(document)
    if front is not None and front.fault:
        yield Problem(f"The front matter cannot be read: {front.fault}", front.fault_line)
    if not str(shown["title"]).strip():
        yield Problem("The checklist has no title: begin with a heading.")
    given = front.values.get("slug") if front else None
    if given is not None and not _is_slug(given):
        yield Problem(
            "The slug is its address: lower-case letters and digits, joined by hyphens.", 2
        )


def _of_the_attributes(document: Document) -> Iterator[Problem]:
    for section in document.sections:
        line = _line_of(document, section.span[0])
        yield from (
            Problem(fault, line) for fault in (section.group.faults if section.group else ())
        )
    for item in _items(document):
        line = _line_of(document, item.span[0])
        yield from (Problem(fault, line) for fault in (item.group.faults if item.group else ()))


def _of_the_steps(document: Document, targets: Collection[str]) -> Iterator[Problem]:
    items = [item for item in _items(document)]
    if not lines(document):
        yield Problem("The checklist has no steps: write them as a list, - [ ] like this.")
    sections = {slug_of(section.title) for section in document.sections}
    for item in items:
        line = _line_of(document, item.span[0])
        yield from (Problem(sentence, line) for sentence in _faults(item, targets, sections))
    for step in lines(document):
        if len(step.title) >= TITLE_LENGTH:
            yield Problem(f"“{step.title[:40]}…” is too long to be read at night.")
        if DESTRUCTIVE.search(f"{step.title}\n{step.body}") and not _is_guarded(step):
            sentence = f"“{step.title[:60]}” deletes something outside a guard."
            yield Problem(sentence, blocks=False)


def _faults(item: Item, targets: Collection[str], sections: Collection[str]) -> Iterator[str]:
    settings = item.settings
    for name in ("page", "then", "late"):
        target = settings.get(name)
        if isinstance(target, str) and target not in targets:
            known = ", ".join(sorted(targets)) or "none yet"
            yield f"“{target}” is no page target. Known: {known}."
    if "post" in settings and not str(settings["post"]).lstrip("#").strip():
        yield 'A post needs a channel, such as post="#support".'
    fail = settings.get("fail")
    if isinstance(fail, str) and fail.startswith("#") and fail[1:] not in sections:
        yield f"There is no section {fail} for a step that failed."
    yield from _unreadable(settings)


def _unreadable(settings: Mapping[str, Any]) -> Iterator[str]:
    readers = {"expect": conditions.parse, "when": conditions.parse_when}
    for name, read in readers.items():
        if isinstance(settings.get(name), str):
            try:
                read(settings[name])
            except Unreadable as error:
                yield str(error)


def _of_the_variables(document: Document) -> Iterator[Problem]:
    declared = document.front.values.get("variables") if document.front else None
    known = set(declared) if isinstance(declared, Mapping) else set()
    if not known:
        return
    for match in VARIABLE.finditer(document.text):
        if match[1] not in known:
            line = _line_of(document, match.start())
            yield Problem(f"{{{{{match[1]}}}}} is not declared under variables.", line)


def _items(document: Document) -> Iterator[Item]:
    for part in every_part(outline_of(document).parts):
        yield from (step.item for step in every_step(part.steps))


def _line_of(document: Document, position: int) -> int:
    return document.text.count("\n", 0, position) + 1


def _is_guarded(step: Line) -> bool:
    return step.settings.get("written_kind") == "guard"


def _is_slug(given: object) -> bool:
    return isinstance(given, str) and len(given) <= SLUG_LENGTH and bool(SLUG.fullmatch(given))


def _listed(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(one) for one in value]
    return [str(value)] if value else []
