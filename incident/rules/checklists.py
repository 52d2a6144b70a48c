"""What makes a checklist fit to publish, and which checklist fits an incident."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from incident.rules import front_faults, item_faults
from incident.rules.documents.nodes import Document, Item
from incident.rules.documents.outline import every_part, every_step, outline_of, title_in_front
from incident.rules.documents.shown import is_choice, reads_like_a_page
from incident.rules.documents.slugs import slug_of
from incident.rules.documents.source import is_text, line_starts
from incident.rules.front_faults import days, listed
from incident.rules.item_faults import Known
from incident.rules.lines import Line, lines, placed_lines
from incident.rules.words import shortened

__all__ = ["Line", "Problem", "days", "fits", "lines", "problems", "slug_of"]

TITLE_LENGTH = 500
MOST_STEPS = 1_000

_VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][\w-]*)\s*\}\}")
_DESTRUCTIVE = re.compile(
    r"\bDELETE\s+FROM\b|\bDROP\s+(?:TABLE|DATABASE|INDEX|SCHEMA)\b|\bTRUNCATE\s+\w|\bFLUSH(?:ALL|DB)\b"
    r"|\brm\s+-[a-z]*[rf]|\bkubectl\s+delete\b|\bterraform\s+destroy\b|\bpush\s+--force\b"
    r"|\bredis-cli\b[^\n]{0,200}\b(?:del|unlink)\b|\bdelete_all\b|\bdestroy_all\b|\.clear\b|\bpurge\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"`[^`\n]+`|^[ ]{0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^[ ]{0,3}\1|\Z)|^(?: {4}|\t).*$", re.M | re.S
)
_FORGOTTEN = re.compile(r"(?:^|\s)\{(?:page|post|hold|decide|guard)\b[^}]*$")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as a sentence, and on which line of the document. Some block publishing."""

    sentence: str
    line: int = 1
    blocks: bool = True


def problems(document: Document, targets: Collection[str]) -> tuple[Problem, ...]:
    """Everything that stands in the way of publishing, then what only deserves a second look."""
    found = set(_Inspection(document, targets).problems())
    return tuple(sorted(found, key=lambda one: (not one.blocks, one.line, one.sentence)))


def fits(front: Mapping[str, Any], *, severity: str, text: str) -> int:
    """How well a checklist fits an incident: 0 is not at all.

    A phrase of its `use when` counts for more the longer it is, and for less when its words
    stand apart. What is said counts for more than how bad it is thought to be.
    """
    told = re.findall(r"\w+", text.casefold())
    said, whole = set(told), f" {' '.join(told)} "
    score = 0
    for phrase in listed(front.get("use when")):
        words = re.findall(r"\w+", phrase.casefold())
        if words and f" {' '.join(words)} " in whole:
            score += 10 * len(words)
        elif words and said.issuperset(words):
            score += 5 * len(words)
    return score + (severity in listed(front.get("severity")))


class _Inspection:
    """One document, looked over for one desk."""

    def __init__(self, document: Document, targets: Collection[str]) -> None:
        self.document = document
        self.outline = outline_of(document)
        self.placed = placed_lines(document)
        self.starts = line_starts(document.text)
        titles = (slug_of(section.title) for section in document.sections if section.title)
        self.known = Known(targets, Counter(titles))

    def problems(self) -> Iterator[Problem]:
        """Everything there is to say, in no order."""
        yield from self._of_the_whole()
        yield from self._of_the_front()
        yield from self._of_the_attributes()
        yield from self._of_the_steps()
        yield from self._of_the_questions()
        yield from self._of_the_variables()

    def _of_the_whole(self) -> Iterator[Problem]:
        title = self.outline.title
        if not title.strip():
            yield Problem("The checklist has no title: begin with “# ” and its name.")
        if len(title) > TITLE_LENGTH:
            yield Problem(f"The title is longer than {TITLE_LENGTH} characters.")
        if not self.placed:
            yield Problem("The checklist has no steps: write them as a list, “- [ ] Do this”.")
        if len(self.placed) > MOST_STEPS:
            yield Problem(f"The checklist has {len(self.placed)} steps: {MOST_STEPS} are too many.")
        if self.document.unread:
            yield Problem(
                "From here on the document was not read: it is far too long.", self.document.unread
            )
        if not is_text(self.document.text):
            place = next(n for n, one in enumerate(self.document.text) if not is_text(one))
            yield Problem("A character here is not text: take it out.", self._line(place))

    def _of_the_front(self) -> Iterator[Problem]:
        front = self.document.front
        if front is None:
            return
        if front.fault:
            yield Problem(front.fault, front.fault_line)
        if "title" in front.values and not title_in_front(self.document):
            yield Problem("“title” in the front matter must be text.", self._entry("title"))
        for name, sentence in front_faults.faults(front):
            yield Problem(sentence, self._entry(name))

    def _of_the_attributes(self) -> Iterator[Problem]:
        for section in self.document.sections:
            for fault in section.group.faults if section.group else ():
                yield Problem(fault, self._line(section.span[0]))
        for part in every_part(self.outline.parts):
            for step in every_step(part.steps):
                line = self._line(step.item.span[0])
                for fault in self._faults(step.item):
                    yield Problem(fault, line)

    def _faults(self, item: Item) -> Iterator[str]:
        if item.group:
            yield from item.group.faults
            yield from item_faults.faults(item.settings, self.known)

    def _of_the_steps(self) -> Iterator[Problem]:
        for number, (line, step) in enumerate(self.placed):
            at = self._line(step.item.span[0])
            short = shortened(line.title, 60)
            if len(line.title) > TITLE_LENGTH:
                yield Problem(f"“{short}” is longer than {TITLE_LENGTH} characters.", at)
            if _deletes(line) and line.settings.get("written_kind") != "guard":
                yield Problem(f"“{short}” deletes something outside a guard.", at, blocks=False)
            if line.kind == "do" and reads_like_a_page(line.title):
                sentence = f"“{short}” reads like a page, but pages nobody: add page=TARGET."
                yield Problem(sentence, at, blocks=False)
            if _FORGOTTEN.search(line.title):
                yield Problem(f"“{short}” has a brace that is never closed.", at, blocks=False)
            if number == 0 and line.kind in ("page", "post"):
                sentence = "The first step sends as soon as the checklist is attached."
                yield Problem(sentence, at, blocks=False)

    def _of_the_questions(self) -> Iterator[Problem]:
        for line, step in self.placed:
            if step.item.kind != "decide":
                continue
            answers = [one.casefold() for one in line.settings["choices"]]
            written = [inner for inner in step.steps if is_choice(inner.item)]
            at = self._line(step.item.span[0])
            if len(written) == 1:
                yield Problem("A question needs two answers, as bullets without a box.", at)
            if len(set(answers)) < len(answers):
                yield Problem("Two answers of this question are the same.", at)
            for inner in written:
                if inner.item.settings:
                    yield Problem("An answer has no attributes.", self._line(inner.item.span[0]))

    def _of_the_variables(self) -> Iterator[Problem]:
        declared = self.document.front.values.get("variables") if self.document.front else None
        known = set(declared) if isinstance(declared, Mapping) else set()
        start = self.document.front.span[1] if self.document.front else 0
        for match in _VARIABLE.finditer(self.document.text, start):
            if match[1] not in known:
                sentence = f"“{match[0]}” is not declared under variables in the front matter."
                yield Problem(sentence, self._line(match.start()))

    def _entry(self, name: str) -> int:
        front = self.document.front
        place = front.keys.get(name) if front else None
        return self._line(place[0]) if place else 1

    def _line(self, offset: int) -> int:
        return bisect_right(self.starts, offset)


def _deletes(line: Line) -> bool:
    """Does a command of the step delete something? Words alone do not."""
    commands = (match[0] for text in (line.title, line.body) for match in _CODE.finditer(text))
    return any(_DESTRUCTIVE.search(command) for command in commands)
