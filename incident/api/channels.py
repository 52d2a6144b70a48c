"""Where in Slack an incident is worked on, and who may see it at all."""

from incident.api import incidents, shown
from incident.api.models.channels import ChannelTold, WantedChannel
from incident.api.models.incidents import IncidentTold
from incident.api.routes import Call, endpoint
from incident.services import channels, privacy


@endpoint("POST", "/api/incidents/{key}/channel", body=WantedChannel, answer=ChannelTold)
def want(call: Call[WantedChannel, None], key: str) -> ChannelTold:
    """Ask Slack for a channel of its own, or to use one that is there."""
    named, actor, at = call.body.channel.strip(), call.actor, call.at
    if named:
        row = channels.use(call.session, incident_key=key, channel=named, actor=actor, at=at)
    else:
        row = channels.create(call.session, incident_key=key, actor=actor, at=at)
    return shown.channel(row)


@endpoint("POST", "/api/incidents/{key}/privacy", answer=IncidentTold)
def hide(call: Call[None, None], key: str) -> IncidentTold:
    """Only whoever has to do with it sees it from now on, and admins."""
    privacy.hide(call.session, incident_key=key, actor=call.actor, at=call.at)
    return incidents.told(call.session, key)


@endpoint("POST", "/api/incidents/{key}/publicity", answer=IncidentTold)
def open_up(call: Call[None, None], key: str) -> IncidentTold:
    """Everybody sees it again."""
    privacy.open_up(call.session, incident_key=key, actor=call.actor, at=call.at)
    return incidents.told(call.session, key)
