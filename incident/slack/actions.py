"""POST /slack/actions: a button, a shortcut, or a dialog that was filled in."""

from flask import Blueprint, Response, request

from incident import clock
from incident.delivery import slack_requests
from incident.slack.envelopes import answered, as_object, signed_by_slack

bp = Blueprint("slack_actions", __name__)


@bp.post("/slack/actions")
@signed_by_slack
def receive() -> Response:
    """Done before it is answered. What people see of it is promised, and sent after."""
    payload = as_object(request.form.get("payload", "")) or {}
    return answered(slack_requests.handle("interactive", payload, at=clock.now()))
