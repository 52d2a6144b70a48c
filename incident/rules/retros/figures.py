"""The figures of an incident. One that nobody recorded stays blank, with a question."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules import spoken
from incident.rules.progress import StepState
from incident.rules.retros.facts import Facts, Line
from incident.rules.retros.gaps import Gap, gaps
from incident.rules.retros.moments import Moment, moments
from incident.rules.retros.updates import discipline

ASKED = (
    ("Users affected", "How many users were affected?"),
    ("Support requests", "How many people wrote to support?"),
    ("Data lost", "Was any data lost?"),
)
SPANS = (
    ("Detect", "began", "started", "first signal", "first_signal"),
    ("Silence", "first signal", "first_signal", "first person", "answered"),
    ("Acknowledge", "paged", "paged", "acknowledged", "acknowledged"),
    ("Engage", "acknowledged", "acknowledged", "first action", "engaged"),
    ("Mitigate", "began", "started", "mitigated", "mitigated"),
    ("Resolve", "began", "started", "resolved", "resolved"),
)
BLANKS = {
    "started": "When did it begin? Nobody recorded it.",
    "answered": "Who saw it first, and when? Nobody recorded it.",
    "acknowledged": "Nobody acknowledged a page.",
    "engaged": "Who acted first, and when? Nobody recorded it.",
    "mitigated": "When were users no longer hurt? Nobody recorded it.",
    "resolved": "When was service normal again? Nobody recorded it.",
}
IN_WORDS = {
    "report → seen": "from a report until the team saw it",
    "report → posted": "from a report until somebody posted it",
    "report → paged": "from a report until somebody was paged",
    "report → acknowledged": "from a report until somebody had it",
    "seen → posted": "from seeing it until posting it",
    "seen → paged": "from seeing it until paging somebody",
    "posted → seen": "from the post until anybody read it",
    "posted → paged": "from the post until somebody was paged",
    "posted → acknowledged": "from the post until somebody had it",
    "paged → seen": "from the page until anybody saw it",
    "paged → acknowledged": "from the page until somebody was awake",
    "report → nobody": "reported, and nobody ever saw it",
    "posted → nobody": "posted, and nobody ever answered",
    "paged → nobody": "paged, and nobody ever acknowledged",
}
WORTH_A_HEADLINE = timedelta(minutes=5)
MOST_GAPS, MOST_VALUES = 3, 4


@dataclass(frozen=True, slots=True)
class Span:
    """A measured time, with what it is measured from and to. Blank ones ask."""

    name: str
    start_words: str
    end_words: str
    start: datetime | None
    end: datetime | None
    question: str = ""

    @property
    def length(self) -> timedelta | None:
        return self.end - self.start if self.start and self.end else None


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure for the head of the page. An empty value is one that nobody recorded."""

    value: str
    words: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What somebody saw and wrote down at a step."""

    step: int
    title: str
    value: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Interval:
    """How long it was of one severity."""

    severity: str
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def spans(facts: Facts) -> tuple[Span, ...]:
    """Every time we measure, blank where the record does not say."""
    times = {**facts.times, "answered": _first_answer(facts)}
    return tuple(
        Span(name, words, end_words, times[start], times[end], _blank(facts, times, start, end))
        for name, words, start, end_words, end in SPANS
    )


def headlines(facts: Facts) -> tuple[Headline, ...]:
    """What the head of the retro shows: waits, how long it was broken, and what it did."""
    return (
        *_waits(facts),
        *broken(facts),
        *_told(facts),
        *_recorded(facts),
        *_unrecorded(facts),
    )


def unanswered(facts: Facts) -> tuple[tuple[str, str], ...]:
    """The figures every retro is asked for and nobody recorded: label and question."""
    known = {figure.label.casefold() for figure in facts.figures}
    return tuple((label, question) for label, question in ASKED if label.casefold() not in known)


def values(facts: Facts) -> tuple[Value, ...]:
    """The values that steps asked for, in the order in which they were seen."""
    found = [
        Value(step.number, step.title, step.value, step.settled_by or "", step.settled_at)
        for one in (facts, *facts.linked)
        for step in one.steps
        if step.value and step.settled_at and step.state == StepState.DONE and step.kind == "do"
    ]
    return tuple(sorted(found, key=lambda value: value.at))


def severities(facts: Facts) -> tuple[Interval, ...]:
    """How long it stood at each severity, from its opening to the end of the record."""
    changes = [line for line in facts.own_lines if line.kind == "severity_changed"]
    opened = next((line.at for line in facts.own_lines if line.kind == "incident_opened"), None)
    points = [(opened or facts.incident.created_at, _first_severity(facts, changes))]
    points += [(line.at, str(line.data.get("after"))) for line in changes]
    ends = [*(at for at, _ in points[1:]), facts.until]
    found = [Interval(name, at, end) for (at, name), end in zip(points, ends, strict=True)]
    return tuple(interval for interval in found if interval.length > timedelta(0))


def _first_severity(facts: Facts, changes: list[Line]) -> str:
    return str(changes[0].data.get("before")) if changes else facts.incident.severity


def _first_answer(facts: Facts) -> datetime | None:
    """When a person first saw it."""
    answers = [m.at for m in moments(facts) if m.name in ("seen", "acknowledged")]
    return min(answers, default=None)


def _blank(facts: Facts, times: dict[str, datetime | None], start: str, end: str) -> str:
    """The question in place of a figure, or nothing where there is one."""
    missing = next((name for name in (start, end) if times[name] is None), "")
    return unpaged(facts) if missing == "paged" else BLANKS.get(missing, "")


def unpaged(facts: Facts) -> str:
    """What to ask where no page ever went out."""
    if facts.pages:
        return "No page ever reached anybody. What else should have woken somebody?"
    return "Nobody was paged. Should somebody have been?"


def _waits(facts: Facts) -> Iterator[Headline]:
    long = [gap for gap in gaps(facts) if gap.length >= WORTH_A_HEADLINE]
    longest = sorted(long, key=lambda gap: gap.length, reverse=True)[:MOST_GAPS]
    for gap in long:
        if gap in longest:
            yield Headline(spoken.length(gap.length), words_of(gap))


def words_of(gap: Gap) -> str:
    """A gap in words: from the post until anybody read it."""
    return IN_WORDS[gap.name]


def broken(facts: Facts) -> Iterator[Headline]:
    """How long it was broken: until the first time it was mended, and until the last."""
    started = facts.times["started"]
    mended = [m for m in moments(facts) if m.name == "mitigated"]
    if started is None:
        yield Headline("", "until it was mitigated", BLANKS["started"])
    elif mended:
        yield Headline(_between(started, mended[0]), "from its start until it was mitigated")
    if started is not None and len(mended) > 1:
        yield Headline(_between(started, mended[-1]), "until it was mitigated for the last time")


def _between(start: datetime, moment: Moment) -> str:
    return spoken.length(moment.at - start)


def _told(facts: Facts) -> Iterator[Headline]:
    """How those who waited for news were treated."""
    kept = discipline(facts)
    if kept is not None:
        longest = spoken.length(kept.longest)
        words = f"updates: {kept.due} due, {kept.on_time} on time, the longest silence {longest}"
        yield Headline(f"{kept.on_time} of {kept.due}", words)


def _recorded(facts: Facts) -> Iterator[Headline]:
    said = [(figure.value, figure.label) for figure in facts.figures]
    counted = [(value.value, value.title) for value in values(facts) if _is_number(value.value)]
    for value, words in [*said, *counted][:MOST_VALUES]:
        yield Headline(grouped(value), words)


def grouped(value: str) -> str:
    """1200000 is easier read as 1,200,000."""
    return f"{int(value):,}" if value.isascii() and value.isdigit() and len(value) > 4 else value


def _unrecorded(facts: Facts) -> Iterator[Headline]:
    label, question = ASKED[0]
    if (label, question) in unanswered(facts):
        yield Headline("", label, f"{question} Nobody recorded it.")


def _is_number(text: str) -> bool:
    """Whether it begins with a figure: 1,200,000 or 0.2 %."""
    return text[:1].isdigit() and len(text) <= 20
