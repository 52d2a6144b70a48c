"""The page of a retro: everything on it, put together from a reading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import NoResultFound

from incident.rules import spoken
from incident.rules.retros import figures, writing
from incident.rules.retros.answers import outcome
from incident.rules.retros.contradictions import contradictions
from incident.rules.retros.deviations import Deviation, deviations
from incident.rules.retros.facts import Facts, Figure, Line
from incident.rules.retros.figures import Headline, Span, Value
from incident.rules.retros.phases import Phase, phases
from incident.rules.retros.rows import Effect, Page, Run, Step
from incident.services.retro_reading import Reading, Section
from incident.storage.incidents import Incident
from incident.storage.retros import ActionItem
from incident.web.screens.pictures import Picture, picture

LATE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the timeline, as a retro shows it."""

    line: Line
    day: str
    late: bool


@dataclass(frozen=True, slots=True)
class Item:
    """An action item with its number in this retro."""

    number: int
    item: ActionItem
    overdue: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """A deviation, and what has been proposed because of it."""

    deviation: Deviation
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole page. `may_edit` is whether this reader may write, as things stand."""

    incident: Incident
    reading: Reading
    address: str
    may_act: bool
    owed: bool
    now: datetime
    dates: str
    led_by: str
    headlines: tuple[Headline, ...]
    unanswered: tuple[tuple[str, str], ...]
    picture: Picture
    phases: tuple[Phase, ...]
    flags: tuple[str, ...]
    spans: tuple[Span, ...]
    rows: tuple[Row, ...]
    runs: tuple[tuple[Run, tuple[Step, ...]], ...]
    pages: tuple[tuple[Page, str], ...]
    effects: tuple[Effect, ...]
    values: tuple[Value, ...]
    lessons: tuple[Lesson, ...]
    items: tuple[Item, ...]

    @property
    def published(self) -> bool:
        return self.reading.state == "published"

    @property
    def may_edit(self) -> bool:
        return self.may_act and not self.published

    @property
    def sections(self) -> tuple[Section, ...]:
        return self.reading.sections

    @property
    def open_questions(self) -> int:
        return sum(len(section.questions) for section in self.sections)

    @property
    def first_open(self) -> str:
        """The place of the first section that still asks something."""
        asking = (section.name for section in self.sections if section.questions)
        return f"section-{next(asking, 'summary')}"

    def line(self, seq: int) -> Line:
        """One line of the timeline; a number that is not on it is found nowhere."""
        found = [line for line in self.reading.facts.own_lines if line.seq == seq]
        if not found:
            raise NoResultFound(f"There is no event {seq}.")
        return found[0]

    @property
    def linked(self) -> tuple[tuple[str, str], ...]:
        """The incidents told together with this one: key and title."""
        return tuple((f.incident.key, f.incident.title) for f in self.reading.facts.linked)

    @property
    def recorded(self) -> tuple[Figure, ...]:
        return self.reading.facts.figures


def document(reading: Reading, *, may_act: bool, owed: bool, now: datetime) -> Document:
    facts, incident = reading.facts, reading.incident
    found = phases(facts)
    items = numbered(reading.items, now)
    return Document(
        incident=incident,
        reading=reading,
        address=f"/incidents/{incident.key}/retro",
        may_act=may_act,
        owed=owed,
        now=now,
        dates=_dates(facts),
        led_by=_led_by(facts),
        headlines=figures.headlines(facts),
        unanswered=figures.unanswered(facts),
        picture=picture(found, incident.zone, over=facts.over),
        phases=found,
        flags=contradictions(facts),
        spans=figures.spans(facts),
        rows=tuple(_rows(facts)),
        runs=tuple(_runs(facts)),
        pages=tuple((page, outcome(page)) for page in facts.pages),
        effects=facts.effects,
        values=figures.values(facts),
        lessons=tuple(_lessons(facts, items)),
        items=items,
    )


def numbered(items: Sequence[ActionItem], now: datetime) -> tuple[Item, ...]:
    return tuple(
        Item(number, item, writing.is_overdue(item.state, item.due_on, now))
        for number, item in enumerate(items, 1)
    )


def _dates(facts: Facts) -> str:
    """8 to 10 Jul 2021."""
    times = (facts.times["started"], facts.times["first_signal"], facts.incident.created_at)
    zone = facts.incident.zone
    first = min(moment for moment in times if moment is not None)
    begins, ends = spoken.day(first, zone), spoken.day(facts.until, zone)
    if begins == ends:
        return ends
    same = next((n for n in (2, 1) if begins.split()[-n:] == ends.split()[-n:]), 0)
    return f"{' '.join(begins.split()[: 3 - same])} to {ends}"


def _led_by(facts: Facts) -> str:
    """Whoever had command last."""
    held = [
        str(line.data.get("person"))
        for line in facts.lines
        if line.kind in ("role_taken", "role_handed_over") and line.data.get("role") == "commander"
    ]
    return held[-1] if held else ""


def _rows(facts: Facts) -> Iterator[Row]:
    before = ""
    for line in facts.lines:
        today = spoken.day(line.at, facts.incident.zone)
        yield Row(line, today if today != before else "", line.recorded_at - line.at >= LATE)
        before = today


def _runs(facts: Facts) -> Iterator[tuple[Run, tuple[Step, ...]]]:
    every_step = [step for one in (facts, *facts.linked) for step in one.steps]
    for run in (run for one in (facts, *facts.linked) for run in one.runs):
        in_run = [step for step in every_step if step.run_id == run.id]
        yield run, tuple(sorted(in_run, key=lambda step: step.position))


def _lessons(facts: Facts, items: Sequence[Item]) -> Iterator[Lesson]:
    by_step = _by_step(items)
    for found in deviations(facts):
        yield Lesson(found, tuple(by_step.get(found.step or 0, ())))


def _by_step(items: Sequence[Item]) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    for item in items:
        if item.item.step is not None:
            found.setdefault(item.item.step, []).append(item)
    return found
