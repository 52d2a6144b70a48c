"""Dates that cannot all be true. They are named, never repaired in silence."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from incident.rules import spoken
from incident.rules.retros.facts import Facts

SKEW = timedelta(seconds=5)  # other people's clocks, such as Slack's, are not quite ours
IN_ORDER = (
    ("started", "It began", "first_signal", "it was first reported"),
    ("started", "It began", "declared", "it was declared"),
    ("started", "It began", "mitigated", "it was mitigated"),
    ("started", "It began", "resolved", "it was resolved"),
    ("first_signal", "It was first reported", "acknowledged", "somebody acknowledged it"),
    ("first_signal", "It was first reported", "mitigated", "it was mitigated"),
    ("first_signal", "It was first reported", "resolved", "it was resolved"),
    ("paged", "Somebody was first paged", "acknowledged", "the page was acknowledged"),
    ("identified", "The cause was found", "resolved", "it was resolved"),
    ("mitigated", "It was mitigated", "resolved", "it was resolved"),
)


def contradictions(facts: Facts) -> tuple[str, ...]:
    """A sentence for each."""
    linked = (
        f"{other.incident.key}: {sentence}"
        for other in facts.linked
        for sentence in _between_times(other)
    )
    return (*_between_times(facts), *linked, *_of_lines(facts))


def _between_times(facts: Facts) -> Iterator[str]:
    for earlier, first, later, second in IN_ORDER:
        a, b = facts.times[earlier], facts.times[later]
        if a is None or b is None or a <= b + SKEW or _is_reopened(facts, earlier, later):
            continue
        yield f"{first} {_said(a, facts)}, after {second} {_said(b, facts)}."


def _is_reopened(facts: Facts, earlier: str, later: str) -> bool:
    """Mitigated again after a resolution that did not hold: both dates are true."""
    reopened = any(line.kind == "incident_reopened" for line in facts.lines)
    return reopened and earlier in ("identified", "mitigated", "paged") and later != "first_signal"


def _of_lines(facts: Facts) -> Iterator[str]:
    """Nobody can write down what has not happened yet."""
    for line in facts.lines:
        if line.at > line.recorded_at + SKEW:
            yield (
                f"“{line.text}” is dated {_said(line.at, facts)}, "
                f"but was written down {_said(line.recorded_at, facts)}, before it."
            )


def _said(moment: datetime, facts: Facts) -> str:
    return spoken.moment(moment, facts.incident.zone)
