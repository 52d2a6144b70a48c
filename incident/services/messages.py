"""The message that a delivery becomes, or why it should not go out any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from incident.integrations.notifier import Message, NotSent, TryAgain
from incident.rules import alarms, budgets, catch_up, spoken
from incident.rules.deliveries import HELD
from incident.services import discretion, page_alarms, receipts
from incident.services.catch_up import summary_for
from incident.storage import lateness, outbox, sealed, targets, timeline
from incident.storage import receipts as receipt_rows
from incident.storage.incidents import Incident
from incident.storage.outbox import UNFINISHED, Delivery
from incident.storage.pages import RINGING, Page

# Slack dates a post by its own clock, which may differ from ours.
LOOKED_BACK = timedelta(seconds=60)

Owed = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class Moot:
    """Nobody wants the message any more."""

    reason: str


@dataclass(frozen=True, slots=True)
class Late:
    """A page that was due so long ago, at `due` in words, that a person should be asked first."""

    due: str


def objection_to(
    session: Session, delivery: Delivery, page: Page | None, *, now: datetime, owed_at: Owed
) -> Moot | Late | TryAgain | NotSent | None:
    """`owed_at` says when what was due at a moment really came due, if the clock was set since."""
    if delivery.drill:
        return NotSent("this is a drill")
    if page is not None:
        found = _objection_to_page(session, delivery, page)
        return found or _too_late(session, delivery, owed_at(delivery.due_at), now)
    original = delivery.settings.get("update_of")
    if original:
        return _objection_to_edit(session, delivery, str(original))
    if page_alarms.is_answered(session, delivery):
        return Moot("somebody has it")
    if receipts.is_outdated(session, delivery) or page_alarms.is_outdated(session, delivery):
        return Moot("it is so no longer")
    if now - delivery.created_at > catch_up.STALE_AFTER and summary_for(session, delivery):
        return Moot(catch_up.REASON)
    return discretion.objection_to(session, delivery)


def _objection_to_page(session: Session, delivery: Delivery, page: Page) -> Moot | None:
    if delivery.action == "trigger":
        return None if page.state in RINGING else Moot(why_over(page))
    trigger = next(d for d in outbox.of_page(session, page.id) if d.action == "trigger")
    known = trigger.state == "sent" or trigger.maybe_sent
    if delivery.action == HELD:
        if page.state not in RINGING:
            return Moot(why_over(page))
        if _is_over_there(session, page):
            return Moot("it was resolved in PagerDuty")
    return None if known else Moot("PagerDuty never had the page")


def _is_over_there(session: Session, page: Page) -> bool:
    """Nobody is left to page after it, and PagerDuty has closed it: a note would open it anew,
    and wake somebody with nothing but a number."""
    if page.state != "exhausted":
        return False
    told = timeline.of_kinds(session, page.incident_id, [page_alarms.ALARM])
    about = [line.data.get("kind") for line in told if line.data.get("page") == page.id]
    return alarms.RESOLVED in about


def _too_late(
    session: Session, delivery: Delivery, owed_at: datetime, now: datetime
) -> Late | None:
    """Only waking somebody is ever too late. What is still being tried is due anew each time."""
    if delivery.action != "trigger" or not lateness.is_stale(session, delivery, owed_at, now):
        return None
    incident = session.get_one(Incident, delivery.incident_id)
    return Late(spoken.moment(delivery.due_at, incident.zone))


def why_over(page: Page) -> str:
    if page.acknowledged_by:
        return f"{page.acknowledged_by} has it"
    return page.reason or f"it is {page.state}"


def _objection_to_edit(
    session: Session, delivery: Delivery, intent_key: str
) -> Moot | TryAgain | None:
    """It needs a message to edit; and after an outage only the last wording matters."""
    last = receipt_rows.newest(session, delivery.incident_id, delivery.dedup_key)
    if last is not None and last.id > delivery.id:
        return Moot("a later wording follows")
    original = outbox.by_intent(session, intent_key)
    if original is not None and original.state in UNFINISHED:
        return TryAgain("The message to edit is not posted yet")
    if original is None or not original.receipt:
        return Moot("there is no message to edit")
    return None


def message_of(
    session: Session, delivery: Delivery, page: Page | None, *, public_url: str, at: datetime
) -> Message:
    secret = ""
    if page is not None and page.routing_key_id is not None:
        secret = sealed.unseal(targets.secret_of(session, page.routing_key_id))
    return Message(
        delivery_id=delivery.id,
        action=delivery.action,
        target=delivery.target,
        subject=_subject(delivery, page),
        dedup_key=delivery.dedup_key,
        intent_key=delivery.intent_key,
        settings=_settings(session, delivery, public_url) | _there(page) | _missed(delivery, at),
        secret=secret,
        attempt=delivery.attempts,
        maybe_sent=delivery.maybe_sent,
        drill=delivery.drill,
    )


def _subject(delivery: Delivery, page: Page | None) -> str:
    """A note counts what is held back when it goes out, not when it was promised."""
    if page is None or delivery.action != HELD:
        return delivery.subject
    return f"{delivery.subject} ({budgets.note(page.held)})"


def _there(page: Page | None) -> dict[str, Any]:
    """PagerDuty's own number of the incident, as soon as it is known."""
    return {"pagerduty_id": page.pagerduty_id} if page is not None and page.pagerduty_id else {}


def _missed(delivery: Delivery, at: datetime) -> dict[str, Any]:
    """The words of a summary of what Slack missed, up to this moment."""
    told = delivery.settings
    if "away_since" not in told:
        return {}
    words = catch_up.words(
        datetime.fromisoformat(told["away_since"]),
        at,
        left_out=int(told["left_out"]),
        last=str(told["last"]),
        zone=str(told["zone"]),
    )
    return {"text": words, "link_label": "Open the incident"}


def _settings(session: Session, delivery: Delivery, public_url: str) -> dict[str, Any]:
    """What the rule asked for, with our own address, and with the place of a message to edit.
    Whoever looks whether a post is there already need not look further back than `since`."""
    settings = dict(delivery.settings)
    if delivery.integration == outbox.SLACK:
        settings["since"] = f"{(delivery.created_at - LOOKED_BACK).timestamp():.6f}"
    if "path" in settings:
        settings["link"] = f"{public_url}{settings['path']}"
    original = settings.get("update_of")
    found = outbox.by_intent(session, str(original)) if original else None
    if found is not None and found.receipt:
        settings |= {name: found.receipt[name] for name in ("channel", "ts")}
    return settings
