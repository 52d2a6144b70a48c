"""PagerDuty's V3 webhooks: whether one is really from there, and what it says."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from incident.rules.heard import Heard

SIGNATURE, WEBHOOK_ID = "X-PagerDuty-Signature", "X-Webhook-Id"
LONGEST_HEADER = 2_000
LONGEST_WORD = 400
PING = "pagey.ping"

_V1 = re.compile(r"v1=([0-9a-f]{64})")
_KINDS = {
    "incident.triggered": "triggered",
    "incident.acknowledged": "acknowledged",
    "incident.unacknowledged": "unacknowledged",
    "incident.resolved": "resolved",
    "incident.reopened": "reopened",
    "incident.escalated": "escalated",
    "incident.delegated": "reassigned",
    "incident.reassigned": "reassigned",
    "incident.annotated": "annotated",
}


def is_signed(header: str, body: bytes, secrets: Sequence[str]) -> bool:
    """Never raises: whatever a stranger sends is only ever not signed.

    The header names a signature for each secret that is live there; one of them, under one of
    ours, is enough. `body` is the raw body. There is no time in it: a repeat is known by its id.
    """
    if len(header) > LONGEST_HEADER:
        return False
    given = [found[1] for part in header.split(",") if (found := _V1.fullmatch(part.strip()))]
    made = [_signature(secret, body) for secret in secrets if secret]
    return any([hmac.compare_digest(mine, theirs) for mine in made for theirs in given])


def event_id(payload: Mapping[str, Any]) -> str:
    return _text(_object(payload.get("event")), "id")


def read(payload: Mapping[str, Any]) -> Heard | None:
    """What the event says. None if it is no event at all; a kind we do not know is "other"."""
    event = payload.get("event")
    if not isinstance(event, Mapping) or not isinstance(event.get("event_type"), str):
        return None
    data = _object(event.get("data"))
    kind = _KINDS.get(event["event_type"], "other")
    about = _object(data.get("incident")) if _text(data, "type") != "incident" else data
    key = about.get("incident_key")
    return Heard(
        kind=kind,
        dedup_key=key if isinstance(key, str) else "",
        pagerduty_id=_text(about, "id"),
        url=_address(about),
        who=person(event.get("agent")),
        occurred_at=moment(event.get("occurred_at")),
        people=people(data.get("assignees")),
        text=_text(data, "content", longest=2_000),
    )


def person(agent: object) -> str:
    """The name of whoever did it; empty if no person did."""
    found = _object(agent)
    return _text(found, "summary") if _text(found, "type").startswith("user") else ""


def people(found: object) -> tuple[str, ...]:
    names = [person(one) for one in found] if isinstance(found, Iterable) else []
    return tuple(dict.fromkeys(name for name in names if name))


def moment(text: object) -> datetime | None:
    """A time with its zone, or nothing."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None


def _signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _address(about: Mapping[str, Any]) -> str:
    url = _text(about, "html_url")
    return url if url.startswith(("https://", "http://")) else ""


def _object(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _text(found: Mapping[str, Any], name: str, longest: int = LONGEST_WORD) -> str:
    value = found.get(name)
    return value.replace("\x00", "")[:longest].strip() if isinstance(value, str) else ""
