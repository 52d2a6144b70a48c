"""How well those who waited were told: what was due, what came in time, how long they waited."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules.retros.facts import ENDINGS, Facts

ASKED, POSTPONED = "update_due", "update_postponed"


@dataclass(frozen=True, slots=True)
class Discipline:
    """`due` are the updates whose time came, or that came before it; `longest` is the longest
    silence while the incident was open."""

    written: int
    due: int
    on_time: int
    longest: timedelta


def discipline(facts: Facts) -> Discipline | None:
    """Nothing where no update was ever owed. Those of linked incidents are told in their own."""
    owed = [update for update in facts.updates if update.was_due_at is not None]
    due = len(owed) + _let_pass(facts)
    if not due:
        return None
    on_time = [one for one in owed if one.was_due_at and one.written_at <= one.was_due_at]
    return Discipline(len(facts.updates), due, len(on_time), _longest(facts))


def _let_pass(facts: Facts) -> int:
    """How many times somebody was asked and nothing was written: put off too late, or never."""
    written = {update.seq for update in facts.updates}
    passed, asked = 0, False
    for line in sorted(facts.own_lines, key=lambda line: line.seq):
        if line.seq in written:
            asked = False
        elif line.kind == ASKED or line.kind == POSTPONED or line.kind in ENDINGS:
            passed += asked
            asked = line.kind == ASKED
    return passed + asked


def _longest(facts: Facts) -> timedelta:
    return max((end - start for start, end in _silences(facts)), default=timedelta(0))


def _silences(facts: Facts) -> Iterator[tuple[datetime, datetime]]:
    """From when people began to wait until a word came, and from each word to the next."""
    words = sorted(update.written_at for update in facts.updates)
    for start, end in _waits(facts):
        points = [start, *(word for word in words if start < word < end), end]
        yield from zip(points, points[1:], strict=False)


def _waits(facts: Facts) -> Iterator[tuple[datetime, datetime]]:
    """While it was declared and not over: nobody waits for news of what is."""
    begun = facts.times["declared"] or facts.incident.created_at
    start: datetime | None = begun
    for line in facts.own_lines:
        if line.kind == "incident_reopened":
            start = line.at
        elif line.kind in ENDINGS and start is not None:
            yield start, max(line.at, start)
            start = None
    if start is not None and facts.until > start:
        yield start, facts.until
