"""Slack rules, in and out."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from incident.api.models.fields import Asked, NeededLine, Number, Told
from incident.rules.slack_rules import LONGEST_GRACE


class WorkHours(Asked):
    """When another grace holds. Until earlier than from: over midnight."""

    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(description="1 is Monday")
    since: NeededLine = Field(alias="from", description="Such as 09:00")
    until: NeededLine = Field(description="Such as 18:00")
    zone: NeededLine = Field(description="Such as Europe/Berlin")


class SlackRuleAsked(Asked):
    """The whole rule: what is left out is as in a new one."""

    target: NeededLine = Field(description="Whom to wake")
    checklist: NeededLine = Field(
        default="general-incident", description="The slug of a published checklist"
    )
    grace_seconds: Annotated[Number, Field(le=LONGEST_GRACE)] = 30
    threads: bool = Field(default=False, description="Whether replies in threads count, too")
    strangers: bool = Field(
        default=False, description="Whether people of another company who share the channel count"
    )
    words: list[str] = Field(
        default=[], description="Only messages with one of these words count; none: all of them"
    )
    urgent_words: list[str] = Field(default=[], description="They page without a grace")
    bots: list[str] = Field(default=[], description="Ids of the bots and apps that count, too")
    work_hours: WorkHours | None = None
    work_grace_seconds: Annotated[Number, Field(le=LONGEST_GRACE)] | None = Field(
        default=None, description="The grace during working hours; needed with them"
    )
    armed: bool = Field(default=False, description="False: a dry run that opens nothing")
    channel_name: str | None = Field(default=None, max_length=80)


class SlackRuleTold(Told):
    """One channel that is a pull-cord."""

    channel: str
    channel_name: str
    target: str
    checklist: str
    grace_seconds: int
    threads: bool
    strangers: bool
    words: list[str]
    urgent_words: list[str]
    bots: list[str]
    work_hours: dict[str, Any] = Field(description="Empty: the same grace at all times")
    work_grace_seconds: int | None
    armed: bool
    updated_at: datetime


class SlackRulesTold(Told):
    rules: list[SlackRuleTold]
