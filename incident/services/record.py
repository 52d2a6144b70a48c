"""Writes down what a rule decided. The only writer of timeline, pages and deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import budgets as budget_rules
from incident.rules import ladder, paces, spoken
from incident.rules import pages as page_rules
from incident.rules.outcome import Change, Event, Measure, Notice, Outcome
from incident.rules.permissions import DESK, Actor
from incident.rules.progress import UNTOUCHED
from incident.rules.urgency import urgency_of
from incident.services import budgets, page_timers
from incident.storage import effects, installs, outbox, pages, targets, watch
from incident.storage.effects import Effect
from incident.storage.failpoints import failpoint
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import Page
from incident.storage.steps import Step
from incident.storage.targets import Target
from incident.storage.timeline import TimelineEvent

NOTE = "note_held"


def record(
    session: Session,
    incident: Incident,
    outcome: Outcome,
    *,
    actor: Actor,
    at: datetime,
    steps: Sequence[Step] = (),
) -> None:
    """Steps, timeline, pages and outbox together, in the caller's transaction.

    `incident` must be locked. `steps` are the rows that the outcome's changes are about.
    """
    by_number = {step.number: step for step in steps}
    for event in outcome.events:
        _append(session, incident, event, by_number, actor=actor, at=at)
    for change in outcome.changes:
        _change(by_number[change.number], change, seq=incident.last_seq)
    for measure in outcome.measures:
        _begin(session, incident, measure, actor=actor, at=at)
    failpoint("record-half")
    for notice in outcome.notices:
        _promise(session, incident, notice, by_number, actor=actor, at=at)
    session.info["recorded"] = True
    watch.tell_other_processes(session)


def _change(step: Step, change: Change, *, seq: int) -> None:
    """New values, and the numbers by which a screen knows that it is behind."""
    before = step.state
    for name, value in change.fields.items():
        setattr(step, name, value)
    step.changed_seq = seq
    if not {before, step.state} <= UNTOUCHED:
        step.outcome_seq = seq


def _begin(
    session: Session, incident: Incident, measure: Measure, *, actor: Actor, at: datetime
) -> None:
    """Ticked again after an undo, a step has not put it in force a second time."""
    standing = effects.of_incident(session, incident.id) if measure.step is not None else []
    if any(effect.step == measure.step and effect.ended_at is None for effect in standing):
        return
    session.add(
        Effect(
            incident_id=incident.id,
            step=measure.step,
            text=measure.text,
            undo=measure.undo,
            max_seconds=measure.max_seconds,
            began_at=at,
            began_by=actor.name,
        )
    )


def _append(
    session: Session,
    incident: Incident,
    event: Event,
    steps: dict[int, Step],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    session.add(
        TimelineEvent(
            incident_id=incident.id,
            seq=incident.next_seq(),
            kind=event.kind,
            text=event.text,
            actor=actor.name,
            source=actor.source,
            occurred_at=event.occurred_at or at,
            recorded_at=at,
            step=event.step,
            key_moment=event.key_moment,
            data=dict(event.data),
        )
    )
    if event.step in steps:
        steps[event.step].changed_seq = incident.last_seq


def _promise(
    session: Session,
    incident: Incident,
    notice: Notice,
    steps: dict[int, Step],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """One delivery for one intent, however often the same intent is asked for."""
    if incident.private and (notice.integration, notice.action) == ("pagerduty", "trigger"):
        notice = page_rules.discreet(notice, severity=incident.severity, key=incident.key)
    delivery = _delivery_of(session, incident, notice, at=at)
    if outbox.by_intents(session, [delivery.intent_key]):
        return
    if notice.integration != "pagerduty":
        session.add(delivery)
        return
    delivery.fifo_key = delivery.dedup_key
    page = _page_of(session, incident, notice, delivery, actor=actor, at=at)
    delivery.page_id = page.id
    session.add(delivery)
    if page.state == "not_sent" and notice.action == "trigger":
        _say_nobody_was_paged(session, incident, page, steps, at=at)
    if page.held_by_id is not None and notice.action == "trigger":
        _say_held_back(session, incident, page, steps, at=at)


def _delivery_of(session: Session, incident: Incident, notice: Notice, *, at: datetime) -> Delivery:
    dedup_key = page_rules.dedup_key(
        install=installs.code(session),
        incident_id=incident.id,
        cause=notice.cause,
        generation=notice.generation,
    )
    return Delivery(
        incident_id=incident.id,
        step=notice.step,
        integration=notice.integration,
        action=notice.action,
        target=notice.target,
        subject=notice.subject,
        settings=dict(notice.settings),
        drill=incident.mode == "drill",
        intent_key=f"{dedup_key}/{notice.action}{f'-{notice.turn}' if notice.turn > 1 else ''}",
        dedup_key=dedup_key,
        fifo_key=paces.line_of(
            notice.integration, notice.target, str(notice.settings.get("update_of") or "")
        ),
        due_at=outbox.database_now(session, at),
        created_at=at,
    )


def _page_of(
    session: Session,
    incident: Incident,
    notice: Notice,
    delivery: Delivery,
    *,
    actor: Actor,
    at: datetime,
) -> Page:
    """The page a PagerDuty notice is about: a new one for a trigger, else the one it names."""
    if notice.action != "trigger":
        return pages.named(session, incident.id, notice.cause, notice.generation)
    target = targets.find(session, notice.target)
    patience = ladder.ack_seconds(incident.severity, notice.ack_seconds)
    page = Page(
        incident_id=incident.id,
        cause=notice.cause,
        generation=notice.generation,
        step=notice.step,
        target=notice.target,
        routing_key_id=target.routing_key_id if target else None,
        dedup_key=delivery.dedup_key,
        summary=notice.subject,
        requested_by=actor.name,
        promised_at=at,
        rung=notice.rung,
        follows_id=notice.follows,
        then=notice.then,
        ack_seconds=patience,
        ack_due_at=at + timedelta(seconds=patience) if patience else None,
        everyone=_everyone(target),
    )
    delivery.settings = {**delivery.settings, "urgency": _urgency(incident, target, at)}
    _end_unsent(incident, page, delivery, at)
    _fold(session, incident, notice, page, delivery, actor=actor, at=at)
    session.add(page)
    session.flush()
    if page.held_by_id is None:
        page_timers.begin(session, incident, page, at=at)
    return page


def _urgency(incident: Incident, target: Target | None, at: datetime) -> str:
    return urgency_of(target, incident.severity, at) if target else "high"


def _everyone(target: Target | None) -> list[str]:
    if target is None:
        return []
    return ladder.everyone(target.everyone, target.on_call, target.phones)


def _end_unsent(incident: Incident, page: Page, delivery: Delivery, at: datetime) -> None:
    """What cannot go out at all ends as it begins."""
    reason = _why_not(incident, page)
    if reason:
        page.state, page.reason, page.ended_at = "not_sent", reason, at
        delivery.state, delivery.last_error, delivery.settled_at = "not_sent", reason, at


def _fold(
    session: Session,
    incident: Incident,
    notice: Notice,
    page: Page,
    delivery: Delivery,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """A storm wakes nobody twice: the page becomes a part of the one that rings."""
    kind = budget_rules.kind_of(
        source=actor.source,
        by_desk=actor.name == DESK.name,
        rung=notice.rung,
        generation=notice.generation,
        step=notice.step,
    )
    told = delivery.settings
    ringing = budgets.folded_into(session, incident, page, settings=told, kind=kind, at=at)
    if ringing is None or page.state == "not_sent":
        return
    since = spoken.stamp(ringing.promised_at, incident.zone, beside=at)
    reason = budget_rules.held_back(page.target, since)
    page.state, page.reason, page.ended_at = "superseded", reason, at
    page.held_by_id, ringing.held = ringing.id, ringing.held + 1
    delivery.state, delivery.last_error, delivery.settled_at = "superseded", reason, at


def _why_not(incident: Incident, page: Page) -> str:
    """Why this page cannot go out at all, or nothing."""
    if incident.mode == "drill":
        return "this is a drill"
    if not incident.open:
        return f"{incident.key} is {incident.status}"
    if page.routing_key_id is None:
        return f"{page.target} is not connected to PagerDuty"
    return ""


def _say_nobody_was_paged(
    session: Session, incident: Incident, page: Page, steps: dict[int, Step], *, at: datetime
) -> None:
    sentence = f"NOBODY WAS PAGED: {page.reason}."
    event = Event("page_not_sent", sentence, {"target": page.target}, step=page.step)
    _append(session, incident, event, steps, actor=DESK, at=at)


def _say_held_back(
    session: Session, incident: Incident, page: Page, steps: dict[int, Step], *, at: datetime
) -> None:
    """On the timeline for each of them; on the alert that rings as one note that counts them."""
    ringing = session.get_one(Page, page.held_by_id)
    told = budget_rules.told(page.target, ringing.held)
    event = Event("page_held", told, {"target": page.target, "held": ringing.held}, step=page.step)
    _append(session, incident, event, steps, actor=DESK, at=at)
    sent = outbox.of_page(session, ringing.id)
    notes = [delivery for delivery in sent if delivery.action == NOTE]
    if any(note.state == "due" for note in notes):
        return
    notice = Notice(
        integration="pagerduty",
        action=NOTE,
        target=ringing.target,
        subject=ringing.summary,
        cause=ringing.cause,
        generation=ringing.generation,
        step=ringing.step,
        settings=next((d.settings for d in sent if d.action == "trigger"), {}),
        turn=len(notes) + 1,
    )
    _promise(session, incident, notice, steps, actor=DESK, at=at)
