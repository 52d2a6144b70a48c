"""POST /slack/events: what was said in the channels that the app listens to."""

from flask import Blueprint, Response, jsonify, request

from incident import clock
from incident.delivery import inbox
from incident.slack.envelopes import as_object, heard, signed_by_slack

bp = Blueprint("slack_events", __name__)


@bp.post("/slack/events")
@signed_by_slack
def receive() -> Response:
    """Kept before it is answered, whatever it is; a repeated delivery is kept once."""
    body = request.get_data()
    payload = as_object(body)
    if payload is not None and payload.get("type") == "url_verification":
        return jsonify(challenge=payload.get("challenge"))
    inbox.receive(body, payload, at=clock.now())
    return heard()
