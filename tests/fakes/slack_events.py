"""What Slack tells an app: that somebody wrote, changed, reacted, joined or pressed."""

import hashlib
import json
from typing import Any

from tests.fakes.slack_delivery import send_event as send_event
from tests.fakes.slack_delivery import send_press as send_press
from tests.fakes.slack_delivery import signed as signed

TEAM = "T0DESK"
APP = "A0DESK"
OUR_MEMBER = "U0DESK"
OUR_BOT = "B0DESK"
A_CHANNEL = "C0EMERGENCY"
A_TS = "1741053600.000100"
A_LATER_TS = "1741053660.000200"

Payload = dict[str, Any]


def a_message_event(text: str = "Uploads are failing", **fields: Any) -> Payload:
    """Somebody wrote `text`. A field that is None is left out."""
    message = {
        "type": "message",
        "client_msg_id": "5f0b7e2c-2f5e-4a0e-9a3b-3d1f5b7f9c11",
        "user": "U0SAM",
        "text": text,
        "ts": A_TS,
        "team": TEAM,
        "channel": A_CHANNEL,
        "channel_type": "channel",
    } | fields
    message.setdefault("event_ts", message["ts"])
    return an_envelope({name: value for name, value in message.items() if value is not None})


def a_mention_event(text: str, **fields: Any) -> Payload:
    """The same message told a second time, because it names the app."""
    return a_message_event(text, type="app_mention", channel_type=None, **fields)


def a_change_event(
    text: str, *, before: str, at: str = "1741053660.000200", **fields: Any
) -> Payload:
    """The author changed what was written."""
    where, message = fields.pop("channel", A_CHANNEL), _quoted(text, fields)
    return an_envelope(
        {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": where,
            "channel_type": "channel",
            "message": message | {"edited": {"user": message.get("user"), "ts": at}},
            "previous_message": message | {"text": before},
            "ts": at,
            "event_ts": at,
        }
    )


def a_deletion_event(text: str, *, at: str = A_LATER_TS, **fields: Any) -> Payload:
    """The author took the message away."""
    where, message = fields.pop("channel", A_CHANNEL), _quoted(text, fields)
    return an_envelope(
        {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "channel": where,
            "channel_type": "channel",
            "deleted_ts": message["ts"],
            "previous_message": message,
            "ts": at,
            "event_ts": at,
        }
    )


def a_bot_event(text: str, *, bot: str = "B0MONITOR", **fields: Any) -> Payload:
    """Another app wrote `text`."""
    theirs = {"subtype": "bot_message", "bot_id": bot, "username": "Monitor"}
    nobody = {"user": None, "client_msg_id": None, "team": None}
    return a_message_event(text, **nobody | theirs | fields)


def a_reaction_event(reaction: str = "pushpin", **fields: Any) -> Payload:
    """Somebody reacted to a message."""
    given = {"user": "U0MAYA", "channel": A_CHANNEL, "ts": A_TS, "at": A_LATER_TS} | fields
    return an_envelope(
        {
            "type": "reaction_added",
            "user": given["user"],
            "reaction": reaction,
            "item_user": given.get("item_user", "U0SAM"),
            "item": {"type": "message", "channel": given["channel"], "ts": given["ts"]},
            "event_ts": given["at"],
        }
    )


def a_join_event(user: str = OUR_MEMBER, **fields: Any) -> Payload:
    """Somebody is in a channel now; by themselves, or because somebody invited them."""
    joined = {
        "type": "member_joined_channel",
        "user": user,
        "channel": A_CHANNEL,
        "channel_type": "C",
        "team": TEAM,
        "event_ts": A_LATER_TS,
    }
    return an_envelope(joined | fields)


def an_archive_event(channel: str = A_CHANNEL, **fields: Any) -> Payload:
    archived = {
        "type": "channel_archive",
        "channel": channel,
        "user": "U0MAYA",
        "is_moved": 0,
        "event_ts": A_LATER_TS,
    }
    return an_envelope(archived | fields)


def a_rename_event(
    name: str, *, channel: str = A_CHANNEL, at: str = A_LATER_TS, kind: str = "channel_rename"
) -> Payload:
    """Of a private channel the `kind` is group_rename."""
    renamed = {"id": channel, "name": name, "name_normalized": name, "created": 1_740_000_000}
    return an_envelope({"type": kind, "channel": renamed, "event_ts": at})


def an_uninstall_event(*, at: str = A_LATER_TS) -> Payload:
    """Somebody took the app out of the workspace."""
    return an_envelope({"type": "app_uninstalled", "event_ts": at})


def a_revocation_event(*, at: str = A_LATER_TS) -> Payload:
    revoked = {"oauth": [], "bot": [OUR_MEMBER]}
    return an_envelope({"type": "tokens_revoked", "tokens": revoked, "event_ts": at})


def _quoted(text: str, fields: Payload) -> Payload:
    """A message as an event about it repeats it."""
    message = a_message_event(text, channel=None, channel_type=None, **fields)["event"]
    del message["event_ts"]
    return message


def an_envelope(event: Payload) -> Payload:
    """The wrapper of every event. The same event gets the same id."""
    digest = hashlib.sha256(json.dumps(event, sort_keys=True).encode()).hexdigest()
    return {
        "token": "deprecated",
        "team_id": TEAM,
        "api_app_id": APP,
        "type": "event_callback",
        "event_id": f"Ev{digest[:12].upper()}",
        "event_time": int(str(event.get("event_ts") or A_TS).partition(".")[0]),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": OUR_MEMBER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{digest[:40]}",
        "event": event,
    }


def a_button_press(action: str, value: str = "", **fields: Any) -> Payload:
    """Somebody pressed a button under one of our messages."""
    given = {
        "user": "U0MAYA",
        "user_name": "maya",
        "channel": A_CHANNEL,
        "ts": A_TS,
        "thread_ts": None,
        "trigger_id": "1337.42.abcdef",
        "response_url": "https://hooks.slack.com/actions/T0DESK/1/abc",
    } | fields
    thread = {"thread_ts": given["thread_ts"]} if given["thread_ts"] else {}
    return {
        "type": "block_actions",
        "user": {
            "id": given["user"],
            "username": given["user_name"],
            "name": given["user_name"],
            "team_id": TEAM,
        },
        "api_app_id": APP,
        "token": "deprecated",
        "container": {
            "type": "message",
            "message_ts": given["ts"],
            "channel_id": given["channel"],
            "is_ephemeral": False,
        }
        | thread,
        "trigger_id": given["trigger_id"],
        "team": {"id": TEAM, "domain": "desk"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": given["channel"], "name": "emergency"},
        "message": {"type": "message", "bot_id": OUR_BOT, "ts": given["ts"]} | thread,
        "response_url": given["response_url"],
        "actions": [
            {
                "type": "button",
                "block_id": "b1",
                "action_id": action,
                "value": value,
                "text": {"type": "plain_text", "text": "Press"},
                "action_ts": "1741053665.000000",
            }
        ],
    }
