"""How long nothing happened, and what that time was: report to seen, posted to paged ..."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules.retros.facts import Facts
from incident.rules.retros.moments import Moment, moments

CALLS = ("reported", "posted", "paged")
ANSWERS = ("seen", "acknowledged")
ASKINGS = ("update_due", "update_overdue")
NAMED = {
    ("reported", "seen"),
    ("reported", "posted"),
    ("reported", "paged"),
    ("reported", "acknowledged"),
    ("seen", "posted"),
    ("seen", "paged"),
    ("posted", "seen"),
    ("posted", "paged"),
    ("posted", "acknowledged"),
    ("paged", "seen"),
    ("paged", "acknowledged"),
}
AS_NOUN = {"reported": "report"}
WORTH_NAMING = timedelta(minutes=1)
SILENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Gap:
    """From one moment to the next. `end` is None while nobody has answered at all."""

    start: Moment
    end: Moment | None
    until: datetime

    @property
    def name(self) -> str:
        """report → seen."""
        start = AS_NOUN.get(self.start.name, self.start.name)
        return f"{start} → {self.end.name if self.end else 'nobody'}"

    @property
    def length(self) -> timedelta:
        return self.until - self.start.at


@dataclass(frozen=True, slots=True)
class Silence:
    """Time in which nothing at all was written down, between two things that were."""

    start: datetime
    end: datetime
    after: str
    before: str

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def gaps(facts: Facts) -> tuple[Gap, ...]:
    """The time between a call and what answered it, in order. Short ones are not worth a name."""
    found = _walk(moments(facts), facts.until)
    return tuple(gap for gap in found if gap.length >= WORTH_NAMING)


def silences(facts: Facts) -> tuple[Silence, ...]:
    """Gaps in the record longer than a quarter of an hour, between first signal and resolution.

    Time that a resolution opened is no silence: nobody thought that there was anything to write.
    """
    points = _points(facts)
    begins = facts.times["first_signal"] or facts.incident.created_at
    return tuple(
        Silence(a, b, after, before)
        for (a, after, ended), (b, before, _) in zip(points, points[1:], strict=False)
        if b - a > SILENCE and a >= begins and b <= facts.until and not ended
    )


def _walk(found: Sequence[Moment], until: datetime) -> Iterator[Gap]:
    """One call at a time: it waits from its first moment until something answers it."""
    waiting: Moment | None = None
    for moment in found:
        if moment.name in ("mitigated", "resolved") and _is_answer(waiting):
            waiting = None
        if moment.name not in (*CALLS, *ANSWERS):
            continue
        if waiting is not None and (waiting.name, moment.name) in NAMED:
            yield Gap(waiting, moment, moment.at)
        if waiting is None or waiting.name != moment.name:
            waiting = moment
    if waiting is not None and waiting.name in CALLS:
        yield Gap(waiting, None, until)


def _is_answer(moment: Moment | None) -> bool:
    return moment is not None and moment.name in ANSWERS


def _points(facts: Facts) -> list[tuple[datetime, str, bool]]:
    """Everything with a time: when, what, and whether it closed the matter. That the desk asks
    for an update is not what anybody did."""
    of_rows = [(moment.at, moment.text, False) for moment in moments(facts) if moment.seq is None]
    spoken = [line for line in facts.lines if line.kind not in ASKINGS]
    of_lines = [(line.at, line.text, line.kind == "incident_resolved") for line in spoken]
    return sorted([*of_rows, *of_lines], key=lambda point: point[0])
