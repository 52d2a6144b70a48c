"""A CAN report (conditions, actions, needs) in three wordings: for each audience what it needs."""

from dataclasses import dataclass
from datetime import datetime

AUDIENCES = ("responders", "executives", "customers")
LONGEST = 3_000


@dataclass(frozen=True, slots=True)
class Report:
    """What is known, what is being done, what is missing. `next_at` is when more is promised."""

    key: str
    title: str
    severity: str
    status: str
    conditions: str
    actions: str = ""
    needs: str = ""
    next_at: datetime | None = None


def wording(report: Report, audience: str) -> str:
    """What this audience is told unless somebody words it better. Plain text."""
    return {"responders": _responders, "executives": _executives, "customers": _customers}[
        audience
    ](report)


def problem(conditions: str) -> str:
    return "" if conditions.strip() else "Say what is known: what do users see?"


def _responders(report: Report) -> str:
    lines = [
        f"{_head(report)}: {report.title}",
        f"Conditions: {report.conditions}",
        f"Actions: {report.actions or 'none yet'}",
        f"Needs: {report.needs or 'nothing'}",
    ]
    return "\n".join([*lines, *_promise("Next update", report)])


def _executives(report: Report) -> str:
    lines = [f"{_head(report)}: {report.title}", report.conditions]
    if report.actions:
        lines.append(f"What is being done: {report.actions}")
    return "\n".join([*lines, *_promise("Next update", report)])


def _customers(report: Report) -> str:
    """Nothing of what is inside: neither keys, nor causes, nor names."""
    over = report.status in ("resolved", "closed")
    opening = "This is resolved." if over else "We know of a problem and are working on it."
    return "\n".join([opening, report.conditions, *_promise("We will say more", report)])


def _head(report: Report) -> str:
    severity = "" if report.severity == "unset" else f"{report.severity.upper()}, "
    return f"{report.key} ({severity}{report.status})"


def _promise(words: str, report: Report) -> list[str]:
    return [f"{words} by {report.next_at:%H:%M} UTC."] if report.next_at else []
