"""Steps: what became of one. Every outcome has its own address."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from incident.api import shown
from incident.api.models.steps import (
    Acknowledging,
    Attaching,
    Choice,
    Claiming,
    Completion,
    Deferral,
    Failure,
    Reasoned,
    RunTold,
    Settled,
    Settling,
)
from incident.api.routes import Call, Reply, endpoint
from incident.services import pages as page_services
from incident.services import runs as run_services
from incident.services import step_claims as claims
from incident.services import steps as services
from incident.storage import incidents, steps, timeline
from incident.storage.runs import Run
from incident.storage.steps import Step

STEP = "/api/incidents/{key}/steps/{number}"


@endpoint("POST", f"{STEP}/completion", body=Completion, answer=Settled)
def complete(call: Call[Completion, None], key: str, number: int) -> Settled:
    """Done. `value` is what was seen, where the step asks."""
    return _settled(call, key, number, services.complete, value=call.body.value)


@endpoint("POST", f"{STEP}/answer", body=Choice, answer=Settled)
def answer(call: Call[Choice, None], key: str, number: int) -> Settled:
    """Answer a question, or change the answer: its branch is followed."""
    return _settled(call, key, number, services.answer, value=call.body.value)


@endpoint("POST", f"{STEP}/override", body=Reasoned, answer=Settled)
def override(call: Call[Reasoned, None], key: str, number: int) -> Settled:
    """Go on without it, on somebody's word. A hold needs the commander's."""
    return _settled(call, key, number, services.override, reason=call.body.reason)


@endpoint("POST", f"{STEP}/not-applicable", body=Reasoned, answer=Settled)
def not_applicable(call: Call[Reasoned, None], key: str, number: int) -> Settled:
    """It does not concern this incident."""
    return _settled(call, key, number, services.not_applicable, reason=call.body.reason)


@endpoint("POST", f"{STEP}/deferral", body=Deferral, answer=Settled)
def defer(call: Call[Deferral, None], key: str, number: int) -> Settled:
    """Later. The incident cannot be closed while it is owed."""
    asked = call.body
    return _settled(call, key, number, services.defer, reason=asked.reason, until=asked.until)


@endpoint("POST", f"{STEP}/failure", body=Failure, answer=Settled)
def fail(call: Call[Failure, None], key: str, number: int) -> Settled:
    """Tried, and it did not work. Its failure path, if it has one, comes next."""
    return _settled(call, key, number, services.fail, reason=call.body.reason)


@endpoint("POST", f"{STEP}/reopening", body=Settling, answer=Settled)
def reopen(call: Call[Settling, None], key: str, number: int) -> Settled:
    """Back to pending. What it sent stays sent."""
    return _settled(call, key, number, services.reopen)


@endpoint("POST", f"{STEP}/claim", body=Claiming, answer=Settled)
def claim(call: Call[Claiming, None], key: str, number: int) -> Settled:
    """ "I'm on it", which settles nothing. Whose claim is taken over is said by name."""
    return _settled(call, key, number, claims.claim, take_over_from=call.body.take_over_from)


@endpoint("POST", f"{STEP}/release", body=Settling, answer=Settled)
def release(call: Call[Settling, None], key: str, number: int) -> Settled:
    """Not on it any more, and it is not done."""
    return _settled(call, key, number, claims.release)


@endpoint("POST", f"{STEP}/acknowledgement", body=Acknowledging, answer=Settled)
def acknowledge(call: Call[Acknowledging, None], key: str, number: int) -> Settled:
    """ "I have it", on a page step that waits. PagerDuty stops waking people."""
    before = incidents.lock(call.session, key).last_seq
    page_services.acknowledge(
        call.session,
        incident_key=key,
        number=number,
        actor=call.actor,
        at=call.at,
        expected_seq=call.body.expected_seq,
    )
    return _followed(call.session, key, number, before)


@endpoint("POST", "/api/incidents/{key}/runs", body=Attaching, answer=RunTold, status=201)
def attach(call: Call[Attaching, None], key: str) -> Reply:
    """Follow one more checklist. If it sends something at once, `confirmed` must say so."""
    run = run_services.attach(
        call.session,
        incident_key=key,
        slug=call.body.checklist,
        actor=call.actor,
        at=call.at,
        confirmed=call.body.confirmed,
    )
    told = shown.run(run, steps.of_run(call.session, run.id))
    return Reply(told, location=f"/api/incidents/{incidents.key_of(run.incident_id)}")


def _settled(
    call: Call[Any, None], key: str, number: int, service: Callable[..., Step], **asked: str
) -> Settled:
    """Locked here already, to know which lines and steps are this call's doing."""
    before = incidents.lock(call.session, key).last_seq
    service(
        call.session,
        incident_key=key,
        number=number,
        actor=call.actor,
        at=call.at,
        note=call.body.note,
        expected_seq=call.body.expected_seq,
        **asked,
    )
    return _followed(call.session, key, number, before)


def _followed(session: Session, key: str, number: int, before: int) -> Settled:
    session.flush()
    incident = incidents.get(session, key)
    changed = steps.changed_after(session, incident.id, before)
    in_run = steps.of_run_with(session, incident.id, number)
    step = next(row for row in in_run if row.number == number)
    return Settled(
        step=shown.step(step),
        steps=[shown.step(row) for row in changed if row.number != number],
        events=[shown.event(row) for row in timeline.since(session, incident.id, before)],
        run=session.get_one(Run, step.run_id).state,
        seq=incident.last_seq,
    )
