"""How urgent a page is: by the severity of its incident, and by the hour where they live.

PagerDuty rings for a high urgency and waits until morning for a low one. What may be the worst
is never low: neither SEV 1, nor an incident that nobody has rated yet.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from incident.rules import spoken

ALWAYS_HIGH = ("sev1", "unset")
MAY_BE_LOW = ("sev2", "sev3", "sev4")
URGENCIES = ("high", "low")
TIME = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")
ROWS_AT_MOST = 12

Row = Mapping[str, Any]


class Target(Protocol):
    """A page target, as far as its urgency goes. The first of `urgencies` that fits wins."""

    urgency: str
    zone: str

    @property
    def urgencies(self) -> Sequence[Row]: ...


def urgency_of(target: Target, severity: str, at: datetime) -> str:
    """ "high" or "low", for a page at this moment."""
    if severity in ALWAYS_HIGH:
        return "high"
    clock = spoken.clock(at, target.zone)
    fitting = (row for row in target.urgencies if _fits(row, severity, clock))
    return str(next(fitting, {"urgency": target.urgency})["urgency"])


def read_rows(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """As they are kept: times with two digits, severities in order. What says nothing is left
    out."""
    return [
        {
            "severities": [level for level in MAY_BE_LOW if level in row["severities"]],
            "from": _two_digits(row["from"]),
            "until": _two_digits(row["until"]),
            "urgency": row["urgency"],
        }
        for row in rows
        if row["severities"]
    ]


def problem(rows: Sequence[Row]) -> str:
    """What is wrong with these rows, in a sentence; nothing if all is well."""
    if len(rows) > ROWS_AT_MOST:
        return f"At most {ROWS_AT_MOST} rows: nobody could say which of more applies."
    return next(filter(None, map(_problem, rows)), "")


def _problem(row: Row) -> str:
    severities, begins, ends = row["severities"], row["from"], row["until"]
    if not severities:
        return "Tick a severity, or leave the times empty too." if begins or ends else ""
    if set(severities) & set(ALWAYS_HIGH):
        return "SEV 1, and what nobody has rated yet, always wakes: it cannot be in a row."
    if set(severities) - set(MAY_BE_LOW):
        return f"Severities are {', '.join(MAY_BE_LOW)}."
    if row["urgency"] not in URGENCIES:
        return "Choose high or low."
    if bool(begins) != bool(ends):
        return "Say from when and until when, or leave both empty for the whole day."
    wrong = next((time for time in (begins, ends) if time and not TIME.fullmatch(time)), "")
    return f"“{wrong[:20]}” is no time. Write 22:00." if wrong else ""


def _fits(row: Row, severity: str, clock: str) -> bool:
    """From 22:00 until 07:00 goes over midnight; from 09:00 until 09:00 is the whole day."""
    begins, ends = row.get("from", ""), row.get("until", "")
    if severity not in row["severities"]:
        return False
    if not begins or begins == ends:
        return True
    if begins < ends:
        return bool(begins <= clock < ends)
    return bool(clock >= begins or clock < ends)


def _two_digits(time: str) -> str:
    return time.zfill(5) if time else ""
