"""Page targets: whom checklists may wake."""

from collections.abc import Mapping

from incident.api.models.targets import (
    OnCallTold,
    Phone,
    PhoneTold,
    TargetAsked,
    TargetsTold,
    TargetTold,
    UrgencyTold,
)
from incident.api.routes import Call, endpoint
from incident.services import targets as services
from incident.services.targets import TargetForm
from incident.storage import targets
from incident.storage.targets import Target


@endpoint("GET", "/api/targets", answer=TargetsTold)
def index(call: Call[None, None]) -> TargetsTold:
    """Every page target by name, without its key."""
    return TargetsTold(targets=[_told(row) for row in targets.every(call.session)])


@endpoint("PUT", "/api/targets/{name}", body=TargetAsked, answer=TargetTold, role="admin")
def put(call: Call[TargetAsked, None], name: str) -> TargetTold:
    """Make a page target, or change it. Pages already sent keep the key they were sent with."""
    asked = call.body
    form = TargetForm(
        routing_key=asked.routing_key,
        service_id=asked.service_id,
        backup=asked.backup,
        urgency=asked.urgency,
        urgencies=_rows(asked),
        everyone=asked.everyone,
        awake_seconds=asked.awake_seconds,
        stale_seconds=asked.stale_seconds,
        slack_channel=asked.slack_channel,
        zone=asked.zone,
        description=asked.description,
        phones=None if asked.phones is None else "\n".join(map(_written, asked.phones)),
    )
    return _told(services.put(call.session, name=name, form=form, actor=call.actor, at=call.at))


def _written(phone: Phone) -> str:
    """As it is typed, with a colon: a name that ends in a digit must not run into the number."""
    name = " ".join(phone.name.split())
    return f"{name}: {phone.phone}" if name else phone.phone


def _rows(asked: TargetAsked) -> list[dict[str, object]] | None:
    if asked.urgencies is None:
        return None
    return [row.model_dump(by_alias=True) for row in asked.urgencies]


def _told(row: Target) -> TargetTold:
    plain = set(TargetTold.model_fields) - {"urgencies", "phones", "on_call"}
    return TargetTold(
        **{name: getattr(row, name) for name in plain},
        urgencies=[UrgencyTold.model_validate(rule) for rule in row.urgencies],
        phones=[PhoneTold(name=p["name"], phone=p["phone"]) for p in row.phones],
        on_call=[_on_call(person) for person in row.on_call],
    )


def _on_call(person: Mapping[str, object]) -> OnCallTold:
    return OnCallTold(**{name: str(person.get(name) or "") for name in OnCallTold.model_fields})
