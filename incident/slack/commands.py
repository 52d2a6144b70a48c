"""POST /slack/commands: what somebody typed after /inc."""

from flask import Blueprint, Response, request

from incident import clock
from incident.delivery import slack_requests
from incident.slack.envelopes import answered, signed_by_slack

bp = Blueprint("slack_commands", __name__)


@bp.post("/slack/commands")
@signed_by_slack
def receive() -> Response:
    """Slack shows the answer to whoever typed it, and to nobody else."""
    payload = request.form.to_dict()
    return answered(slack_requests.handle("command", payload, at=clock.now()))
