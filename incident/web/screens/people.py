"""Who is in the incident: the roles, and whoever else is awake."""

from collections.abc import Sequence
from dataclasses import dataclass

from incident.storage.pages import Page
from incident.storage.roles import Role

SEATS = ("commander", "deputy", "scribe", "comms")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks at the page."""

    name: str
    id: int | None = None
    may_act: bool = True


@dataclass(frozen=True, slots=True)
class Seat:
    """A role and whoever holds it, if anybody does."""

    name: str
    person: str
    mine: bool


def seats(roles: Sequence[Role], viewer: Viewer) -> tuple[Seat, ...]:
    held = {role.name: role for role in roles}
    return tuple(_seat(name, held.get(name), viewer) for name in SEATS)


def awake(roles: Sequence[Role], pages: Sequence[Page]) -> tuple[str, ...]:
    """Whoever answered a page, beside those who hold a role."""
    seated = {role.person for role in roles}
    answered = (page.acknowledged_by for page in pages if page.acknowledged_by)
    return tuple(name for name in dict.fromkeys(answered) if name not in seated)


def _seat(name: str, role: Role | None, viewer: Viewer) -> Seat:
    if role is None:
        return Seat(name, "", mine=False)
    by_account = role.person_id is not None and viewer.id is not None
    mine = role.person_id == viewer.id if by_account else role.person == viewer.name
    return Seat(name, role.person, mine)
