"""POST /slack/actions: a button pressed below one of our messages."""

from datetime import datetime

from flask import Blueprint, Response, request
from sqlalchemy.exc import NoResultFound

from incident import clock
from incident.integrations.slack import trigger
from incident.rules.outcome import NotAllowed
from incident.rules.signals import Ignored
from incident.services import presses
from incident.services.presses import Press
from incident.slack.envelopes import as_object, heard, signed_by_slack
from incident.storage.db import transaction

bp = Blueprint("slack_actions", __name__)


@bp.post("/slack/actions")
@signed_by_slack
def receive() -> Response:
    """Done before it is answered. What people see of it is promised, and sent after."""
    found = trigger.read_action(as_object(request.form.get("payload", "")) or {})
    if not isinstance(found, Ignored):
        pressed = Press(
            action=found.action,
            value=found.value,
            member=found.user_id,
            member_name=found.user_name,
            thread_ts=found.thread_ts or found.message_ts,
        )
        _press(pressed, at=clock.now())
    return heard()


def _press(pressed: Press, *, at: datetime) -> None:
    """A refusal is said in Slack: there is no page to show it on."""
    try:
        with transaction() as session:
            presses.press(session, pressed, at=at)
    except NotAllowed as refusal:
        with transaction() as session:
            presses.refuse(session, pressed, str(refusal), at=at)
    except NoResultFound:
        return
