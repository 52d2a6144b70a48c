"""Effects, in and out."""

from datetime import datetime

from pydantic import Field

from incident.api.models.fields import Asked, Line, NeededLine, Number, Told


class NewEffect(Asked):
    text: NeededLine = Field(description="What is different for now: iOS certificate removed")
    undo: Line = Field(default="", description="How it is undone")
    max_seconds: Number | None = Field(default=None, description="How long it may stay")


class EffectTold(Told):
    """A temporary measure. It is in force until `ended_at`, and overdue after `due_at`."""

    id: int
    text: str
    undo: str
    step: int | None
    began_at: datetime
    began_by: str
    due_at: datetime | None
    ended_at: datetime | None
    ended_by: str | None
