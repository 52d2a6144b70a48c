"""Slack rules, in and out."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from incident.api.models.fields import Asked, NeededLine, Number, Told
from incident.rules.slack_rules import LONGEST_GRACE


class SlackRuleAsked(Asked):
    """The whole rule: what is left out is as in a new one."""

    target: NeededLine = Field(description="Whom to wake")
    checklist: NeededLine = Field(
        default="general-incident", description="The slug of a published checklist"
    )
    grace_seconds: Annotated[Number, Field(le=LONGEST_GRACE)] = 30
    threads: bool = Field(default=False, description="Whether replies in threads count, too")
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
    armed: bool
    updated_at: datetime


class SlackRulesTold(Told):
    rules: list[SlackRuleTold]
