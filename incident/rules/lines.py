"""The steps of a run, in order, as a checklist document sets them out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from incident.rules.attributes import DURATIONS, Value, seconds
from incident.rules.documents.nodes import Document, Link, Text
from incident.rules.documents.outline import Part, Step, outline_of
from incident.rules.documents.references import self_contained
from incident.rules.documents.shown import is_choice, text_of
from incident.rules.documents.slugs import slug_of
from incident.rules.step_kinds import KINDS
from incident.rules.titles import own_text, title_and_rest

MODES = ("do-confirm", "parallel")

_RENAMED = {"page": "target", "post": "channel"}
_SAID_BY_THE_KIND = frozenset({"decide", "hold", "guard"})


@dataclass(frozen=True, slots=True)
class Line:
    """One step to be. `parent` is the place of the line it hangs under, `branch` the answer.

    `settings` are what rules and screens go by: durations in seconds, a page's `target`, a
    post's `channel`, the `choices` of a question, and `written_kind` when the kind as written
    is not automatic and runs as `do`.
    """

    title: str
    kind: str
    body: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    section: str = ""
    section_slug: str = ""
    mode: str = ""
    depth: int = 0
    parent: int | None = None
    branch: str | None = None


def lines(document: Document) -> tuple[Line, ...]:
    """Every step of the document, in reading order."""
    return tuple(line for line, _ in placed_lines(document))


def placed_lines(document: Document) -> list[tuple[Line, Step]]:
    """Every step, with where it stands in the document."""
    outline = outline_of(document)
    collector = _Collector(document.links)
    settings = outline.heading.settings if outline.heading else {}
    for part in outline.parts:
        collector.add_part(part, "", _mode(settings, ""))
    return collector.found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a step stands: its section, and what it hangs under."""

    section: str
    slug: str
    mode: str
    depth: int = 0
    parent: int | None = None
    branch: str | None = None
    end: int | None = None

    def below(self, parent: int, *, branch: str | None = None, end: int | None = None) -> "_Place":
        """The place of what hangs under the line `parent`."""
        return replace(
            self,
            depth=self.depth + 1,
            parent=parent,
            branch=branch,
            end=self.end if end is None else end,
        )


class _Collector:
    def __init__(self, links: Mapping[str, Link]) -> None:
        self.links = links
        self.found: list[tuple[Line, Step]] = []
        self.slugs: dict[str, int] = {}

    def add_part(self, part: Part, above: str, mode: str) -> None:
        """The steps of a section, then those of the sections within it."""
        title = self_contained(part.title, self.links)
        mode = _mode(part.section.settings, mode)
        alone = len(part.steps) == 1 and part.steps[0].item.is_section
        place = _Place(above if alone else title, self._slug(title), mode)
        first = len(self.found)
        for step in part.steps:
            self._add(step, place, titled=title if alone else "")
        if part.texts and part.headed and len(self.found) > first:
            line, step = self.found[first]
            body = "\n\n".join(filter(None, [text_of(part.texts, self.links), line.body]))
            self.found[first] = (replace(line, body=body), step)
        for inner in part.parts:
            self.add_part(inner, title, mode)

    def _slug(self, title: str) -> str:
        """A name for the section that no other section of the checklist has."""
        if not title:
            return ""
        slug = slug_of(title)
        count = self.slugs[slug] = self.slugs.get(slug, 0) + 1
        return slug if count == 1 else f"{slug}-{count}"

    def _add(self, step: Step, place: _Place, titled: str = "") -> None:
        here = len(self.found)
        self.found.append((self._line(step, place, titled), step))
        is_decision = step.item.kind == "decide"
        end = step.item.span[1] if is_decision else None
        for inner in step.steps:
            if is_decision and is_choice(inner.item):
                below = place.below(here, branch=self.label(inner), end=end)
                for taken in inner.steps:
                    self._add(taken, below)
            else:
                self._add(inner, place.below(here, end=end))

    def _line(self, step: Step, place: _Place, titled: str) -> Line:
        written, own = step.item.kind, own_text(step)
        title, rest = title_and_rest(step.item, own)
        if titled:
            title, rest = titled, own.markdown if own else ""
        return Line(
            title=self_contained(title, self.links),
            kind=written if written in KINDS else "do",
            body=self._body(step, place, rest),
            settings=self._settings(step),
            section=place.section,
            section_slug=place.slug,
            mode=place.mode,
            depth=place.depth,
            parent=place.parent,
            branch=place.branch,
        )

    def label(self, choice: Step) -> str:
        """The answer that a bullet of a decision stands for, in plain words."""
        title, _ = title_and_rest(choice.item, own_text(choice))
        return self_contained(title, self.links).replace("**", "").replace("`", "").strip()

    def _body(self, step: Step, place: _Place, rest: str) -> str:
        """What stands beneath the title. A question keeps what follows its answers."""
        own = own_text(step)
        texts = [text for text in step.texts if text is not own]
        if step.item.kind == "decide":
            texts += self._beside_answers(step)
        if place.end is not None:
            texts = [text for text in texts if text.span[0] < place.end]
        beneath = [replace(own, markdown=rest)] if own and rest.strip() else []
        return text_of([*beneath, *texts], self.links)

    def _beside_answers(self, step: Step) -> list[Text]:
        """What is said of an answer, and what follows the whole question further out."""
        choices = [inner for inner in step.steps if is_choice(inner.item)]
        said = [text for one in choices for text in self._of_answer(one)]
        after = [text for text in step.last.texts if text.span[0] > step.item.span[1]]
        found = {text.span: text for text in (*said, *after)} if step.steps else {}
        return [found[span] for span in sorted(found)]

    def _of_answer(self, choice: Step) -> list[Text]:
        own = own_text(choice)
        _, rest = title_and_rest(choice.item, own)
        texts = [text for text in choice.texts if text is not own]
        if own and rest.strip():
            texts.insert(0, replace(own, markdown=f"**{self.label(choice)}**\n\n{rest}"))
        return texts

    def _settings(self, step: Step) -> dict[str, Any]:
        """The attributes under the names and in the units that the rules use."""
        written, given = step.item.kind, step.item.settings
        settings = {
            _RENAMED.get(name, name): _in_units(name, value)
            for name, value in given.items()
            if name not in _SAID_BY_THE_KIND
        }
        if written not in KINDS:
            settings["written_kind"] = written
        if written == "decide":
            answers = [self.label(inner) for inner in step.steps if is_choice(inner.item)]
            settings["choices"] = answers or ["yes", "no"]
        return settings


def _in_units(name: str, value: Value) -> object:
    length = seconds(str(value)) if name in DURATIONS else None
    return value if length is None else length


def _mode(settings: Mapping[str, Value], otherwise: str) -> str:
    return next((mode for mode in MODES if mode in settings), otherwise)
