"""A button that was pressed in Slack: by whom, and what it is about."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import cord as rules
from incident.rules.ladder import has_answered
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.rules.receipts import DEAD
from incident.services import receipts
from incident.storage import pages as page_rows
from incident.storage.incidents import Incident
from incident.storage.pages import Page


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


def require_open(hand: Hand) -> None:
    if not hand.incident.open:
        raise NotAllowed(
            f"{hand.incident.key} is {hand.incident.status}. Write a new message in the channel."
        )


def last_page(session: Session, incident: Incident) -> Page | None:
    """The newest page of the cord itself."""
    asked = page_rows.of_incident(session, incident.id)
    return next((page for page in reversed(asked) if receipts.is_of_cord(page)), None)


def has_it(session: Session, hand: Hand) -> bool:
    """Whether this person answered a page of the incident."""
    asked = page_rows.of_incident(session, hand.incident.id)
    return hand.actor.person_id is not None and any(answered(page, hand) for page in asked)


def answered(page: Page, hand: Hand) -> bool:
    """Whether this person has the page, alone or with others who all had to answer."""
    return page.acknowledged_by is not None and has_answered(hand.actor.name, page.answers)


def cancel_grace(session: Session, hand: Hand) -> None:
    grace = receipts.grace_of(session, hand.incident)
    if grace is not None and grace.state == "due":
        grace.state, grace.settled_at = "cancelled", hand.at


def require_may_stand_down(session: Session, hand: Hand) -> bool:
    """Whether somebody was paged for the incident, by the cord or by hand, on any rung; refuses
    whoever may not call it off."""
    asked = page_rows.of_incident(session, hand.incident.id)
    paged = any(page.state not in DEAD for page in asked)
    said = receipts.author_of(session, hand.incident)
    rules.require_may_stand_down(
        hand.actor,
        member=hand.press.member,
        is_author=said is not None and said.said_by == hand.press.member != "",
        paged=paged,
        has_it=has_it(session, hand),
    )
    return paged
