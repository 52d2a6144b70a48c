"""Messages to the outside, as they are told; and posts, as they are asked for."""

from datetime import datetime

from pydantic import Field

from incident.api.models.fields import Asked, NeededLine, NeededWords, Told


class Posting(Asked):
    channel: NeededLine = Field(description="#support, or a channel's id")
    text: NeededWords


class DeliveryTold(Told):
    """One message: due, sending, sent, refused, not_sent or superseded."""

    integration: str
    action: str
    target: str
    state: str
    dedup_key: str
    attempts: int
    step: int | None
    due_at: datetime
    last_error: str | None
