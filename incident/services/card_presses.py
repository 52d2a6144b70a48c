"""Buttons of the live card in Slack: each one asks for every right of whoever pressed it.

A button carries the incident, the step, and the number of the step's last outcome as the card
showed it: what was pressed on an old card is refused, and what is done already is not done twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from incident.rules.cord import HOW_TO_LINK
from incident.rules.dialogs import NOTHING, Asked, Reply
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import RANK, Actor, require
from incident.rules.progress import SETTLED
from incident.rules.words import outcome_words
from incident.services import cards, pages, step_claims, steps, visibility
from incident.services.members import actor_for
from incident.storage import incidents, slack_members
from incident.storage import pages as page_rows
from incident.storage import steps as step_rows
from incident.storage.incidents import Incident
from incident.storage.steps import Step

# An edit may swap the button under a finger: whoever presses so soon after has not read it.
MEANT_AFTER = timedelta(seconds=1.5)
AGAIN_WITHIN = timedelta(minutes=1)
TITLES = {
    "not_applicable": "Step {number}: not needed",
    "overridden": "Step {number}: override",
    "deferred": "Step {number}: defer",
    "failed": "Step {number}: failed",
    "note": "Step {number}: note",
}


class Pressed(Protocol):
    """Who pressed what. `value` is "INC-42", "INC-42:7" for a page, "INC-42:4:118:0" for a step
    as of the number 118 with its first answer, or the name of whoever is on it."""

    @property
    def action(self) -> str: ...

    @property
    def value(self) -> str: ...

    @property
    def member(self) -> str: ...

    @property
    def member_name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Hand:
    """A press, and what it is about. The incident is locked."""

    incident: Incident
    actor: Actor
    member: str
    at: datetime
    number: int
    seq: int
    rest: str

    @property
    def context(self) -> dict[str, str]:
        return {"key": self.incident.key, "number": str(self.number), "seq": str(self.seq)}


def press(session: Session, pressed: Pressed, *, at: datetime) -> Reply:
    """Do what the button says, or raise NotAllowed with a sentence for whoever pressed it."""
    deed = DEEDS.get(pressed.action)
    if deed is None:
        return NOTHING
    key, number, seq, rest = (*pressed.value.split(":", 3), "", "", "")[:4]
    actor = actor_for(session, pressed.member, pressed.member_name)
    incident = incidents.lock(session, key)
    _require_let_in(session, incident, actor, pressed.member)
    hand = Hand(incident, actor, pressed.member, at, _whole(number), _whole(seq), rest)
    return deed(session, hand) or NOTHING


def _done(session: Session, hand: Hand) -> None:
    step = _step(session, hand)
    if _is_done(step, hand):
        return
    _require_as_shown(step, hand)
    _require_read(session, hand)
    steps.complete(
        session,
        incident_key=hand.incident.key,
        number=hand.number,
        actor=hand.actor,
        at=hand.at,
        expected_seq=hand.seq,
    )


def _answer(session: Session, hand: Hand) -> None:
    step = _step(session, hand)
    choices = [str(choice) for choice in step.settings.get("choices") or ("yes", "no")]
    by_place = {str(place): choice for place, choice in enumerate(choices)}
    chosen = by_place.get(hand.rest)
    if chosen is None:
        raise NotAllowed(f"Step {step.number} has no such answer. Open it in the desk.")
    if _is_done(step, hand) and step.value == chosen:
        return
    _require_as_shown(step, hand)
    _require_read(session, hand)
    steps.answer(
        session,
        incident_key=hand.incident.key,
        number=hand.number,
        actor=hand.actor,
        at=hand.at,
        value=chosen,
        expected_seq=hand.seq,
    )


def _value(session: Session, hand: Hand) -> Reply:
    """What was seen has to be written down: that takes a dialog."""
    _require_as_shown(_step(session, hand), hand)
    return _asks("step_value", f"Step {hand.number}", hand.context)


def _more(session: Session, hand: Hand) -> Reply:
    step, outcome = _step(session, hand), hand.rest
    title = TITLES.get(outcome, "").format(number=hand.number)
    if not title:
        return NOTHING
    if outcome == "note":
        return _asks("step_note", title, hand.context)
    _require_as_shown(step, hand)
    return _asks("step_reason", title, {**hand.context, "outcome": outcome})


def _claim(session: Session, hand: Hand) -> None:
    _require_as_shown(_step(session, hand), hand)
    _require_read(session, hand)
    step_claims.claim(
        session,
        incident_key=hand.incident.key,
        number=hand.number,
        actor=hand.actor,
        at=hand.at,
        take_over_from=hand.rest,
        expected_seq=hand.seq,
    )


def _have(session: Session, hand: Hand) -> None:
    """ "I have it", of one page."""
    _require_responder(hand, "Only a responder can have it, so it still looks for one.")
    asked = page_rows.of_incident(session, hand.incident.id)
    page = next((page for page in asked if page.id == hand.number), None)
    if page is None or page.acknowledged_by == hand.actor.name:
        return
    if page.acknowledged_by:
        raise NotAllowed(f"{page.acknowledged_by} has it already.")
    _require_open(hand)
    pages.acknowledge(
        session,
        incident_key=hand.incident.key,
        page_id=page.id,
        actor=hand.actor,
        at=hand.at,
    )


def _page(_session: Session, hand: Hand) -> Reply:
    """Anybody may call for help. The first press only asks whom, and shows who is woken."""
    return _asks("page", "Page somebody", {"key": hand.incident.key})


def _update(_session: Session, hand: Hand) -> Reply:
    _require_responder(hand, "Only a responder may write the update.")
    return _asks("update", "Write the update", {"key": hand.incident.key})


def _step(session: Session, hand: Hand) -> Step:
    _require_responder(hand, "Only a responder may work on the steps.")
    _require_open(hand)
    in_run = step_rows.of_run_with(session, hand.incident.id, hand.number)
    return next(step for step in in_run if step.number == hand.number)


def _is_done(step: Step, hand: Hand) -> bool:
    """Whether this very person did so just now: a second click is the first one."""
    if step.outcome_seq <= hand.seq or step.settled_at is None:
        return False
    is_same = step.state == "done" and step.settled_by == hand.actor.name
    return is_same and hand.at - step.settled_at <= AGAIN_WITHIN


def _require_open(hand: Hand) -> None:
    if not hand.incident.open:
        raise NotAllowed(
            f"{hand.incident.key} is {hand.incident.status}. Open it in the desk to go on with it."
        )


def _require_as_shown(step: Step, hand: Hand) -> None:
    if step.outcome_seq <= hand.seq:
        return
    if step.state in SETTLED:
        raise NotAllowed(f"Step {step.number} is already {outcome_words(step)}.")
    raise NotAllowed(f"Step {step.number} has changed since. Look at the card, then press again.")


def _require_read(session: Session, hand: Hand) -> None:
    """The same place on the card was another step's button a moment ago."""
    offered = cards.offered_since(session, hand.incident, hand.number)
    if offered is not None and timedelta() <= hand.at - offered < MEANT_AFTER:
        raise NotAllowed(
            f"The card changed just as you pressed: it shows step {hand.number} now. "
            "Read it, then press again."
        )


def _require_let_in(session: Session, incident: Incident, actor: Actor, member: str) -> None:
    if not visibility.may_see(session, actor, incident):
        raise NotAllowed(f"{incident.key} is private. Ask one of its members to let you in.")
    known = slack_members.find(session, member)
    if known is not None and known.stranger and actor.person_id is None:
        raise NotAllowed("You belong to another company, so you can only read this here.")


def _require_responder(hand: Hand, sentence: str) -> None:
    if hand.actor.person_id is None and RANK[hand.actor.role] < RANK["responder"]:
        raise NotAllowed(f"{sentence} {HOW_TO_LINK.format(member=hand.member)}")
    require(hand.actor, "responder")


def _asks(name: str, title: str, context: Mapping[str, str]) -> Reply:
    return Reply(dialog=Asked(name, title, context))


def _whole(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


Deed = Callable[[Session, Hand], Reply | None]
DEEDS: Mapping[str, Deed] = {
    "step_done": _done,
    "step_answer": _answer,
    "step_value": _value,
    "step_more": _more,
    "step_claim": _claim,
    "card_have": _have,
    "card_page": _page,
    "update": _update,
}
