"""Commands on pages: ask for somebody, ask again, say "I have it", call it off."""

from datetime import datetime

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.rules import ladder as ladder_rules
from incident.rules import pages as rules
from incident.rules.outcome import Event, NotAllowed, Notice, Outcome
from incident.rules.permissions import DESK, Actor, require
from incident.rules.step_kinds.page import page_notice
from incident.rules.words import shortened
from incident.services import followups, ladder, page_timers, receipts, storms
from incident.services import steps as step_services
from incident.services.record import record
from incident.services.scenes import scene_of
from incident.storage import incidents, pages, steps, targets
from incident.storage.incidents import Incident
from incident.storage.pages import RINGING, Page
from incident.storage.steps import Step

TEXT_LENGTH = 1000
CALLED_OFF = ("resolved", "superseded")


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
    found = targets.find(session, target)
    if found is None or found.proving:
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
    cause = f"step-{number}"
    generation = pages.last_generation(session, incident.id, cause) + 1
    again = Event(
        "page_requested",
        f"{actor.name} paged {step.settings['target']} again: {step.title}",
        {"target": step.settings["target"], "generation": generation},
        step=number,
    )
    reason = f"{actor.name} paged again"
    follows = drop_unsent(session, incident, cause, reason, actor=actor, at=at)
    notice = page_notice(step, scene_of(incident), generation=generation, follows=follows)
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
    asked = _page_of(session, incident, page_id) if page_id is not None else None
    number = asked.step if asked is not None else number
    if number is not None:
        _take_step(session, incident, number, asked, actor=actor, at=at, expected_seq=expected_seq)
    elif asked is not None:
        _take(session, incident, asked, actor=actor, at=at)
    else:
        raise NotAllowed("Say which page you have.")
    return incident


def resolve_all(session: Session, incident: Incident, *, actor: Actor, at: datetime) -> None:
    """Call off every page of an incident that is over. `incident` must be locked.

    What PagerDuty may have is resolved there; what it cannot have is not sent any more.
    """
    reason = f"{incident.key} is {incident.status}"
    page_timers.cancel_all(session, incident, at=at)
    for asked in pages.of_incident(session, incident.id):
        over = asked.state in ("acknowledged", "superseded")
        if not over and not followups.may_ring(session, asked):
            continue
        if followups.withdraw(session, incident, asked, reason, actor=actor, at=at):
            asked.state, asked.reason, asked.ended_at = "resolved", reason, at
            followups.tell_pagerduty(session, incident, asked, "resolve", actor=actor, at=at)


def tell_what_stopped(session: Session, incident: Incident, *, at: datetime) -> None:
    """An incident that is open again pages nobody by itself: say which steps still wait."""
    newest = {page.step: page for page in pages.of_incident(session, incident.id)}
    waiting = [step for step in steps.of_incident(session, incident.id) if step.state == "waiting"]
    for step in waiting:
        page = newest.get(step.number)
        if page is None or page.state not in CALLED_OFF:
            continue
        text = f"NOBODY IS BEING PAGED for step {step.number}: {page.target} was called off"
        event = Event("page_stopped", text, {"target": page.target}, step.number, key_moment=True)
        record(session, incident, Outcome((event,)), actor=DESK, at=at, steps=waiting)


def drop_unsent(
    session: Session, incident: Incident, cause: str, reason: str, *, actor: Actor, at: datetime
) -> int | None:
    """Send nothing more of this cause's pages: another one takes their place. Returns the page
    that it follows, if there is one."""
    earlier = pages.of_cause(session, incident.id, cause)
    for asked in earlier:
        if asked.state in RINGING:
            followups.withdraw(session, incident, asked, reason, actor=actor, at=at)
    return earlier[-1].id if earlier else None


def _require_open(incident: Incident) -> None:
    if not incident.open:
        raise NotAllowed(f"{incident.key} is {incident.status}. Reopen it before you page.")


def _page_step(session: Session, incident: Incident, number: int) -> tuple[list[Step], Step]:
    in_run = steps.of_run_with(session, incident.id, number)
    step = next(step for step in in_run if step.number == number)
    if step.kind != "page":
        raise NotAllowed(f"Step {number} pages nobody.")
    return in_run, step


def _page_of(session: Session, incident: Incident, page_id: int) -> Page:
    found = session.get(Page, page_id)
    if found is None or found.incident_id != incident.id:
        raise NoResultFound(f"{incident.key} has no page {page_id}.")
    return found


def _take_step(
    session: Session,
    incident: Incident,
    number: int,
    asked: Page | None,
    *,
    actor: Actor,
    at: datetime,
    expected_seq: int | None,
) -> None:
    """Acknowledge what rings for a step. One that is settled otherwise stays as it is."""
    ringing = [page for page in pages.of_incident(session, incident.id) if _rings(page, number)]
    instead = None if ringing else storms.ringing_instead(session, incident, number)
    if instead is not None:
        _take(session, incident, instead, actor=actor, at=at)
        return
    if not ringing:
        step_services.acknowledge_step(
            session, incident, number, actor=actor, at=at, expected_seq=expected_seq
        )
        incident.acked_at = incident.acked_at or at
        receipts.follow(session, incident, at)
        return
    page = asked if asked in ringing else ringing[-1]
    _take(session, incident, page, actor=actor, at=at, expected_seq=expected_seq)


def _rings(page: Page, number: int) -> bool:
    return page.step == number and page.state in RINGING


def _take(
    session: Session,
    incident: Incident,
    page: Page,
    *,
    actor: Actor,
    at: datetime,
    expected_seq: int | None = None,
) -> None:
    if ladder.answered(
        session,
        incident,
        page,
        who=actor.name,
        actor=actor,
        at=at,
        expected_seq=expected_seq,
    ):
        return
    if page.acknowledged_by is not None:
        raise NotAllowed(f"{page.acknowledged_by} has it already.")
    if page.state in RINGING:
        missing = ladder_rules.joined(ladder_rules.owing(page.everyone, page.answers))
        raise NotAllowed(f"You have answered it already. It still waits for {missing}.")
    raise NotAllowed(f"Nobody is being paged: {page.reason or page.state}.")
