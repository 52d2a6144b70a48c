"""What is done with an envelope from a socket: the same as with a request over HTTP."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from incident.delivery import inbox, slack_requests
from incident.integrations.slack.envelopes import Envelope

EVENT = "events_api"
REQUESTS: Mapping[str, Literal["command", "interactive"]] = {
    "slash_commands": "command",
    "interactive": "interactive",
}


def take(envelope: Envelope, *, at: datetime) -> Mapping[str, Any] | None:
    """Committed by the time this returns, and what to answer. What it raises means that nothing
    was, so that Slack has to send it again.

    A kind that nobody here knows is taken and forgotten: it would come again for ever.
    """
    if envelope.kind == EVENT:
        body = json.dumps(envelope.payload).encode()
        inbox.receive(body, envelope.payload, at=at)
        return None
    kind = REQUESTS.get(envelope.kind)
    if kind is None:
        return None
    return slack_requests.handle(kind, envelope.payload, at=at)
