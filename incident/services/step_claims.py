"""Commands of whoever is on a step of a live incident."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import step_claims as rules
from incident.rules.incidents import OVER
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services.steps import change
from incident.storage import incidents
from incident.storage.steps import Step


def claim(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    take_over_from: str = "",
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    incident = incidents.lock(session, incident_key)
    if incident.status in OVER:
        raise NotAllowed(f"{incident.key} is {incident.status}. Reopen it to go on with it.")
    return change(
        session,
        rules.claim,
        incident_key,
        number,
        actor,
        at,
        expected_seq,
        note,
        take_over_from=take_over_from,
    )


def release(
    session: Session,
    *,
    incident_key: str,
    number: int,
    actor: Actor,
    at: datetime,
    note: str = "",
    expected_seq: int | None = None,
) -> Step:
    return change(session, rules.release, incident_key, number, actor, at, expected_seq, note)
