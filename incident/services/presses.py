"""Buttons pressed below our messages in Slack. Pressing one twice changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from incident.rules import cord as rules
from incident.rules.ladder import has_answered
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import RANK, Actor
from incident.rules.receipts import DEAD, LIVE, Words
from incident.services import cord, incidents, pages, pulls, receipts
from incident.services.members import actor_for
from incident.services.record import record
from incident.storage import incidents as incident_rows
from incident.storage import pages as page_rows
from incident.storage import signals, timers
from incident.storage.incidents import Incident
from incident.storage.pages import Page
from incident.storage.signals import Signal

UNDER_WAY = ("promised", *LIVE, "exhausted")
DIGEST_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed what. `value` is "INC-42", or "INC-42:7" where a button is about a seventh."""

    action: str
    value: str
    member: str
    member_name: str = ""
    thread_ts: str = ""

    @property
    def incident_key(self) -> str:
        return self.value.partition(":")[0]

    @property
    def number(self) -> int:
        """The signal or the generation that the button names, 0 if none."""
        digits = self.value.partition(":")[2]
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


@dataclass(frozen=True, slots=True)
class Hand:
    """A press, and what it is about. The incident is locked."""

    press: Press
    incident: Incident
    actor: Actor
    at: datetime


def press(session: Session, pressed: Press, *, at: datetime) -> None:
    """Do what the button says, or raise NotAllowed with a sentence for whoever pressed it."""
    deed = DEEDS.get(pressed.action)
    if deed is None:
        return
    incident = incident_rows.lock(session, pressed.incident_key)
    actor = actor_for(session, pressed.member, pressed.member_name)
    deed(session, Hand(pressed, incident, actor, at))
    receipts.follow(session, incident, at)


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
    _require_open(hand)
    last = _last_page(session, hand.incident)
    if last is not None and last.state in (*UNDER_WAY, *DEAD, "acknowledged"):
        return
    _cancel_grace(session, hand)
    pull = pulls.pull_for(session, hand.incident)
    why = "pressed “Page now” in Slack"
    pulls.page(session, hand.incident, pull, actor=hand.actor, why=why, at=hand.at)


def _page_again(session: Session, hand: Hand) -> None:
    """A new page, unless somebody has already asked for another since this button was shown."""
    _require_open(hand)
    last = _last_page(session, hand.incident)
    if last is None:
        _page_now(session, hand)
    elif last.generation == hand.press.number:
        pull = pulls.pull_for(session, hand.incident)
        why = "pressed “Page again” in Slack"
        pulls.page(session, hand.incident, pull, actor=hand.actor, why=why, at=hand.at)


def _call_off(session: Session, hand: Hand) -> None:
    """Not an emergency, or a false alarm: which of the two it is depends on the page."""
    if hand.incident.status == "declined":
        return
    last = _last_page(session, hand.incident)
    paged = last is not None and last.state not in DEAD
    said = receipts.author_of(session, hand.incident)
    rules.require_may_stand_down(
        hand.actor,
        member=hand.press.member,
        is_author=said is not None and said.said_by == hand.press.member != "",
        paged=paged,
        has_it=_has_it(session, hand),
    )
    _cancel_grace(session, hand)
    what = "False alarm" if paged else "Not an emergency"
    incidents.move_locked(
        session,
        hand.incident,
        action="decline",
        actor=hand.actor,
        at=hand.at,
        reason=f"{what}, pressed in Slack",
    )


def _i_have_it(session: Session, hand: Hand) -> None:
    """A responder is awake. What PagerDuty still rings for is acknowledged there."""
    rules.require_responder(hand.actor, member=hand.press.member)
    _require_open(hand)
    asked = page_rows.of_incident(session, hand.incident.id)
    under_way = [page for page in asked if page.state in UNDER_WAY]
    ringing = [page for page in under_way if page.step is None] or under_way[-1:]
    if not ringing and any(_answered(page, hand) for page in asked):
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
    _cancel_grace(session, hand)
    event = Event(
        receipts.TAKEN, f"{hand.actor.name} has it, although nobody was paged", key_moment=True
    )
    record(session, hand.incident, Outcome((event,)), actor=hand.actor, at=hand.at)
    hand.incident.acked_at = hand.at


def _same_incident(session: Session, hand: Hand) -> None:
    """It is about the incident that is open. A responder says so of every message in question,
    its author of the one message."""
    signal = _signal(session, hand)
    if signal is None or signal.state == "joined":
        return
    if signal.state != "asked":
        raise NotAllowed("That message has opened an incident of its own already.")
    rules.require_may_stand_down(
        hand.actor,
        member=hand.press.member,
        is_author=cord.cry_in(signal).said_by == hand.press.member != "",
        paged=False,
        has_it=_has_it(session, hand),
    )
    is_responder = RANK[hand.actor.role] >= RANK["responder"]
    in_question = signals.of_incident(session, hand.incident.id, "asked")
    for asked in in_question if is_responder else [signal]:
        _call_same(session, hand, asked)


def _call_same(session: Session, hand: Hand, signal: Signal) -> None:
    _cancel_question(session, hand, signal)
    signal.state = "joined"
    title = cord.cry_in(signal).title
    event = Event("report_joined", f"{hand.actor.name}: the same emergency. {title}")
    record(session, hand.incident, Outcome((event,)), actor=hand.actor, at=hand.at)
    text = f"Same as {hand.incident.key}, said {hand.actor.name}."
    value = f"{hand.incident.key}:{signal.id}"
    cord.close_question(session, hand.incident, signal, text, at=hand.at, value=value)


def _new_emergency(session: Session, hand: Hand) -> None:
    """It is another emergency after all: open it, and page at once."""
    signal = _signal(session, hand)
    if signal is None or signal.state == "opened":
        return
    _cancel_question(session, hand, signal)
    pull, said = pulls.pull_for(session, hand.incident), cord.cry_in(signal)
    opened = pulls.open_at_once(
        session, pull, said, actor=hand.actor, why="said in Slack that it is new", at=hand.at
    )
    signal.state, signal.incident_id = "opened", opened.id
    text = f"{hand.actor.name}: another emergency, {opened.key}"
    record(
        session,
        hand.incident,
        Outcome((Event("report_separated", text, {"incident": opened.key}),)),
        actor=hand.actor,
        at=hand.at,
    )
    told = f"Opened {opened.key}, asked for by {hand.actor.name}."
    cord.close_question(session, hand.incident, signal, told, at=hand.at)


def _require_open(hand: Hand) -> None:
    if not hand.incident.open:
        raise NotAllowed(
            f"{hand.incident.key} is {hand.incident.status}. Write a new message in the channel."
        )


def _last_page(session: Session, incident: Incident) -> Page | None:
    """The newest page of the cord itself."""
    asked = page_rows.of_incident(session, incident.id)
    return next((page for page in reversed(asked) if receipts.is_of_cord(page)), None)


def _has_it(session: Session, hand: Hand) -> bool:
    """Whether this person answered a page of the incident."""
    asked = page_rows.of_incident(session, hand.incident.id)
    return hand.actor.person_id is not None and any(_answered(page, hand) for page in asked)


def _answered(page: Page, hand: Hand) -> bool:
    """Whether this person has the page, alone or with others who all had to answer."""
    return page.acknowledged_by is not None and has_answered(hand.actor.name, page.answers)


def _cancel_grace(session: Session, hand: Hand) -> None:
    grace = receipts.grace_of(session, hand.incident)
    if grace is not None and grace.state == "due":
        grace.state, grace.settled_at = "cancelled", hand.at


def _cancel_question(session: Session, hand: Hand, signal: Signal) -> None:
    question = timers.find(session, f"{cord.SECOND_CRY}-{signal.id}")
    if question is not None and question.state == "due":
        question.state, question.settled_at = "cancelled", hand.at


def _signal(session: Session, hand: Hand) -> Signal | None:
    """The message that the button is about, if it is one of this incident's."""
    found = signals.find(session, hand.press.number)
    if found is None or found.incident_id is None:
        return None
    is_this_ones = found.incident_id == hand.incident.id or found.state == "opened"
    return found if is_this_ones else None


Deed = Callable[[Session, Hand], None]
DEEDS: Mapping[str, Deed] = {
    "page_now": _page_now,
    "page_again": _page_again,
    "not_an_emergency": _call_off,
    "false_alarm": _call_off,
    "i_have_it": _i_have_it,
    "same_incident": _same_incident,
    "new_emergency": _new_emergency,
    "page_anyway": _new_emergency,
}
