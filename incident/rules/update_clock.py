"""The update clock: when everybody who waits is owed news, who owes it, and who is asked next."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from incident.rules.incidents import OPEN, Status

# After PagerDuty's and Atlassian's public handbooks: a first word within minutes, then a fixed
# rhythm for two hours, then half as often.
FIRST = {"sev1": 10, "sev2": 15, "sev3": 30, "unset": 15}
EVERY = {"sev1": 20, "sev2": 30, "sev3": 60, "unset": 30}
SLOWER_AFTER = timedelta(hours=2)
GIVEN = timedelta(minutes=5)
LONGEST = timedelta(hours=24)

OWES = ("comms", "commander", "deputy", "scribe")
EVERYBODY = "everybody"


def runs(*, status: str, severity: str) -> bool:
    """Whether news is owed at all. Nobody waits for any before somebody has taken it up."""
    return status in OPEN and status != Status.TRIAGE and severity in EVERY


def first_due(severity: str, begun_at: datetime) -> datetime:
    return begun_at + timedelta(minutes=FIRST[severity])


def next_due(
    severity: str, *, begun_at: datetime, at: datetime, minutes: int | None = None
) -> datetime:
    """When the update after the one of `at` is due: as promised in `minutes`, else by rhythm."""
    if minutes is not None:
        return at + in_minutes(minutes)
    rhythm = timedelta(minutes=EVERY[severity])
    return at + (rhythm * 2 if at - begun_at >= SLOWER_AFTER else rhythm)


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


def asked_next(role: str, held: Mapping[str, str]) -> str:
    """Who is asked when `role` has let the time pass: the next role held by somebody else."""
    if role not in OWES:
        return EVERYBODY
    others = (r for r in OWES[OWES.index(role) + 1 :] if r in held)
    return next((r for r in others if held[r] != held.get(role)), EVERYBODY)


def due_words(role: str, person: str) -> str:
    whom = f"{person} ({role})" if person else "whoever works on it"
    return f"An update is due from {whom}"


def overdue_words(before: str, role: str, person: str) -> str:
    """`before` is who was asked first."""
    whom = f"{person} ({role})" if person else "everybody who works on it"
    return f"THE UPDATE IS OVERDUE: nothing came from {before}, so {whom} is asked now"
