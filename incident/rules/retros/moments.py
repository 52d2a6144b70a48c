"""The moments that shape an incident: reported, seen, posted, paged, acknowledged, mitigated ..."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from incident.rules.retros.facts import Facts, Line

WORDS = {
    "started": "Began",
    "reported": "Reported",
    "posted": "Posted",
    "paged": "Paged",
    "acknowledged": "Acknowledged",
    "seen": "Seen",
    "identified": "Cause found",
    "mitigated": "Mitigated",
    "reopened": "Reopened",
    "resolved": "Resolved",
}
ORDER = {name: place for place, name in enumerate(WORDS)}
MARKS = ("reported", "seen", "posted", "paged", "acknowledged", "identified", "mitigated", "none")
KINDS = {
    "report_received": "posted",
    "report_joined": "posted",
    "report_questioned": "posted",
    "incident_accepted": "seen",
    "page_accepted": "paged",
    "page_acknowledged": "acknowledged",
    "incident_identified": "identified",
    "incident_mitigated": "mitigated",
    "incident_reopened": "reopened",
    "incident_resolved": "resolved",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """`name` is one of WORDS; `seq` is the event that says so, or None for a time of the row."""

    name: str
    at: datetime
    text: str
    seq: int | None = None

    @property
    def word(self) -> str:
        return WORDS[self.name]


def moments(facts: Facts) -> tuple[Moment, ...]:
    """Every named moment in the order in which they happened, those of linked incidents too."""
    found = [moment for one in (facts, *facts.linked) for moment in _of(one)]
    return tuple(sorted(found, key=lambda moment: (moment.at, ORDER[moment.name])))


def _of(facts: Facts) -> Iterator[Moment]:
    yield from _of_the_row(facts)
    for line in facts.own_lines:
        name = line.moment or _by_itself(line, facts)
        if name in WORDS:
            yield Moment(name, line.at, line.text, line.seq)


def _of_the_row(facts: Facts) -> Iterator[Moment]:
    started, signal = facts.times["started"], facts.times["first_signal"]
    if started is not None:
        yield Moment("started", started, "It began")
    opened = next((line for line in facts.own_lines if line.kind == "incident_opened"), None)
    posted = facts.incident.source == "slack"
    if any(line.kind == "report_received" for line in facts.own_lines):
        return
    if signal is None or (opened is not None and signal >= opened.recorded_at and not posted):
        return
    name = "posted" if posted else "reported"
    by = f" by {facts.incident.reporter}" if facts.incident.reporter else ""
    where = " in Slack" if posted else ""
    yield Moment(name, signal, f"{WORDS[name]}{where}{by}")


def _by_itself(line: Line, facts: Facts) -> str:
    """What an event is when nobody said otherwise. Declaring is seeing; a machine sees nothing."""
    if line.kind == "incident_opened":
        declared = facts.incident.declared_at
        return "seen" if declared is not None and declared <= line.recorded_at else ""
    return KINDS.get(line.kind, "")
