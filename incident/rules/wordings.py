"""A CAN report (conditions, actions, needs) in three wordings: for each audience what it needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.rules import spoken

AUDIENCES = ("responders", "executives", "customers")
FIELD_LENGTH = 3_000
# Three full fields with their words around them. Slack's own cut is beyond it.
LONGEST = 10_000

OPENINGS = {
    "identified": "We know what causes a problem and are working on it.",
    "mitigated": "A problem is under control, and we are watching it.",
    "resolved": "This is resolved.",
    "closed": "This is resolved.",
    "declined": "This was no problem after all.",
}
WORKING = "We know of a problem and are working on it."


@dataclass(frozen=True, slots=True)
class Report:
    """What is known, what is being done, what is missing. `next_at` is when more is promised.

    `effects` are the temporary measures in force. Times are told in `zone`, dates too unless
    they are the date of `at`.
    """

    key: str
    title: str
    severity: str
    status: str
    conditions: str
    actions: str = ""
    needs: str = ""
    effects: Sequence[str] = ()
    next_at: datetime | None = None
    at: datetime | None = None
    zone: str = "UTC"
    drill: bool = False


def wording(report: Report, audience: str) -> str:
    """What this audience is told unless somebody words it better. Plain text."""
    lines = {"responders": _responders, "executives": _executives, "customers": _customers}
    text = "\n".join(lines[audience](report))
    return f"DRILL {text}" if report.drill else text


def problem(conditions: str) -> str:
    said = any(character > " " for character in conditions)
    return "" if said else "Say what is known: what do users see?"


def line(report: Report, by: str) -> str:
    """The same for the timeline, where all of it may stand in one line."""
    parts = [_sentence(f"Update from {by}: {report.conditions}")]
    parts += [_sentence(f"Actions: {report.actions}")] if report.actions else []
    parts += [_sentence(f"Needs: {report.needs}")] if report.needs else []
    return "\n".join([*parts, *_promise("Next update", report)])


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", ":")) else f"{text}."


def _responders(report: Report) -> list[str]:
    lines = [
        f"{_head(report)}: {report.title}",
        f"Conditions: {report.conditions}",
        f"Actions: {report.actions or 'none yet'}",
        f"Needs: {report.needs or 'nothing'}",
    ]
    if report.effects:
        lines.append(f"Still in effect: {'; '.join(report.effects)}")
    return [*lines, *_promise("Next update", report)]


def _executives(report: Report) -> list[str]:
    lines = [f"{_head(report)}: {report.title}", report.conditions]
    if report.actions:
        lines.append(f"What is being done: {report.actions}")
    return [*lines, *_promise("Next update", report)]


def _customers(report: Report) -> list[str]:
    """Nothing of what is inside: neither keys, nor causes, nor names."""
    opening = OPENINGS.get(report.status, WORKING)
    return [opening, report.conditions, *_promise("We will say more", report)]


def _head(report: Report) -> str:
    severity = "" if report.severity == "unset" else f"{report.severity.upper()}, "
    return f"{report.key} ({severity}{report.status})"


def _promise(words: str, report: Report) -> list[str]:
    if report.next_at is None:
        return []
    by = spoken.stamp(report.next_at, report.zone, beside=report.at)
    return [f"{words} by {by} {report.next_at.astimezone(spoken.of(report.zone)):%Z}."]
