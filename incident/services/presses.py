"""Buttons pressed below our messages in Slack. Pressing one twice changes nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from incident.rules import cord as rules
from incident.rules.dialogs import Reply
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.receipts import DEAD, LIVE, Words
from incident.services import (
    card_presses,
    cord_dialogs,
    hands,
    incidents,
    pages,
    pulls,
    receipts,
    second_cries,
)
from incident.services.hands import Hand, Press
from incident.services.members import actor_for
from incident.services.record import record
from incident.services.visibility import may_see
from incident.storage import incidents as incident_rows
from incident.storage import pages as page_rows

__all__ = ["Press", "press", "refuse"]

UNDER_WAY = ("promised", *LIVE, "exhausted")
DIGEST_LENGTH = 8
# Whoever sees the receipt may call for help by it, even where they may not see the incident.
CALLS = ("page_now", "page_again", "new_emergency", "page_anyway")
PRIVATE = "{key} is private. One of its members or an admin can let you in."


def press(session: Session, pressed: Press, *, at: datetime) -> Reply | None:
    """Do what the button says, or raise NotAllowed with a sentence for whoever pressed it.

    The reply is what only they see; most presses need none.
    """
    deed = DEEDS.get(pressed.action)
    if deed is None:
        return card_presses.press(session, pressed, at=at)
    incident = incident_rows.lock(session, pressed.incident_key)
    actor = actor_for(session, pressed.member, pressed.member_name)
    if pressed.action not in CALLS and not may_see(session, actor, incident):
        raise NotAllowed(PRIVATE.format(key=incident.key))
    reply = deed(session, Hand(pressed, incident, actor, at))
    receipts.follow(session, incident, at)
    return reply


def refuse(session: Session, pressed: Press, sentence: str, *, at: datetime) -> None:
    """Say it to whoever pressed, in the thread, and on the timeline. The same once only."""
    incident = incident_rows.lock(session, pressed.incident_key)
    actor = actor_for(session, pressed.member, pressed.member_name)
    digest = sha256(f"{pressed.action} {sentence}".encode()).hexdigest()[:DIGEST_LENGTH]
    cause = f"refusal-{pressed.member}-{digest}"
    if receipts.was_said(session, incident, cause):
        return
    what = pressed.action.replace("_", " ")
    event = Event("press_refused", f"{actor.name} pressed “{what}”, refused: {sentence}")
    record(session, incident, Outcome((event,)), actor=actor, at=at)
    receipts.say(
        session,
        incident,
        Words("refusal", sentence),
        cause=cause,
        at=at,
        thread_ts=pressed.thread_ts,
        mentions=[pressed.member],
    )


def _page_now(session: Session, hand: Hand) -> None:
    """Do not wait for the grace. Whoever presses second finds it done."""
    hands.require_open(hand)
    last = hands.last_page(session, hand.incident)
    if last is not None and last.state in (*UNDER_WAY, *DEAD, "acknowledged"):
        return
    hands.cancel_grace(session, hand)
    pull = pulls.pull_for(session, hand.incident)
    why = "pressed “Page now” in Slack"
    pulls.page(session, hand.incident, pull, actor=hand.actor, why=why, at=hand.at)


def _page_again(session: Session, hand: Hand) -> None:
    """A new page, unless somebody has already asked for another since this button was shown."""
    hands.require_open(hand)
    last = hands.last_page(session, hand.incident)
    if last is None:
        _page_now(session, hand)
    elif last.generation == hand.press.number:
        pull = pulls.pull_for(session, hand.incident)
        why = "pressed “Page again” in Slack"
        pulls.page(session, hand.incident, pull, actor=hand.actor, why=why, at=hand.at)


def _call_off(session: Session, hand: Hand) -> Reply | None:
    """Not an emergency, or a false alarm: which of the two it is depends on the page. It is over
    at once; why is asked afterwards."""
    if hand.incident.status == "declined":
        return None
    paged = hands.require_may_stand_down(session, hand)
    hands.cancel_grace(session, hand)
    what = "False alarm" if paged else "Not an emergency"
    incidents.move_locked(
        session,
        hand.incident,
        action="decline",
        actor=hand.actor,
        at=hand.at,
        reason=f"{what}, pressed in Slack",
    )
    return Reply(dialog=cord_dialogs.ask_why(hand))


def _same_as(session: Session, hand: Hand) -> Reply:
    """Which other one it is, is asked in a dialog: nothing happens before that."""
    hands.require_open(hand)
    hands.require_may_stand_down(session, hand)
    return Reply(dialog=cord_dialogs.ask_which(hand))


def _i_have_it(session: Session, hand: Hand) -> None:
    """A responder is awake. What PagerDuty still rings for is acknowledged there."""
    rules.require_responder(hand.actor, member=hand.press.member)
    hands.require_open(hand)
    asked = page_rows.of_incident(session, hand.incident.id)
    under_way = [page for page in asked if page.state in UNDER_WAY]
    ringing = [page for page in under_way if page.step is None] or under_way[-1:]
    if not ringing and any(hands.answered(page, hand) for page in asked):
        return
    holder = next((page.acknowledged_by for page in asked if page.acknowledged_by), None)
    if not ringing and holder:
        raise NotAllowed(f"{holder} has it already.")
    for page in ringing:
        if page.state not in UNDER_WAY:
            continue  # Another page of the same ladder took it along.
        pages.acknowledge(
            session,
            incident_key=hand.incident.key,
            actor=hand.actor,
            at=hand.at,
            page_id=page.id,
        )
    if not ringing:
        _take_unpaged(session, hand)


def _take_unpaged(session: Session, hand: Hand) -> None:
    """Nobody was paged, but somebody is awake all the same."""
    if hand.incident.acked_at is not None:
        return
    hands.cancel_grace(session, hand)
    event = Event(
        receipts.TAKEN, f"{hand.actor.name} has it, although nobody was paged", key_moment=True
    )
    record(session, hand.incident, Outcome((event,)), actor=hand.actor, at=hand.at)
    hand.incident.acked_at = hand.at


Deed = Callable[[Session, Hand], Reply | None]
DEEDS: Mapping[str, Deed] = {
    "page_now": _page_now,
    "page_again": _page_again,
    "not_an_emergency": _call_off,
    "false_alarm": _call_off,
    "i_have_it": _i_have_it,
    "same_as": _same_as,
    "same_incident": second_cries.same_incident,
    "new_emergency": second_cries.new_emergency,
    "page_anyway": second_cries.new_emergency,
}
