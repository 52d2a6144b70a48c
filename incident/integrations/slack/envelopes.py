"""What comes over a socket to Slack, as plain values, and what Slack wants to hear back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from incident.integrations.slack import errors
from incident.integrations.slack.client import Client
from incident.integrations.slack.payload import part, text

if TYPE_CHECKING:
    from incident.integrations.slack.websocket import WebSocket

SWITCHED_OFF = "link_disabled"
OFF = "Socket Mode is switched off in the Slack app. Switch it on under Settings, Socket Mode"
WRONG = (
    "Slack does not take the app-level token. Make a new one with connections:write under "
    "Basic Information, App-Level Tokens, and enter it in Settings, Slack"
)
NO_TOKEN = ("not_allowed_token_type", "invalid_auth", "not_authed", "missing_scope")


@dataclass(frozen=True, slots=True)
class Hello:
    """Slack is there; from now on it sends."""


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Slack is about to hang up. Whoever still wants to hear opens another socket first."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One thing that happened. `kind` is events_api, interactive or slash_commands.

    Until it is acknowledged Slack sends it again. `takes_answer`: that may carry an answer.
    """

    id: str
    kind: str
    payload: Mapping[str, Any]
    takes_answer: bool = False


@dataclass(frozen=True, slots=True)
class NotOpened:
    """There is no socket, and why. `after` is how long Slack wants to be left alone."""

    reason: str
    after: timedelta | None = None


def read(said: str) -> Hello | Goodbye | Envelope | None:
    """Never raises: what nobody understands is nothing."""
    try:
        message = json.loads(said)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict):
        return None
    match text(message, "type"):
        case "hello":
            return Hello()
        case "disconnect":
            return Goodbye(text(message, "reason"))
    return _envelope(message)


def acknowledgement(envelope: Envelope, answer: Mapping[str, Any] | None = None) -> str:
    """What ends it for Slack."""
    said: dict[str, Any] = {"envelope_id": envelope.id}
    if answer and envelope.takes_answer:
        said["payload"] = answer
    return json.dumps(said)


def open_socket(api_url: str, app_token: str) -> "WebSocket | NotOpened":
    """Ask Slack for an address, and connect there."""
    from incident.integrations.slack.websocket import WebSocket

    answer = Client(api_url, app_token).ask("apps.connections.open")
    if not answer.ok:
        if answer.error in NO_TOKEN:
            return NotOpened(WRONG)
        found = errors.read(answer, "the socket")
        return NotOpened(found.reason, getattr(found, "after", None))
    try:
        return WebSocket(str(answer.data.get("url") or ""))
    except (OSError, ValueError) as error:
        return NotOpened(f"Slack's socket could not be opened: {error}")


def _envelope(message: Mapping[str, Any]) -> Envelope | None:
    id, kind = text(message, "envelope_id"), text(message, "type")
    if not id:
        return None
    takes_answer = message.get("accepts_response_payload") is True
    return Envelope(id, kind, part(message, "payload"), takes_answer)
