"""The channel of an incident in Slack, in and out."""

from pydantic import Field

from incident.api.models.fields import Asked, Line, Told


class WantedChannel(Asked):
    channel: Line = Field(
        default="", description="One that is there: its name, id or link. Empty: make one"
    )


class ChannelTold(Told):
    """`state` is wanted, open, failed or archived; `reason` says why it failed."""

    name: str
    state: str
    reason: str
    private: bool
    link: str = Field(description="Where Slack leads to it, once it is there")
