"""Who is on a step. Saying so settles nothing and locks nobody out: it keeps two people from doing
the same thing twice, and a step from being left because each thought that the other had it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from incident.rules import refusals
from incident.rules.hand import Hand
from incident.rules.outcome import Change, Event, NotAllowed, Outcome
from incident.rules.progress import UNTOUCHED, Progress
from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Scene, Step

STALE = timedelta(minutes=5)
NOBODY: Mapping[str, object] = {"claimed_by": None, "claimed_at": None, "claim_active_at": None}


class Claimed(Step, Protocol):
    """A step with whoever is on it, and when they last gave a sign of that."""

    claimed_by: str | None
    claim_active_at: datetime | None


def claim(
    step: Claimed, steps: Sequence[Step], _scene: Scene, hand: Hand, *, take_over_from: str = ""
) -> Outcome:
    """`hand.actor` is on it. Somebody else's claim passes only to whoever says from whom they take
    it: of two who press at once, the second is told of the first. A claim of one's own is renewed
    once it is STALE; before that, asking again changes nothing."""
    refusals.require_settleable(Progress(steps), step, hand)
    if KINDS[step.kind].sends:
        raise NotAllowed(f"Step {step.number} sends by itself when it is reached.")
    before = step.claimed_by
    if before == hand.actor:
        return _renewed(step, hand)
    if before and before != take_over_from:
        raise NotAllowed(f"{before} is on step {step.number}. Take it over if they are not.")
    said = f"took over step {step.number} from {before}" if before else f"is on step {step.number}"
    claimed = {"claimed_by": hand.actor, "claimed_at": hand.at, "claim_active_at": hand.at}
    return _told("step_claimed", step, hand, said, claimed)


def is_offered(step: Step, progress: Progress) -> bool:
    """Whether somebody may say that they are on it."""
    if step.state not in UNTOUCHED or KINDS[step.kind].sends or not progress.is_active(step):
        return False
    return progress.is_asked(step) and progress.hold_before(step) is None


def release(step: Claimed, _steps: Sequence[Step], _scene: Scene, hand: Hand) -> Outcome:
    """`hand.actor` is not on it any more, and has not done it."""
    if step.claimed_by != hand.actor:
        who = f"{step.claimed_by} is, not you" if step.claimed_by else "nobody is"
        raise NotAllowed(f"You are not on step {step.number}: {who}.")
    return _told("step_released", step, hand, f"is no longer on step {step.number}", NOBODY)


def let_go(steps: Sequence[Claimed]) -> tuple[Change, ...]:
    """What is followed no longer has nobody on it."""
    return tuple(Change(step.number, NOBODY) for step in steps if step.claimed_by)


def after_a_note(step: Claimed, hand: Hand) -> tuple[Change, ...]:
    """Whoever writes about their own step is still on it."""
    if step.claimed_by != hand.actor:
        return ()
    return (Change(step.number, {"claim_active_at": hand.at}),)


def _renewed(step: Claimed, hand: Hand) -> Outcome:
    if step.claim_active_at is not None and hand.at - step.claim_active_at < STALE:
        return Outcome()
    said = f"is still on step {step.number}"
    return _told("step_claimed", step, hand, said, {"claim_active_at": hand.at})


def _told(kind: str, step: Claimed, hand: Hand, said: str, fields: Mapping[str, object]) -> Outcome:
    data = {"title": step.title, "was": step.claimed_by}
    event = Event(kind, f"{hand.actor} {said}: {step.title}", data, step=step.number)
    return Outcome(events=(event,), changes=(Change(step.number, fields),))
