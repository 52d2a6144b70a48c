"""How much may be sent: what PagerDuty takes from one key, and how often people are woken."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

# PagerDuty takes 120 events a minute from one key. Whatever minute one looks at, we send no more
# than BURST and what has flowed back since: 110.
BURST = 50.0
PER_SECOND = 1.0
# A note is never worth the last of it: it leaves this much to pages.
KEPT_FOR_PAGES = 10.0

LADDER, PRESS, AUTOMATIC = "ladder", "press", "automatic"
BY_HAND = ("web", "slack")
LATELY, HOUR = timedelta(minutes=5), timedelta(hours=1)
MOST: Mapping[str, int] = {PRESS: 3, AUTOMATIC: 1}
MOST_IN_AN_HOUR = 10
LOUDNESS: Mapping[str, int] = {"sev4": 0, "sev3": 1, "sev2": 2, "sev1": 3, "unset": 3}


def allowance(left: float, since: datetime | None, now: datetime) -> float:
    """How many events a key may send now that had `left` of them at `since`."""
    if since is None:
        return BURST
    passed = max((now - since).total_seconds(), 0.0)
    return min(max(left, 0.0) + passed * PER_SECOND, BURST)


def free_at(left: float, since: datetime | None, now: datetime, *, needed: float) -> datetime:
    """When there will be `needed` of them."""
    missing = needed - allowance(left, since, now)
    return now + timedelta(seconds=max(missing, 0.0) / PER_SECOND)


def kind_of(*, source: str, by_desk: bool, rung: int, generation: int, step: int | None) -> str:
    """Whether a ladder asks for a page, a person who means exactly this, or something automatic:
    a step that was reached, a script, a rule."""
    if rung > 1 or (by_desk and generation > 1):
        return LADDER
    deliberate = step is None or generation > 1
    return PRESS if deliberate and source in BY_HAND else AUTOMATIC


def is_spent(kind: str, *, here: int, everywhere: int) -> bool:
    """`here`: the pages to a target that went out LATELY for this incident; `everywhere`: those of
    the last HOUR for all incidents, to whatever target wakes the same people."""
    return here >= MOST[kind] or everywhere >= MOST_IN_AN_HOUR


def same_people(target: str, on_call: Mapping[str, Iterable[Mapping[str, Any]]]) -> set[str]:
    """The targets behind which somebody is on call who is on call for `target`, too.

    `on_call` says by target who that is, [{"name", "email", ...}], as far as anybody knows.
    """
    people = _addresses(on_call.get(target, ()))
    also = {name for name, known in on_call.items() if people & _addresses(known)}
    return {target, *also}


def wakes_as_well(ringing: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether who sleeps through the one that rings would sleep through the other one, too. Both
    are what was told to PagerDuty: how severe it is, and how urgent."""
    if ringing.get("urgency") == "low" and wanted.get("urgency") != "low":
        return False
    return _loudness(ringing) >= _loudness(wanted)


def held_back(target: str, since: str) -> str:
    """Why a page was not sent."""
    return f"held back: {target} is being paged since {since}"


def told(target: str, held: int) -> str:
    return f"The page to {target} was held back by the budget, {held} so far"


def note(held: int) -> str:
    """What the alert that rings says of the others."""
    return "1 more page held back" if held == 1 else f"{held} more pages held back"


def _addresses(people: Iterable[Mapping[str, Any]]) -> set[str]:
    """By what a person is known wherever they are on call."""
    known = (str(person.get("email") or person.get("name") or "") for person in people)
    return {address.casefold() for address in known if address}


def _loudness(told: Mapping[str, Any]) -> int:
    return LOUDNESS.get(str(told.get("severity")), LOUDNESS["unset"])
