"""Settings, first page: what is connected, and what is missing, in plain words."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from incident import clock
from incident.delivery.slack_access import access_of
from incident.rules import connections
from incident.storage import proofs, slack_rules, targets, workers
from incident.storage.db import reading
from incident.web.desk import config
from incident.web.guard import role_required

WINDOWS = (
    ("Slack, event subscriptions", "/slack/events"),
    ("Slack, interactivity", "/slack/actions"),
    ("Slack, slash commands", "/slack/commands"),
    ("PagerDuty, webhook", "/api/triggers/pagerduty"),
)

bp = Blueprint("settings", __name__, url_prefix="/settings")


@bp.get("")
@role_required("viewer")
def index() -> ResponseReturnValue:
    access = access_of(config())
    with reading() as session:
        found = [
            connections.pagerduty(
                {one.name: one.connected for one in targets.every(session) if not one.proving}
            ),
            connections.slack(
                can_post=access.can_post,
                can_hear=access.can_hear,
                armed=[rule.armed for rule in slack_rules.every(session)],
            ),
            connections.worker(workers.last_beat(session), clock.now()),
            connections.address(config().public_url),
        ]
        checks = [proof for proof in proofs.every(session) if proof.name != proofs.ROUND]
    return render_template(
        "settings/index.html", connections=found, checks=checks, windows=_windows()
    )


def _windows() -> list[tuple[str, str]]:
    """Where each vendor can reach us; only what this desk really answers."""
    answered = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [(name, config().public_url + path) for name, path in WINDOWS if path in answered]
