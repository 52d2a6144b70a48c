"""Pages, in and out."""

from datetime import datetime

from pydantic import Field

from incident.api.models.fields import Asked, Line, Number, Told


class Paging(Asked):
    """Somebody by `target`; or with `step`, once more whoever that page step pages."""

    target: Line = ""
    text: Line = Field(default="", description="What they should know, besides the title")
    step: Number | None = Field(default=None, description="A page step that was reached before")


class PageTold(Told):
    """One request that somebody be woken. Only `acknowledged` means that somebody is awake."""

    id: int
    target: str
    step: int | None
    state: str
    reason: str | None
    dedup_key: str
    requested_by: str
    promised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
