"""Commands on the steps of a live incident."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import step_claims
from incident.rules import steps as rules
from incident.rules.incidents import TEXT_LENGTH
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.progress import StepState
from incident.rules.words import shortened
from incident.services.record import record
from incident.services.scenes import hand_of, scene_of
from incident.storage import incidents, steps
from incident.storage.incidents import Incident
from incident.storage.runs import Run
from incident.storage.steps import Step

Rule = Callable[..., Outcome]


def complete(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    value: str = "",
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    return change(
        session, rules.complete, incident_key, number, actor, at, expected_seq, note, value=value
    )


def answer(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    value: str,
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    return change(
        session, rules.answer, incident_key, number, actor, at, expected_seq, note, value=value
    )


def not_applicable(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    reason: str,
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    return change(
        session,
        rules.not_applicable,
        incident_key,
        number,
        actor,
        at,
        expected_seq,
        note,
        reason=reason,
    )


def override(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    reason: str,
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    return change(
        session, rules.override, incident_key, number, actor, at, expected_seq, note, reason=reason
    )


def defer(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    reason: str = "",
    until: str = "",
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    return change(
        session,
        rules.defer,
        incident_key,
        number,
        actor,
        at,
        expected_seq,
        note,
        reason=reason,
        until=until,
    )


def fail(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    reason: str = "",
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    return change(
        session, rules.fail, incident_key, number, actor, at, expected_seq, note, reason=reason
    )


def reopen(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    return change(session, rules.reopen, incident_key, number, actor, at, expected_seq, note)


def note(
    session: Session, *, incident_key: str, number: int, text: str, actor: Actor, at: datetime
) -> Step:
    """A remark on a step. It settles nothing."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    in_run = steps.of_run_with(session, incident.id, number)
    step = _numbered(in_run, number)
    remark = _note(step, text)
    if not remark:
        raise NotAllowed("Write the note first.")
    hand = hand_of(session, incident, actor, at)
    outcome = Outcome(events=remark, changes=step_claims.after_a_note(step, hand))
    record(session, incident, outcome, actor=actor, at=at, steps=in_run)
    return step


def settle_by_itself(
    session: Session,
    incident: Incident,
    number: int,
    *,
    state: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> None:
    """A vendor's answer settles a waiting step. `incident` must be locked."""
    in_run = steps.of_run_with(session, incident.id, number)
    step = _numbered(in_run, number)
    if _is_given_up(session, step):
        return
    hand = hand_of(session, incident, actor, at)
    outcome = rules.settle_by_itself(
        step, in_run, scene_of(incident), hand, state=state, reason=reason
    )
    write(session, incident, outcome, in_run, actor=actor, at=at)


def is_waiting(session: Session, incident: Incident, number: int) -> bool:
    """Whether somebody's "I have it" would settle the step. `incident` must be locked."""
    step = _numbered(steps.of_run_with(session, incident.id, number), number)
    return step.state == StepState.WAITING and not _is_given_up(session, step)


def acknowledge_step(
    session: Session,
    incident: Incident,
    number: int,
    *,
    actor: Actor,
    at: datetime,
    expected_seq: int | None = None,
    occurred_at: datetime | None = None,
) -> Step:
    """The page step is done, because somebody is awake. `incident` must be locked."""
    in_run = steps.of_run_with(session, incident.id, number)
    step = _numbered(in_run, number)
    _require_followed(session, step)
    hand = hand_of(session, incident, actor, at, expected_seq=expected_seq)
    outcome = rules.acknowledge(step, in_run, scene_of(incident), hand, occurred_at=occurred_at)
    write(session, incident, outcome, in_run, actor=actor, at=at)
    return step


def write(
    session: Session,
    incident: Incident,
    outcome: Outcome,
    in_run: list[Step],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Record an outcome about the steps of one run, and what state it leaves the run in."""
    record(session, incident, outcome, actor=actor, at=at, steps=in_run)
    if in_run and outcome.run_state is not None:
        session.get_one(Run, in_run[0].run_id).state = outcome.run_state


def change(
    session: Session,
    rule: Rule,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    expected_seq: int | None,
    note_text: str,
    **asked: str,
) -> Step:
    """Every command on a step has this shape: lock, load, ask the rule, record."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    in_run = steps.of_run_with(session, incident.id, number)
    step = _numbered(in_run, number)
    _require_followed(session, step)
    hand = hand_of(session, incident, actor, at, expected_seq=expected_seq)
    outcome = rule(step, in_run, scene_of(incident), hand, **asked)
    write(session, incident, outcome, in_run, actor=actor, at=at)
    record(
        session,
        incident,
        Outcome(events=_note(step, note_text)),
        actor=actor,
        at=at,
        steps=in_run,
    )
    if incident.engaged_at is None:
        incident.engaged_at = at
    return step


def _require_followed(session: Session, step: Step) -> None:
    if _is_given_up(session, step):
        raise NotAllowed(f"The checklist of step {step.number} was given up. Attach it again.")


def _is_given_up(session: Session, step: Step) -> bool:
    return session.get_one(Run, step.run_id).state == "abandoned"


def _note(step: Step, text: str) -> tuple[Event, ...]:
    text = shortened(text, TEXT_LENGTH)
    if not text:
        return ()
    data = {"title": step.title}
    return (Event("step_noted", f"Step {step.number}: {text}", data, step=step.number),)


def _numbered(in_run: list[Step], number: int) -> Step:
    return next(step for step in in_run if step.number == number)
