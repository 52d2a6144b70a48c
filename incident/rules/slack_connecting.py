"""What may be typed where Slack is connected, and what is wrong with it, said at its field."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incident.rules import slack_manifest as manifest

SOCKET, HTTP = "socket", "http"
TRANSPORTS = {
    SOCKET: "Socket Mode: no public address",
    HTTP: "Slack can reach this desk (https)",
}
LIVE_SECRETS = 2
AUDIENCES = {"executives": "Executives", "customers": "Customers"}
WHENS = {
    "asked": "When somebody asks for it",
    "major": "For SEV 1 and SEV 2",
    "always": "For every incident",
}
CHANNELS: Mapping[str, Any] = {"when": "asked", "prefix": "inc-", "archive": False}

# Slack signs the question by which it verifies an address.
VERIFY = (
    "In the app, under Event Subscriptions, press Retry beside the Request URL until it says "
    "Verified: Slack could not verify it before the signing secret was here. If it stays "
    "unverified, the secret is of another app, or Slack does not reach this address."
)
VERIFIED = "Else look under Event Subscriptions in the app: does the Request URL say Verified?"
_SECRET = re.compile(r"[A-Za-z0-9]{32,128}")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{5,20}")
_NAME = re.compile(r"#?[^\s#@<>]{1,80}")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Workspace:
    """The workspace that a token belongs to, and who the app is there."""

    team: str
    name: str = ""
    url: str = ""
    bot: str = ""


def transport(kept: Mapping[str, Any], *, secure: bool, has_app_token: bool) -> str:
    """How Slack is heard: what was chosen, else what can work at all."""
    if kept.get("transport") in TRANSPORTS:
        return str(kept["transport"])
    return HTTP if secure and not has_app_token else SOCKET


def transport_problem(chosen: str, public_url: str) -> str:
    if chosen not in TRANSPORTS:
        return "Choose how Slack tells this desk what happens."
    if chosen == HTTP and not public_url.startswith("https://"):
        return (
            f"Slack calls only https addresses, and this desk is at {public_url}. Set BASE_URL to "
            "an https address that Slack can reach, or choose Socket Mode: it needs none."
        )
    return ""


def bot_token_problem(token: str) -> str:
    if token.startswith("xapp-"):
        return (
            "That is an app-level token: it opens sockets and posts nothing. What goes here is the "
            "Bot User OAuth Token under OAuth & Permissions; it begins with xoxb-."
        )
    if token.startswith(("xoxp-", "xoxe")):
        return (
            "That is a token of a person, or one that expires. What goes here is the Bot User "
            "OAuth Token under OAuth & Permissions; it begins with xoxb-."
        )
    if not token.startswith("xoxb-"):
        return "A bot token begins with xoxb-. It is under OAuth & Permissions once installed."
    return _one_word(token)


def app_token_problem(token: str) -> str:
    if token.startswith("xox"):
        return (
            "That is a token for posting. What goes here is an app-level token, which begins with "
            "xapp-: Basic Information, App-Level Tokens, with the scope connections:write."
        )
    if not token.startswith("xapp-"):
        return (
            "An app-level token begins with xapp-. Make one under Basic Information, App-Level "
            f"Tokens, with the scope {manifest.APP_SCOPE}."
        )
    return _one_word(token)


def secret_problem(secret: str, live: Collection[str] = ()) -> str:
    if secret.startswith(("xox", "xapp-")):
        return "That is a token. The signing secret is under Basic Information, App Credentials."
    if not _SECRET.fullmatch(secret):
        return (
            "A signing secret has 32 letters and digits. It is under Basic Information, App "
            "Credentials, Signing Secret, Show: neither the client secret nor the verification "
            "token."
        )
    if secret in live:
        return "This one is kept already."
    if len(live) >= LIVE_SECRETS:
        return "Two are live already. Drop the old one first."
    return ""


def workspace_problem(found: Workspace, before: Mapping[str, Any]) -> str:
    """Rules, members and channels belong to one workspace: another one needs a clean slate."""
    if not before.get("team") or before["team"] == found.team:
        return ""
    return (
        f"This token is of the workspace {found.name or found.team}, and the desk is connected to "
        f"{before.get('name') or before['team']}: its rules, channels and members are of that one. "
        "Use a token of that, or disconnect first."
    )


def scopes_problem(given: Collection[str]) -> str:
    """Without one of these a cry is not heard or nobody is told; empty where all are there."""
    grave = [scope for scope in manifest.missing(given) if scope.grave]
    if not grave:
        return ""
    wanted = "; ".join(f"{scope.name} ({scope.why})" for scope in grave)
    return (
        f"This token may not do what the desk needs: {wanted}. Paste the manifest of step 1 again "
        "under App Manifest, reinstall the app, and give the token once more."
    )


def channel_problem(which: str) -> str:
    """An empty one is none at all."""
    if not which or _CHANNEL.fullmatch(which) or _NAME.fullmatch(which):
        return ""
    return "Write the channel's name, such as #executives, or its id, such as C024BE91L."


def audience_problems(channels: Mapping[str, str]) -> dict[str, str]:
    """What executives are told is not for customers: one channel is for one audience."""
    first: dict[str, str] = {}
    wrong = {}
    for audience, channel in channels.items():
        if channel and first.setdefault(channel, audience) != audience:
            other = AUDIENCES[first[channel]].lower()
            wrong[audience] = f"The {other} read there. Choose another channel for these."
    return wrong


def when_problem(when: str) -> str:
    return "" if when in WHENS else "Choose when an incident gets a channel of its own."


def prefix_problem(prefix: str) -> str:
    if _PREFIX.fullmatch(prefix):
        return ""
    return "At most 20 small letters, digits, - and _, such as inc-. Slack allows nothing else."


def heard_sentence(
    heard_at: datetime | None, now: datetime, *, by_socket: bool, channel: str = ""
) -> str:
    """Empty when Slack has been heard in the last day; else what to try."""
    if heard_at is not None and now - heard_at < timedelta(days=1):
        return ""
    since = "Slack has said nothing for more than a day." if heard_at else "Nothing heard yet."
    there = f"Write anything in {channel}" if channel else "Write in a channel that has the app"
    again = f"{there} and look again here."
    if by_socket:
        return f"{since} {again} A worker holds the socket: is one running?"
    if heard_at is None:
        return f"{since} {VERIFY} {again}"
    return f"{since} {again} {VERIFIED}"


def names(people: Sequence[str], most: int = 8) -> str:
    """These names; of many the first ones, and how many more."""
    shown = ", ".join(people[:most])
    return f"{shown} and {len(people) - most} more" if len(people) > most else shown


def _one_word(token: str) -> str:
    if not (token.isascii() and token.isprintable()) or " " in token:
        return "A token is one word of letters, digits and signs. Copy it again, without blanks."
    return "" if 20 <= len(token) <= _LONGEST else "That is no whole token. Copy it again."
