"""What may be said in Slack of a private incident, and where: a last look before it goes out."""

from sqlalchemy.orm import Session

from incident.integrations.notifier import NotSent
from incident.storage import incident_channels
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery

# What the thread of a cry for help says anyhow, alarms of paging, which name no title, and what
# a person or a step sends somewhere on purpose.
ALLOWED = (
    "receipt",
    "news-",
    "outcry-",
    "signal-",
    "refusal-",
    "alarm-",
    "goodbye-",
    "post-",
    "step-",
)
ELSEWHERE = "{key} is private, and this is no channel of its own"


def objection_to(session: Session, delivery: Delivery) -> NotSent | None:
    """News of a private incident stay in a private channel of its own. An edit may go out
    anywhere: it takes back what a message told before."""
    if delivery.integration != "slack" or delivery.action != "post":
        return None
    incident = session.get_one(Incident, delivery.incident_id)
    if not incident.private or _cause_of(delivery).startswith(ALLOWED):
        return None
    own = incident_channels.of_incident(session, incident.id)
    channel = str(delivery.settings.get("channel") or delivery.target)
    if own is not None and own.private and own.channel == channel:
        return None
    return NotSent(ELSEWHERE.format(key=incident.key))


def _cause_of(delivery: Delivery) -> str:
    """`ic/<install>/<incident>/<cause>/g<n>`: what stands between the third and the last stroke."""
    return delivery.dedup_key.split("/", 3)[-1]
