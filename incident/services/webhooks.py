"""What PagerDuty sends by itself: kept as it came, then heard once."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from incident.integrations.pagerduty import webhook
from incident.rules.heard import Heard
from incident.services import hearing
from incident.storage import signals
from incident.storage.pages import Page
from incident.storage.signals import Signal

PAGERDUTY = "pagerduty"
LONGEST_UNREADABLE = 10_000
LONGEST_ID = 200
HALF = re.compile(r"[\ud800-\udfff]")
NOT_OURS = "it is about no page of ours"
NAMELESS = "it names no key: PagerDuty has to be asked for it"


def keep(session: Session, body: bytes, webhook_id: str, *, at: datetime) -> Signal | None:
    """Keep what was sent, whatever it is. None if this event is kept already."""
    payload = _as_object(body)
    event_id = webhook.event_id(payload) if payload is not None else ""
    key = (event_id or webhook_id.strip())[:LONGEST_ID]
    raw = dict(payload) if payload is not None else _unreadable(body)
    kept = signals.keep(
        session,
        integration=PAGERDUTY,
        delivery_key=key if key.isprintable() and key else sha256(body).hexdigest(),
        raw=raw,
        at=at,
    )
    if kept is not None and payload is None:
        kept.state, kept.reason = "failed", "it is signed by PagerDuty, but no JSON object"
    return kept


def read(session: Session, signal: Signal, at: datetime) -> None:
    """What the event leads to. Reading it again changes nothing."""
    if signal.state != "new":
        return
    heard = webhook.read(signal.raw)
    if heard is None:
        signal.state, signal.reason = "failed", "it is signed by PagerDuty, but no event"
        return
    signal.key = heard.pagerduty_id
    _settle(session, signal, heard, at)


def answer(session: Session, signal: Signal, keys: Sequence[str], at: datetime) -> None:
    """PagerDuty was asked, and these are the keys of that incident."""
    heard = webhook.read(signal.raw)
    if signal.state != "asked" or heard is None:
        return
    for key in keys:
        found = hearing.hear(session, replace(heard, dedup_key=key), at=at)
        if found is not None:
            _note(signal, found)
            return
    signal.state, signal.reason = "ignored", NOT_OURS


def _settle(session: Session, signal: Signal, heard: Heard, at: datetime) -> None:
    found = hearing.hear(session, heard, at=at)
    if found is not None:
        _note(signal, found)
    elif heard.dedup_key or not heard.pagerduty_id or _is_known_stranger(session, signal):
        signal.state, signal.reason = "ignored", NOT_OURS
    else:
        signal.state, signal.reason = "asked", NAMELESS


def _note(signal: Signal, found: object) -> None:
    signal.state, signal.reason = "noted", ""
    signal.incident_id = found.incident_id if isinstance(found, Page) else None


def _is_known_stranger(session: Session, signal: Signal) -> bool:
    """PagerDuty is asked once about each incident of somebody else's."""
    before = signals.by_key(session, PAGERDUTY, signal.key)
    return any(row.state == "ignored" for row in before if row.id != signal.id)


def _as_object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and _can_be_kept(found) else None


def _can_be_kept(found: Mapping[str, Any]) -> bool:
    """PostgreSQL keeps neither a NUL nor half a character, not even in JSON."""
    text = json.dumps(found)
    return "\\u0000" not in text and not HALF.search(json.dumps(found, ensure_ascii=False))


def _unreadable(body: bytes) -> dict[str, Any]:
    text = body.decode(errors="replace").replace("\x00", "")
    return {"unreadable": text[:LONGEST_UNREADABLE]}
