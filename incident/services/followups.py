"""What comes after a page: it is withdrawn, or PagerDuty is told what became of it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import deliveries as delivery_rules
from incident.rules.outcome import Notice, Outcome
from incident.rules.permissions import Actor
from incident.services import page_timers
from incident.services.record import record
from incident.storage import outbox, people
from incident.storage.incidents import Incident
from incident.storage.pages import RINGING, Page


def may_ring(session: Session, page: Page) -> bool:
    """Whether it rings, or may: PagerDuty refused it in the end, or it came too late, but an
    attempt before that may have arrived."""
    if page.state not in ("refused", "not_sent"):
        return page.state in RINGING
    return any(d.action == "trigger" and d.maybe_sent for d in outbox.of_page(session, page.id))


def withdraw(
    session: Session, incident: Incident, page: Page, reason: str, *, actor: Actor, at: datetime
) -> bool:
    """Send nothing more of this page. Says whether PagerDuty may have it all the same.

    An attempt under way cannot be called back: what follows waits for it, because it has
    the same dedup_key.
    """
    sent = outbox.of_page_locked(session, page.id)
    trigger = next((delivery for delivery in sent if delivery.action == "trigger"), None)
    if trigger is None:
        return False
    if trigger.state == "due":
        trigger.state, trigger.settled_at, trigger.last_error = "superseded", at, reason
        told = delivery_rules.superseded(trigger, reason)
        record(session, incident, Outcome((told,) if told else ()), actor=actor, at=at)
        if page.state in RINGING:
            page.state, page.reason, page.ended_at = "superseded", reason, at
            page_timers.cancel(session, page, at=at)
    return trigger.state in ("sending", "sent") or trigger.maybe_sent


def tell_pagerduty(
    session: Session,
    incident: Incident,
    page: Page,
    action: str,
    *,
    actor: Actor,
    at: datetime,
    settings: Mapping[str, object] | None = None,
) -> None:
    """The same may have to be told again: an "I have it" after the first one lapsed."""
    sent = outbox.of_page(session, page.id)
    notice = Notice(
        integration="pagerduty",
        action=action,
        target=page.target,
        subject=page.summary,
        cause=page.cause,
        generation=page.generation,
        step=page.step,
        settings={**in_name_of(session, actor), **(settings or {})},
        turn=1 + sum(delivery.action == action for delivery in sent),
    )
    record(session, incident, Outcome(notices=(notice,)), actor=actor, at=at)


def in_name_of(session: Session, actor: Actor) -> dict[str, object]:
    """Who did it, and the address by which PagerDuty may know them."""
    person = people.find(session, actor.person_id) if actor.person_id is not None else None
    return {"by": actor.name, **({"from": person.email} if person is not None else {})}
