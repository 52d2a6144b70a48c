"""Statuses, severities, and the moves between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from incident.rules.outcome import NotAllowed

SEVERITIES = ("unset", "sev1", "sev2", "sev3", "sev4")
MODES = ("live", "drill")
TITLE_LENGTH = 300
TEXT_LENGTH = 10_000


class Status(StrEnum):
    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DECLINED = "declined"
    MERGED = "merged"


OVER = (Status.CLOSED, Status.DECLINED, Status.MERGED)
OPEN = (Status.TRIAGE, Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATED)


@dataclass(frozen=True, slots=True)
class Move:
    """From which statuses a move leads where. `past` is its word on the timeline."""

    starts: Sequence[Status]
    ends: Status
    past: str
    moment: str = ""


MOVES = {
    "accept": Move((Status.TRIAGE,), Status.INVESTIGATING, "accepted"),
    "decline": Move((Status.TRIAGE, Status.INVESTIGATING), Status.DECLINED, "declined"),
    "merge": Move(OPEN, Status.MERGED, "merged"),
    "identify": Move(
        (Status.INVESTIGATING,), Status.IDENTIFIED, "identified the cause of", "identified_at"
    ),
    "mitigate": Move(
        (Status.TRIAGE, Status.INVESTIGATING, Status.IDENTIFIED),
        Status.MITIGATED,
        "mitigated",
        "mitigated_at",
    ),
    "resolve": Move(OPEN, Status.RESOLVED, "resolved", "resolved_at"),
    "reopen": Move(
        (Status.MITIGATED, Status.RESOLVED, Status.DECLINED, Status.CLOSED),
        Status.INVESTIGATING,
        "reopened",
    ),
    "close": Move((Status.RESOLVED,), Status.CLOSED, "closed", "closed_at"),
}
KINDS_OF_EVENT = {
    "accept": "incident_accepted",
    "decline": "incident_declined",
    "merge": "incident_merged",
    "identify": "incident_identified",
    "mitigate": "incident_mitigated",
    "resolve": "incident_resolved",
    "reopen": "incident_reopened",
    "close": "incident_closed",
}


def move(status: str, action: str) -> Status | None:
    """The status after `action`, or None when it is so already: that changes nothing."""
    leads = MOVES[action]
    if status in leads.starts:
        return leads.ends
    if status == leads.ends:
        return None
    raise NotAllowed(f"You cannot {action} an incident that is {status}.")


def possible_moves(status: str) -> list[str]:
    """What may be done with an incident in this status, in the order of its life."""
    return [action for action, leads in MOVES.items() if status in leads.starts]


def require_nothing_owed(
    *, deferred: Sequence[int], effects: Sequence[str], retro_owed: bool
) -> None:
    """Closing is refused while anything is left; the refusal names it."""
    owed = [f"step {number} is deferred" for number in deferred]
    owed += [f"“{text}” is still in effect" for text in effects]
    if retro_owed:
        owed.append("the retro is neither published nor waived")
    if owed:
        raise NotAllowed(f"Not yet: {'; '.join(owed)}.")


def severity_of(text: str) -> str:
    """A severity as people write it: SEV2, sev 2, 2."""
    name = text.strip().lower().replace(" ", "").replace("-", "")
    name = f"sev{name}" if name in {"1", "2", "3", "4"} else name or "unset"
    if name not in SEVERITIES:
        raise NotAllowed(f"A severity is one of: {', '.join(SEVERITIES)}.")
    return name


def title_of(text: str) -> str:
    """A title people can read: one line, neither empty nor endless."""
    title = " ".join(text.replace("\x00", "").split())
    if not title:
        raise NotAllowed("Give the incident a title: what do users see?")
    return title if len(title) <= TITLE_LENGTH else f"{title[: TITLE_LENGTH - 1]}…"
