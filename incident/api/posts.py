"""Posts: say something in Slack, on the record."""

from incident.api import shown
from incident.api.models.deliveries import DeliveryTold, Posting
from incident.api.routes import Call, endpoint
from incident.services import posts as services


@endpoint("POST", "/api/incidents/{key}/posts", body=Posting, answer=DeliveryTold, status=201)
def post(call: Call[Posting, None], key: str) -> DeliveryTold:
    """Post to a Slack channel. The answer says that it is promised, not yet that it is there."""
    promised = services.post(
        call.session,
        incident_key=key,
        channel=call.body.channel,
        text=call.body.text,
        actor=call.actor,
        at=call.at,
    )
    return shown.delivery(promised)
