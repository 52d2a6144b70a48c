"""How Slack posts to an app: signed, with three seconds of patience."""

import hashlib
import hmac
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident.clock import now

PATIENCE = 3
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Payload = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What the app answered; status 0 if it did not."""

    status: int
    body: bytes = b""

    @property
    def said(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def signed(body: bytes, secret: str, at: datetime) -> dict[str, str]:
    """The headers that prove the body is Slack's."""
    timestamp = str(int(at.timestamp()))
    base = f"v0:{timestamp}:".encode() + body
    digest = hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def send_event(
    url: str, payload: Payload, *, secret: str, at: datetime | None = None, retry: int = 0
) -> int:
    """Deliver an event to an app as Slack would; its answer's status, 0 if there was none."""
    body = json.dumps(payload).encode()
    headers = {"Content-Type": "application/json"} | signed(body, secret, at or now())
    if retry:
        headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
    return _send(url, body, headers).status


def send_press(url: str, payload: Payload, *, secret: str, at: datetime | None = None) -> int:
    """Deliver a pressed button to an app as Slack would."""
    return send_interactive(url, payload, secret=secret, at=at).status


def send_interactive(
    url: str, payload: Payload, *, secret: str, at: datetime | None = None
) -> Told:
    """Deliver what somebody pressed, chose or filled in."""
    body = interactive_body(payload)
    return _send(url, body, FORM | signed(body, secret, at or now()))


def send_command(url: str, form: Payload, *, secret: str, at: datetime | None = None) -> Told:
    """Deliver what somebody typed behind a slash."""
    body = urllib.parse.urlencode(form).encode()
    return _send(url, body, FORM | signed(body, secret, at or now()))


def interactive_body(payload: Payload) -> bytes:
    return urllib.parse.urlencode({"payload": json.dumps(payload)}).encode()


def _send(url: str, body: bytes, headers: dict[str, str]) -> Told:
    request = urllib.request.Request(url, body, headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            return Told(answer.status, answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Told(error.code, error.read())
    except OSError:
        return Told(0)
