"""The update clock: when everybody who waits is owed news, who owes it, and who is asked next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules.incidents import OPEN, Status


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Minutes until the first word, and from one update to the next."""

    first: int
    every: int


# After the public handbooks of the field: a first word within minutes, then a fixed rhythm.
RHYTHMS = {
    "sev1": Rhythm(10, 20),
    "sev2": Rhythm(15, 30),
    "sev3": Rhythm(30, 120),
    "unset": Rhythm(15, 30),
}
GIVEN = timedelta(minutes=5)
LONGEST = timedelta(hours=24)

OWES = ("comms", "commander", "deputy", "scribe")
EVERYBODY = "everybody"
UNREACHED = "Slack can call nobody by name here, for no account is linked. Tell them yourself"


def begins(*, status: str, severity: str) -> bool:
    """Whether news is owed without a promise. Nobody waits for any before it is taken up."""
    return status in OPEN and status != Status.TRIAGE and severity in RHYTHMS


def first_due(severity: str, at: datetime) -> datetime:
    """When the first word is due, once it is known to be this bad."""
    return at + timedelta(minutes=RHYTHMS[severity].first)


def every(severity: str) -> int | None:
    """The usual minutes from one update to the next; None where none is usual."""
    return RHYTHMS[severity].every if severity in RHYTHMS else None


def next_due(
    *, status: str, severity: str, at: datetime, minutes: int | None = None
) -> datetime | None:
    """When the update after the one of `at` is due: as promised in `minutes`, else by rhythm.
    None when no more is owed."""
    if status not in OPEN:
        return None
    if minutes is not None:
        return at + in_minutes(minutes)
    usual = every(severity) if begins(status=status, severity=severity) else None
    return at + in_minutes(usual) if usual is not None else None


def in_minutes(minutes: int) -> timedelta:
    """A promise reaches no further than a day."""
    return min(timedelta(minutes=minutes), LONGEST)


def minutes_problem(minutes: int | None) -> str:
    if minutes is None or 1 <= minutes <= LONGEST / timedelta(minutes=1):
        return ""
    return "A whole number of minutes, from 1 to 1440."


def owes(held: Mapping[str, str]) -> str:
    """The role that owes the update: whoever speaks, else whoever commands. `held` is who holds
    which role. Nobody in particular is everybody."""
    return next((role for role in OWES if role in held), EVERYBODY)


def asked_next(role: str, held: Mapping[str, str], *, turn: int) -> str:
    """Who is asked when `role` has let the time pass: at the first turn the next role held by
    somebody else, and after that everybody."""
    if role not in OWES or turn > 1:
        return EVERYBODY
    others = (other for other in OWES if other in held and other != role)
    return next((other for other in others if held[other] != held.get(role)), EVERYBODY)


def due_words(role: str, person: str) -> str:
    return f"An update is due from {_whom(role, person)}"


def overdue_words(before: str, role: str, person: str, *, reached: bool = True) -> str:
    """`before` is who was asked first. `reached` is whether Slack can call anybody by name."""
    text = f"THE UPDATE IS OVERDUE: nothing came from {before}, so {_whom(role, person)} is asked"
    return text if reached else f"{text}. {UNREACHED}"


def asked_words(role: str, person: str) -> str:
    """How the one who was asked before is called."""
    return person or ("anybody" if role == EVERYBODY else f"the {role}")


def _whom(role: str, person: str) -> str:
    return f"{person} ({role})" if person else "everybody who works on it"
