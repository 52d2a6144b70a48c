"""Page targets: whom checklists may wake."""

from incident.api.models.targets import Phone, PhoneTold, TargetAsked, TargetsTold, TargetTold
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
        description=asked.description,
        phones=None if asked.phones is None else "\n".join(map(_written, asked.phones)),
    )
    return _told(services.put(call.session, name=name, form=form, actor=call.actor, at=call.at))


def _written(phone: Phone) -> str:
    """As it is typed, with a colon: a name that ends in a digit must not run into the number."""
    name = " ".join(phone.name.split())
    return f"{name}: {phone.phone}" if name else phone.phone


def _told(row: Target) -> TargetTold:
    return TargetTold(
        name=row.name,
        connected=row.connected,
        service_id=row.service_id,
        backup=row.backup,
        urgency=row.urgency,
        description=row.description,
        phones=[PhoneTold(name=p["name"], phone=p["phone"]) for p in row.phones],
        updated_at=row.updated_at,
    )
