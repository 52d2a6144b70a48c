"""Commands on pages: ask for somebody, ask again, say "I have it", call it off."""

from datetime import datetime

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.rules import deliveries as delivery_rules
from incident.rules import pages as rules
from incident.rules.outcome import Event, NotAllowed, Notice, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.step_kinds.page import page_notice
from incident.rules.words import shortened
from incident.services import receipts
from incident.services import steps as step_services
from incident.services.record import record
from incident.services.scenes import scene_of
from incident.storage import incidents, outbox, pages, steps, targets
from incident.storage.incidents import Incident
from incident.storage.pages import LIVE, Page
from incident.storage.steps import Step

TEXT_LENGTH = 1000


def page(
    session: Session,
    *,
    incident_key: str,
    target: str,
    actor: Actor,
    at: datetime,
    text: str = "",
) -> Page:
    """Wake whoever stands behind a target. Asking twice wakes twice: it is deliberate."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    return page_locked(session, incident, target=target, actor=actor, at=at, text=text)


def page_locked(
    session: Session,
    incident: Incident,
    *,
    target: str,
    actor: Actor,
    at: datetime,
    text: str = "",
    cause: str = "",
) -> Page:
    """The same for an incident that is locked already. The same `cause` pages only once."""
    _require_open(incident)
    if targets.find(session, target) is None:
        raise NotAllowed(f"There is no page target “{target}”.")
    if cause and pages.last_generation(session, incident.id, cause):
        return pages.named(session, incident.id, cause, 1)
    cause = cause or f"page-{pages.count(session, incident.id) + 1}"
    text = shortened(text, TEXT_LENGTH)
    notice = Notice(
        integration="pagerduty",
        action="trigger",
        target=target,
        subject=rules.summary(
            severity=incident.severity, key=incident.key, title=incident.title, what=text
        ),
        cause=cause,
        settings={"severity": incident.severity, "path": f"/incidents/{incident.key}"},
    )
    what = f": {text}" if text else ""
    event = Event("page_requested", f"{actor.name} paged {target}{what}", {"target": target})
    record(session, incident, Outcome((event,), (notice,)), actor=actor, at=at)
    receipts.follow(session, incident, at)
    return pages.named(session, incident.id, cause, notice.generation)


def page_again(
    session: Session, *, incident_key: str, number: int, actor: Actor, at: datetime
) -> Page:
    """A deliberate second page of a step: a new alert, because an open one wakes nobody twice."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    _require_open(incident)
    in_run, step = _page_step(session, incident, number)
    if step.reached_at is None:
        raise NotAllowed(f"Step {number} has not been reached, so there is nothing to repeat.")
    earlier = _pages_of_step(session, incident, number)
    generation = max((before.generation for before in earlier), default=0) + 1
    again = Event(
        "page_requested",
        f"{actor.name} paged {step.settings['target']} again: {step.title}",
        {"target": step.settings["target"], "generation": generation},
        step=number,
    )
    for before in earlier:
        if before.state in LIVE:
            _withdraw(session, incident, before, f"{actor.name} paged again", actor=actor, at=at)
    notice = page_notice(step, scene_of(incident), generation=generation)
    record(session, incident, Outcome((again,), (notice,)), actor=actor, at=at, steps=in_run)
    receipts.follow(session, incident, at)
    return pages.named(session, incident.id, notice.cause, generation)


def acknowledge(
    session: Session,
    *,
    incident_key: str,
    actor: Actor,
    at: datetime,
    number: int | None = None,
    page_id: int | None = None,
    expected_seq: int | None = None,
) -> Incident:
    """ "I have it", for the page step `number`, or for the page `page_id`.

    PagerDuty is told, so that it stops waking people: only because a person said so.
    """
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    if page_id is not None:
        asked = _page_of(session, incident, page_id)
        number = asked.step
        if number is None:
            _take(session, incident, asked, [], actor=actor, at=at)
    elif number is None:
        raise NotAllowed("Say which page you have.")
    if number is not None:
        _take_step(session, incident, number, actor=actor, at=at, expected_seq=expected_seq)
    incident.acked_at = incident.acked_at or at
    receipts.follow(session, incident, at)
    return incident


def resolve_all(session: Session, incident: Incident, *, actor: Actor, at: datetime) -> None:
    """Call off every page of an incident that is over. `incident` must be locked.

    What PagerDuty may have is resolved there; what it cannot have is not sent any more.
    """
    reason = f"{incident.key} is {incident.status}"
    for asked in pages.of_incident(session, incident.id):
        if asked.state not in (*LIVE, "acknowledged", "superseded"):
            continue
        if _withdraw(session, incident, asked, reason, actor=actor, at=at):
            asked.state, asked.reason, asked.ended_at = "resolved", reason, at
            _tell_pagerduty(session, incident, asked, "resolve", actor=actor, at=at)


def drop_unsent(
    session: Session, incident: Incident, cause: str, reason: str, *, actor: Actor, at: datetime
) -> None:
    """Send nothing more of this cause's pages: another one takes their place."""
    for asked in pages.of_incident(session, incident.id):
        if asked.cause == cause and asked.state in LIVE:
            _withdraw(session, incident, asked, reason, actor=actor, at=at)


def _require_open(incident: Incident) -> None:
    if not incident.open:
        raise NotAllowed(f"{incident.key} is {incident.status}. Reopen it before you page.")


def _page_step(session: Session, incident: Incident, number: int) -> tuple[list[Step], Step]:
    in_run = steps.of_run_with(session, incident.id, number)
    step = next(step for step in in_run if step.number == number)
    if step.kind != "page":
        raise NotAllowed(f"Step {number} pages nobody.")
    return in_run, step


def _pages_of_step(session: Session, incident: Incident, number: int) -> list[Page]:
    return [found for found in pages.of_incident(session, incident.id) if found.step == number]


def _page_of(session: Session, incident: Incident, page_id: int) -> Page:
    found = session.get(Page, page_id)
    if found is None or found.incident_id != incident.id:
        raise NoResultFound(f"{incident.key} has no page {page_id}.")
    return found


def _take_step(
    session: Session,
    incident: Incident,
    number: int,
    *,
    actor: Actor,
    at: datetime,
    expected_seq: int | None,
) -> None:
    """Acknowledge what rings for a step. One that is settled otherwise stays as it is."""
    live = [found for found in _pages_of_step(session, incident, number) if found.state in LIVE]
    if live and not step_services.is_waiting(session, incident, number):
        in_run, _ = _page_step(session, incident, number)
        for page in live:
            _take(session, incident, page, in_run, actor=actor, at=at)
        return
    step_services.acknowledge_step(
        session, incident, number, actor=actor, at=at, expected_seq=expected_seq
    )
    for page in live:
        _mark_taken(session, incident, page, actor=actor, at=at)


def _take(
    session: Session,
    incident: Incident,
    page: Page,
    in_run: list[Step],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Acknowledge a page that settles no step."""
    if page.acknowledged_by is not None:
        raise NotAllowed(f"{page.acknowledged_by} has it already.")
    if page.state not in LIVE:
        raise NotAllowed(f"Nobody is being paged: {page.reason or page.state}.")
    event = Event(
        "page_acknowledged",
        f"{actor.name} has it: the page to {page.target}",
        {"target": page.target},
        step=page.step,
        key_moment=True,
    )
    record(session, incident, Outcome((event,)), actor=actor, at=at, steps=in_run)
    _mark_taken(session, incident, page, actor=actor, at=at)


def _mark_taken(
    session: Session, incident: Incident, page: Page, *, actor: Actor, at: datetime
) -> None:
    reason = f"{actor.name} has it"
    known = _withdraw(session, incident, page, reason, actor=actor, at=at)
    page.state, page.acknowledged_at, page.acknowledged_by = "acknowledged", at, actor.name
    if known:
        _tell_pagerduty(session, incident, page, "acknowledge", actor=actor, at=at)


def _withdraw(
    session: Session, incident: Incident, page: Page, reason: str, *, actor: Actor, at: datetime
) -> bool:
    """Send nothing more of this page. Says whether PagerDuty may have it all the same.

    An attempt under way cannot be called back: what follows waits for it, because it has
    the same dedup_key.
    """
    trigger = next(d for d in outbox.of_page_locked(session, page.id) if d.action == "trigger")
    if trigger.state == "due":
        trigger.state, trigger.settled_at, trigger.last_error = "superseded", at, reason
        told = delivery_rules.superseded(trigger, reason)
        record(session, incident, Outcome((told,) if told else ()), actor=actor, at=at)
        if page.state in LIVE:
            page.state, page.reason, page.ended_at = "superseded", reason, at
    return trigger.state in ("sending", "sent") or trigger.maybe_sent


def _tell_pagerduty(
    session: Session, incident: Incident, page: Page, action: str, *, actor: Actor, at: datetime
) -> None:
    notice = Notice(
        integration="pagerduty",
        action=action,
        target=page.target,
        subject=page.summary,
        cause=page.cause,
        generation=page.generation,
        step=page.step,
    )
    record(session, incident, Outcome(notices=(notice,)), actor=actor, at=at)
