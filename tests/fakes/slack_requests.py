"""What somebody asks of an app in Slack: a command, a shortcut, a dialog filled in or closed."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.slack_events import A_CHANNEL, A_TS, APP, TEAM
from tests.fakes.slack_views import filled_in

RESPONSE_URL = "https://hooks.slack.com/commands/T0DESK/1/abc"
A_TRIGGER = "1337.42.abcdef"
OUR_OWN = ("depth", "trigger_id", "closed", "errors")
ONLY_IN_EVENTS = ("channel", "channel_type", "event_ts")

Payload = dict[str, Any]


def a_command(text: str = "", **fields: Any) -> dict[str, str]:
    """Somebody typed `/inc text`: the fields of the form."""
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "team_domain": "desk",
        "channel_id": A_CHANNEL,
        "channel_name": "emergency",
        "user_id": "U0MAYA",
        "user_name": "maya",
        "command": "/inc",
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": RESPONSE_URL,
        "trigger_id": A_TRIGGER,
    } | fields


def a_message_shortcut(callback: str, message: Mapping[str, Any], **fields: Any) -> Payload:
    """Somebody chose one of our shortcuts under a message."""
    given = {"user": "U0MAYA", "user_name": "maya", "channel": A_CHANNEL} | fields
    asked = _asked_by(given)
    del asked["api_app_id"], asked["user"]["username"]
    said = {name: value for name, value in message.items() if name not in ONLY_IN_EVENTS}
    return asked | {
        "type": "message_action",
        "callback_id": callback,
        "action_ts": A_TS,
        "message_ts": message["ts"],
        "message": {"type": "message", "user": "U0SAM", "team": TEAM} | said,
        "channel": {"id": given["channel"], "name": given.get("channel_name", "emergency")},
        "response_url": given.get("response_url", RESPONSE_URL),
    }


def a_global_shortcut(callback: str, **fields: Any) -> Payload:
    """Somebody chose one of our shortcuts where no message is."""
    given = {"user": "U0MAYA", "user_name": "maya"} | fields
    return {"type": "shortcut", "callback_id": callback, "action_ts": A_TS, **_asked_by(given)}


def a_submission(
    view: Mapping[str, Any], values: Mapping[str, Any] | None = None, **fields: Any
) -> Payload:
    """Somebody filled in a dialog: `values` by the ids of their blocks or elements."""
    given = {"user": "U0MAYA", "user_name": "maya"} | fields
    asked = {"type": "view_submission", **_asked_by(given), "response_urls": []}
    return asked | {"view": _told_of(view) | {"state": filled_in(view, values or {})}}


def a_closing(view: Mapping[str, Any], *, cleared: bool = False, **fields: Any) -> Payload:
    """Somebody closed a dialog without sending it."""
    given = {"user": "U0MAYA", "user_name": "maya"} | fields
    asked = {name: value for name, value in _asked_by(given).items() if name != "trigger_id"}
    return asked | {"type": "view_closed", "view": _told_of(view), "is_cleared": cleared}


def a_press_in_a_dialog(view: Mapping[str, Any], action: str, **fields: Any) -> Payload:
    """Somebody pressed or chose something in a dialog that is still open."""
    given = {"user": "U0MAYA", "user_name": "maya", "value": ""} | fields
    pressed = {"type": "button", "block_id": "b0", "action_id": action, "value": given["value"]}
    return _asked_by(given) | {
        "type": "block_actions",
        "container": {"type": "view", "view_id": view["id"]},
        "view": _told_of(view) | {"state": filled_in(view, {})},
        "actions": [pressed | {"action_ts": A_TS}],
    }


def _told_of(view: Mapping[str, Any]) -> Payload:
    return {name: value for name, value in view.items() if name not in OUR_OWN}


def _asked_by(given: Mapping[str, Any]) -> Payload:
    return {
        "token": "deprecated",
        "team": {"id": TEAM, "domain": "desk"},
        "enterprise": None,
        "is_enterprise_install": False,
        "api_app_id": APP,
        "user": {
            "id": given["user"],
            "username": given["user_name"],
            "name": given["user_name"],
            "team_id": given.get("team", TEAM),
        },
        "trigger_id": given.get("trigger_id", A_TRIGGER),
    }
