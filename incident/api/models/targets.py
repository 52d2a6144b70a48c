"""Page targets, in and out. A key goes in and never comes out again."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from incident.api.models.fields import Asked, Number, Told
from incident.rules.targets import LONGEST_AWAKE, LONGEST_STALE

RoutingKey = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9]{32})?$")]
ServiceId = Annotated[str, StringConstraints(pattern=r"^([A-Z0-9]{5,20})?$")]
TargetName = Annotated[str, StringConstraints(pattern=r"^([a-z0-9][a-z0-9_-]{0,39})?$")]
PhoneName = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
PhoneNumber = Annotated[str, StringConstraints(pattern=r"^[+]?[0-9][0-9 ().\-/]{3,30}$")]


Urgency = Literal["high", "low"]
Calm = Literal["sev2", "sev3", "sev4"]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^(([01]?[0-9]|2[0-3]):[0-5][0-9])?$")]
Channel = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x20]*$")]


class UrgencyRow(Asked):
    """From 22:00 until 07:00, in the target's zone, goes over midnight. Both empty: all day."""

    severities: list[Calm] = Field(min_length=1, max_length=3)
    begins: TimeOfDay = Field(default="", alias="from")
    ends: TimeOfDay = Field(default="", alias="until")
    urgency: Urgency


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
    urgency: Urgency | None = None
    urgencies: list[UrgencyRow] | None = Field(
        default=None,
        max_length=12,
        description="The first that fits wins; else `urgency`. SEV 1 and unset are always high",
    )
    everyone: bool | None = Field(default=None, description="All who are on call must answer")
    awake_seconds: Annotated[Number, Field(le=LONGEST_AWAKE)] | None = Field(
        default=None, description="Who answered and then did nothing is paged again; 0: never"
    )
    stale_seconds: Annotated[Number, Field(ge=60, le=LONGEST_STALE)] | None = Field(
        default=None, description="A page unsent for longer asks a person first"
    )
    slack_channel: Channel | None = Field(
        default=None, description="Where to say that a page to it is in trouble"
    )
    zone: str | None = Field(
        default=None, min_length=1, max_length=64, description="Such as Europe/Berlin"
    )
    description: str | None = Field(default=None, max_length=200)
    phones: list[Phone] | None = Field(default=None, max_length=20)


class PhoneTold(Told):
    name: str
    phone: str


class UrgencyTold(Told):
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    severities: list[str]
    begins: str = Field(alias="from")
    ends: str = Field(alias="until")
    urgency: str


class OnCallTold(Told):
    """Who PagerDuty says is on call. What it did not say is empty."""

    name: str
    email: str
    phone: str
    zone: str
    until: str


class TargetTold(Told):
    """Somebody who can be woken. `connected` is whether there is a routing key; `proving` that
    it is there for test events alone."""

    name: str
    connected: bool
    proving: bool
    service_id: str
    backup: str
    urgency: str
    urgencies: list[UrgencyTold]
    zone: str
    everyone: bool
    awake_seconds: int
    stale_seconds: int
    slack_channel: str
    description: str
    phones: list[PhoneTold]
    on_call: list[OnCallTold]
    on_call_at: datetime | None
    updated_at: datetime


class TargetsTold(Told):
    targets: list[TargetTold]
