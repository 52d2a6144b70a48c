"""What /inc channel does: a channel for the incident, made or one that is there."""

from incident.rules import channels as rules
from incident.rules.dialogs import Reply
from incident.rules.slash import button
from incident.services import channels
from incident.services.askings import Asking
from incident.storage.incident_channels import IncidentChannel
from incident.storage.incidents import Incident

GOES_ON = "Its roles are asked in, and the card stands there as soon as Slack has it."


def channel(asking: Asking, incident: Incident) -> Reply:
    """Without a word one is made. What begins with # or is a link is there already; any other
    word is the name of a new one."""
    session, at, rest = asking.session, asking.at, asking.said.rest.strip()
    key, actor = incident.key, asking.actor
    if rules.is_there(rest):
        row = channels.use(session, incident_key=key, channel=rest, actor=actor, at=at)
    else:
        row = channels.create(session, incident_key=key, actor=actor, at=at, name=rest)
    return Reply(_told(key, row), buttons=(button("Status", f"{key} status"),))


def _told(key: str, row: IncidentChannel) -> str:
    if row.state == "open":
        return f"{key} is worked on in {row.shown}."
    if row.data.get("used"):
        return f"Slack is asked for that channel of {key}. {GOES_ON}"
    return f"Slack is asked to make #{row.name} for {key}. {GOES_ON}"
