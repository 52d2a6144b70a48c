"""Page targets: whom a checklist may wake, and with which key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import people as people_rules
from incident.rules import targets as rules
from incident.rules import urgency as urgency_rules
from incident.rules.fields import refuse
from incident.rules.permissions import Actor, require
from incident.services import proofs
from incident.storage import sealed, targets
from incident.storage.targets import RoutingKey, Target


@dataclass(frozen=True, slots=True)
class TargetForm:
    """What is asked to change. What is None stays; an empty routing key stays too.

    `phones` is lines of `Maya +49 30 1234567`; `phones_right` says that they were looked at.
    `urgencies` are rows as the column keeps them. `everyone`: all who are on call must answer.
    """

    routing_key: str | None = None
    description: str | None = None
    service_id: str | None = None
    backup: str | None = None
    urgency: str | None = None
    zone: str | None = None
    phones: str | None = None
    phones_right: bool = False
    urgencies: Sequence[Mapping[str, Any]] | None = None
    everyone: bool | None = None
    awake_seconds: int | None = None
    stale_seconds: int | None = None
    slack_channel: str | None = None


KEPT_AS_TYPED = (
    "description",
    "service_id",
    "backup",
    "urgency",
    "zone",
    "everyone",
    "awake_seconds",
    "stale_seconds",
    "slack_channel",
)


def put(session: Session, *, name: str, form: TargetForm, actor: Actor, at: datetime) -> Target:
    """Change the target of this name, or make it."""
    require(actor, "admin")
    refuse(_problems(name, form, targets.backups(session)))
    target = targets.find_or_make(session, name, at)
    _fill_in(target, form, at)
    if form.routing_key:
        target.routing_key_id = _new_key(session, form.routing_key, actor=actor, at=at)
        proofs.look_anew(session, name, at=at)
    target.updated_at = at
    session.flush()
    return target


def disconnect(session: Session, *, name: str, actor: Actor, at: datetime) -> Target:
    """Take the key away. Pages that were sent with it keep it, to be resolved."""
    require(actor, "admin")
    target = targets.get(session, name)
    target.routing_key_id = None
    target.updated_at = at
    proofs.look_anew(session, name, at=at)
    return target


def _problems(name: str, form: TargetForm, backups: Mapping[str, str]) -> dict[str, str]:
    return {
        "name": rules.name_problem(name),
        "routing_key": rules.key_problem(form.routing_key or ""),
        "description": rules.description_problem(form.description or ""),
        "service_id": rules.service_problem(form.service_id or ""),
        "backup": rules.backup_problem(name, form.backup or "", backups),
        "urgency": rules.urgency_problem(form.urgency or "high"),
        "zone": people_rules.zone_problem(form.zone or "UTC"),
        "phones": rules.phones_problem(form.phones or ""),
        "urgencies": urgency_rules.problem(form.urgencies or ()),
        "slack_channel": rules.slack_channel_problem(form.slack_channel or ""),
        **_problems_of_waiting(form),
    }


def _problems_of_waiting(form: TargetForm) -> dict[str, str]:
    awake, stale = form.awake_seconds, form.stale_seconds
    return {
        "awake_seconds": "" if awake is None else rules.awake_problem(awake),
        "stale_seconds": "" if stale is None else rules.stale_problem(stale),
    }


def _fill_in(target: Target, form: TargetForm, at: datetime) -> None:
    for field in KEPT_AS_TYPED:
        value = getattr(form, field)
        if value is not None:
            setattr(target, field, value)
    if form.urgencies is not None:
        target.urgencies = urgency_rules.read_rows(form.urgencies)
    if form.phones is not None:
        phones = rules.read_phones(form.phones)
        if phones != target.phones:
            target.phones, target.phones_at = phones, at
    if form.phones_right:
        target.phones_at = at


def _new_key(session: Session, routing_key: str, *, actor: Actor, at: datetime) -> int:
    """Always a new row: a page is resolved with the very key that it was sent with."""
    row = RoutingKey(secret=sealed.seal(routing_key), created_at=at, created_by=actor.name)
    session.add(row)
    session.flush()
    return row.id
