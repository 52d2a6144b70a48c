"""Page targets, in and out. A key goes in and never comes out again."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from incident.api.models.fields import Asked, Told

RoutingKey = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9]{32})?$")]
ServiceId = Annotated[str, StringConstraints(pattern=r"^([A-Z0-9]{5,20})?$")]
TargetName = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9_-]{0,39})?$")]
PhoneName = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^[+]?[0-9][0-9 ().\-/]{3,30}$")]


class Phone(Asked):
    name: PhoneName
    phone: PhoneNumber


class TargetAsked(Asked):
    """What is left out, or null, stays as it is; so does the key when it is empty."""

    routing_key: RoutingKey | None = Field(
        default=None, description="The integration key of an Events API v2 integration"
    )
    service_id: ServiceId | None = None
    backup: TargetName | None = Field(default=None, description="Whom to page next")
    urgency: Literal["high", "low"] | None = None
    description: str | None = Field(default=None, max_length=200)
    phones: list[Phone] | None = Field(default=None, max_length=20)


class PhoneTold(Told):
    name: str
    phone: str


class TargetTold(Told):
    """Somebody who can be woken. `connected` is whether there is a routing key."""

    name: str
    connected: bool
    service_id: str
    backup: str
    urgency: str
    description: str
    phones: list[PhoneTold]
    updated_at: datetime


class TargetsTold(Told):
    targets: list[TargetTold]
