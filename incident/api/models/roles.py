"""Roles, in and out."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from incident.api.models.fields import Asked, Line, NeededLine, Told

RoleName = Literal["commander", "deputy", "scribe", "comms", "expert", "observer"]


class TakingRole(Asked):
    role: RoleName
    person: Line = Field(default="", description="A name or an e-mail address; else the caller")


class Handover(Asked):
    person: NeededLine = Field(description="Who has command now: a name or an e-mail address")


class EndingRole(Asked):
    role: RoleName


class RoleTold(Told):
    """Somebody holds a role since `since`; `until` is null while they do."""

    role: str
    person: str
    since: datetime
    until: datetime | None


class RolesTold(Told):
    roles: list[RoleTold] = Field(description="The roles held now")
