"""Roles: who commands, who writes, who speaks."""

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.api import shown
from incident.api.models.roles import EndingRole, Handover, RolesTold, RoleTold, TakingRole
from incident.api.routes import Call, endpoint
from incident.services import roles as services
from incident.storage import people, roles


@endpoint("POST", "/api/incidents/{key}/roles", body=TakingRole, answer=RoleTold, status=201)
def take(call: Call[TakingRole, None], key: str) -> RoleTold:
    """Give somebody a role, or take it. Whoever held it no longer does, unless many may."""
    return _take(call, key, call.body.role, call.body.person)


@endpoint("POST", "/api/incidents/{key}/roles/ending", body=EndingRole, answer=RolesTold)
def renounce(call: Call[EndingRole, None], key: str) -> RolesTold:
    """Nobody holds the role any more; of a shared one, the caller does not."""
    incident = services.renounce(
        call.session, incident_key=key, name=call.body.role, actor=call.actor, at=call.at
    )
    return RolesTold(roles=[shown.role(row) for row in roles.held(call.session, incident.id)])


@endpoint("POST", "/api/incidents/{key}/handover", body=Handover, answer=RoleTold)
def hand_over(call: Call[Handover, None], key: str) -> RoleTold:
    """Command passes to somebody by name."""
    return _take(call, key, "commander", call.body.person)


def _take(
    call: Call[TakingRole, None] | Call[Handover, None], key: str, role: str, person: str
) -> RoleTold:
    name, person_id = _somebody(call.session, person.strip()) if person.strip() else (None, None)
    taken = services.take(
        call.session,
        incident_key=key,
        name=role,
        person=name,
        person_id=person_id,
        actor=call.actor,
        at=call.at,
    )
    return shown.role(taken)


def _somebody(session: Session, text: str) -> tuple[str, int | None]:
    """Whoever is meant. An address must be somebody's; a name may be that of a guest."""
    if "@" in text:
        person = people.by_email(session, text.lower())
        if person is None:
            raise NoResultFound(f"Nobody here has the address {text[:200]}.")
        return person.name, person.id
    same = [p for p in people.every(session) if p.name.casefold() == text.casefold()]
    return (same[0].name, same[0].id) if len(same) == 1 else (text, None)
