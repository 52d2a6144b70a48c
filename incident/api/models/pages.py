"""Pages, in and out."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from incident.api.models.fields import Asked, Line, NeededWords, Number, Told, whole


class Paging(Asked):
    """Somebody by `target`; or with `step`, once more whoever that page step pages."""

    target: Line = ""
    text: Line = Field(default="", description="What they should know, besides the title")
    step: Number | None = Field(default=None, description="A page step that was reached before")


class Note(Asked):
    text: Annotated[NeededWords, Field(max_length=1_500)]


class Escalation(Asked):
    level: Annotated[int, Field(ge=1, le=20), BeforeValidator(whole)] = Field(
        description="Of PagerDuty's escalation policy; 1 is who is asked first"
    )


class AnswerTold(Told):
    """One of several people who must all answer."""

    name: str
    at: datetime | None


class PageTold(Told):
    """One request that somebody be woken. Only `acknowledged` means that somebody is awake.

    `rung` is its place on the ladder, `follows_id` the page it takes over from. Unless somebody
    answers, `then` is paged at `ack_due_at`. `alarm` is the newest sentence about what is late.
    `held` pages were held back and told in this one; `held_by_id` is the page that told this one.
    """

    id: int
    target: str
    step: int | None
    state: str
    reason: str | None
    dedup_key: str
    requested_by: str
    rung: int
    follows_id: int | None
    then: str
    ack_due_at: datetime | None
    promised_at: datetime
    accepted_at: datetime | None
    seen_at: datetime | None
    notified_at: datetime | None
    notified_whom: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    ended_at: datetime | None
    everyone: list[str] = Field(description="Who all must answer; empty: anybody will do")
    answers: list[AnswerTold]
    alarm: str
    alarm_at: datetime | None
    held: int
    held_by_id: int | None
    pagerduty_id: str | None
    pagerduty_url: str | None
