"""Incidents, in and out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from incident.api.models.channels import ChannelTold
from incident.api.models.deliveries import DeliveryTold
from incident.api.models.effects import EffectTold
from incident.api.models.fields import (
    Asked,
    Line,
    Mode,
    Moment,
    NeededLine,
    NeededWords,
    Query,
    Severity,
    Status,
    Told,
    Words,
)
from incident.api.models.pages import PageTold
from incident.api.models.roles import RoleTold
from incident.api.models.steps import RunTold

Key = Annotated[str, StringConstraints(pattern=r"^INC-[0-9]{1,9}$")]
Before = Annotated[str, StringConstraints(pattern=r"^(INC-[0-9]{1,9})?$")]


class NewIncident(Asked):
    title: NeededLine
    severity: Severity = "unset"
    checklists: list[NeededLine] = Field(
        default_factory=list, max_length=20, description="Slugs; they are attached and begun"
    )
    mode: Mode = "live"
    summary: Words = ""
    service: Line = ""
    started_at: Moment | None = None
    private: bool = Field(
        default=False,
        description="Seen by its members and admins alone: by another token only if an admin's",
    )


class Listing(Query):
    """Newest first. What is not given is not asked about."""

    status: list[Status] = Field(default_factory=list)
    severity: list[Severity] = Field(default_factory=list)
    q: str = Field(default="", max_length=200, description="Words in the title")
    before: Before = Field(default="", description="Only incidents older than this one")


class NewSeverity(Asked):
    severity: Severity


class Move(Asked):
    reason: Words = ""


class Declining(Asked):
    reason: NeededWords = Field(description="Why it is a false alarm")


class Merging(Asked):
    into: Key
    reason: Words = ""


class Times(Told):
    """The moments of its life: null until they happen, or when nobody knows."""

    created_at: datetime
    started_at: datetime | None
    first_signal_at: datetime | None
    declared_at: datetime | None
    paged_at: datetime | None
    acked_at: datetime | None
    engaged_at: datetime | None
    identified_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None


class IncidentLine(Told):
    """An incident in a list."""

    key: str
    title: str
    status: str
    severity: str
    mode: str
    service: str
    private: bool
    seq: int
    times: Times
    update_due_at: datetime | None = Field(description="When an update is owed")


class IncidentTold(IncidentLine):
    """All of an incident but its timeline. `seq` is the newest number on that."""

    summary: str
    merged_into: str | None
    roles: list[RoleTold]
    effects: list[EffectTold]
    runs: list[RunTold]
    pages: list[PageTold]
    deliveries: list[DeliveryTold]
    channel: ChannelTold | None = Field(description="Its own one in Slack")


class IncidentsTold(Told):
    incidents: list[IncidentLine]
    next: str | None = Field(description="Where older ones are, if there are any")
