"""What may be typed where PagerDuty is connected, and what is wrong with it, said at its field."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from incident.rules.connections import LOOPBACK

LONGEST_TOKEN = 200
A_ROUTING_KEY = re.compile(r"[A-Za-z0-9]{32}")
AN_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Proving(Protocol):
    """A target, as far as it matters whether it is there for test events alone."""

    @property
    def proving(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose token it is. A token of the whole account belongs to nobody: then all is empty."""

    name: str = ""
    email: str = ""
    role: str = ""
    account: str = ""


def token_problem(token: str) -> str:
    if not token:
        return "Paste the token: without it nobody can say who is on call."
    if not (token.isascii() and token.isprintable()) or " " in token:
        return "A token is one word of letters, digits and signs. Copy it again, without blanks."
    if A_ROUTING_KEY.fullmatch(token):
        return (
            "That is a routing key: it has 32 letters and digits, and pages one service. "
            "What goes here is a REST API key; it has about 20."
        )
    return "" if len(token) <= LONGEST_TOKEN else "That is too long to be a token."


def sender_problem(sender: str) -> str:
    if not sender or AN_ADDRESS.fullmatch(sender):
        return ""
    return "The email address of somebody in PagerDuty, such as maya@example.com."


def webhook_problem(public_url: str) -> str:
    """Why PagerDuty cannot tell us; empty where it can."""
    parts = urlsplit(public_url)
    if parts.hostname in LOOPBACK:
        return (
            f"PagerDuty cannot reach {public_url}: only this machine can. So the desk asks "
            "PagerDuty every few seconds instead, which works as well and is a little slower. "
            "Set BASE_URL to an https address to be told at once."
        )
    if parts.scheme != "https":
        return (
            f"PagerDuty tells only https addresses, and this desk is at {public_url}. So the desk "
            "asks PagerDuty every few seconds instead. Put it behind https and set BASE_URL."
        )
    return ""


def service_problem(service_id: str, known: Mapping[str, str]) -> str:
    """`known` is the name of every service by its id."""
    if not service_id:
        return "Choose a service."
    return "" if service_id in known else "The token does not see this service. Refresh the list."


def test_service_problem(service_id: str, taken: Mapping[str, str]) -> str:
    """`taken` is the target of every service that pages people."""
    if service_id in taken:
        return (
            f"That is the service of {taken[service_id]}: the daily test would wake people. Make "
            "one of its own in PagerDuty, with low urgency, and choose that."
        )
    return ""


def proving_name_problem(name: str, known: Mapping[str, Proving]) -> str:
    if name in known and not known[name].proving:
        return f"{name} pages people. Give the test service a name of its own."
    return ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a test event. State: done, now, failed or later."""

    words: str
    state: str
    at: datetime | None = None
    note: str = ""


def stages(
    *,
    state: str,
    begun_at: datetime,
    accepted_at: datetime | None,
    heard_at: datetime | None,
    heard_by: str,
    settled_at: datetime | None,
) -> tuple[Stage, ...]:
    """Sent, accepted, heard back, resolved: how far a test event has come, and where it broke."""
    by = {"webhook": "PagerDuty told us", "poll": "we asked PagerDuty"}.get(heard_by, "")
    resolved_at = settled_at if state == "resolved" else None
    reached = [
        ("Sent", begun_at, ""),
        ("Accepted by PagerDuty", accepted_at or heard_at, ""),
        ("Heard back", heard_at, by),
        ("Resolved", resolved_at, "by itself"),
    ]
    found, open_yet = [], "failed" if state == "failed" else "now"
    for words, at, note in reached:
        if at is not None:
            found.append(Stage(words, "done", at, note))
        else:
            found.append(Stage(words, open_yet))
            open_yet = "later"
    return tuple(found)
