"""The Slack app as it is asked for: its manifest, and why it needs each of its scopes."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

NAME, BOT_NAME = "Incident desk", "incident-desk"
COMMAND = "/inc"
OPEN_SHORTCUT, KEEP_SHORTCUT = "open_incident_from_message", "add_to_timeline"
EVENTS_PATH, ACTIONS_PATH, COMMANDS_PATH = "/slack/events", "/slack/actions", "/slack/commands"
APPS = "https://api.slack.com/apps"
APP_SCOPE = "connections:write"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the app may do, and what for. Without a `grave` one a cry for help is not heard, or
    nobody is told what became of it."""

    name: str
    why: str
    grave: bool = False


SCOPES = (
    Scope("chat:write", "posting, and changing what it posted", grave=True),
    Scope("chat:write.public", "posting in a public channel without being in it"),
    Scope("channels:history", "hearing a cry for help in a public channel", grave=True),
    Scope("channels:read", "finding a channel by its name, and knowing that the app is in it"),
    Scope("channels:join", "joining a public channel that has a rule"),
    Scope("channels:manage", "opening a channel for an incident, with its topic and its people"),
    Scope("groups:history", "hearing a cry for help in a private channel that invited the app"),
    Scope("groups:read", "knowing that the app is in a private channel, and what it is called"),
    Scope("groups:write", "opening a private channel for a private incident"),
    Scope("commands", f"{COMMAND}, and the two shortcuts on a message"),
    Scope("app_mentions:read", "hearing its name"),
    Scope("reactions:read", "keeping a message on the timeline by a reaction"),
    Scope("reactions:write", "showing with a reaction that a message is kept"),
    Scope("pins:write", "pinning the card of an incident, and the line that says how to call"),
    Scope("bookmarks:read", "finding its own bookmark again instead of adding a second one"),
    Scope("bookmarks:write", "bookmarking the incident at the top of its channel"),
    Scope("users:read", "calling people by their names"),
    Scope("users:read.email", "knowing by the e-mail address whose account a member has here"),
)

EVENTS = (
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "channel_rename",
    "group_archive",
    "group_rename",
    "member_joined_channel",
    "message.channels",
    "message.groups",
    "reaction_added",
    "tokens_revoked",
)

SHORTCUTS = (
    {
        "name": "Open an incident",
        "type": "message",
        "callback_id": OPEN_SHORTCUT,
        "description": "Opens an incident from this message and pages",
    },
    {
        "name": "Add to the timeline",
        "type": "message",
        "callback_id": KEEP_SHORTCUT,
        "description": "Keeps this message on an incident's timeline",
    },
)


def manifest(public_url: str, *, by_socket: bool) -> dict[str, Any]:
    """What Slack wants to be pasted. Over sockets there is no address for it to call."""
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": NAME,
            "description": "Turns a cry for help into a page and a checklist",
            "background_color": "#8b0000",
        },
        "features": {
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "shortcuts": [dict(each) for each in SHORTCUTS],
            "slash_commands": [_command(_address(public_url, COMMANDS_PATH, "url", by_socket))],
        },
        "oauth_config": {"scopes": {"bot": sorted(scope.name for scope in SCOPES)}},
        "settings": {
            "event_subscriptions": {
                **_address(public_url, EVENTS_PATH, "request_url", by_socket),
                "bot_events": list(EVENTS),
            },
            "interactivity": {
                "is_enabled": True,
                **_address(public_url, ACTIONS_PATH, "request_url", by_socket),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": by_socket,
            "token_rotation_enabled": False,
        },
    }


def as_text(found: Mapping[str, Any]) -> str:
    """As it is pasted."""
    return json.dumps(found, indent=2, ensure_ascii=False)


def creating(found: Mapping[str, Any]) -> str:
    """The page of Slack that makes an app of this manifest, filled in already."""
    packed = json.dumps(found, separators=(",", ":"), ensure_ascii=False)
    return f"{APPS}?{urlencode({'new_app': 1, 'manifest_json': packed})}"


def missing(given: Collection[str]) -> tuple[Scope, ...]:
    """What the token may not do yet. Where Slack did not say what it may, nothing is known."""
    return tuple(scope for scope in SCOPES if given and scope.name not in given)


def missing_sentence(scopes: Collection[Scope]) -> str:
    """What is missing, and what to do about it; empty when nothing is."""
    if not scopes:
        return ""
    names = ", ".join(scope.name for scope in scopes)
    return (
        f"The Slack app lacks {names}. Paste the manifest again under App Manifest, or add that "
        "under OAuth & Permissions; then reinstall the app in the workspace."
    )


def _command(address: Mapping[str, str]) -> dict[str, Any]:
    return {
        "command": COMMAND,
        **address,
        "description": "Open, page, note, update or hand over an incident",
        "usage_hint": "open <title> | page | status | note <text> | help",
        "should_escape": True,
    }


def _address(public_url: str, path: str, name: str, by_socket: bool) -> dict[str, str]:
    return {} if by_socket else {name: f"{public_url}{path}"}
