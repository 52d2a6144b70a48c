"""What a PagerDuty account holds, and what is set up in it once: a key, and a webhook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from incident.integrations.pagerduty.rest import RestRefused
from incident.rules.connecting import Owner
from incident.rules.proofs import CAN_WAKE, Service, Shift, Ways

OURS = "Incident desk"
PAGE_LENGTH = 100
PAGES_AT_MOST = 10
EVENTS = (
    "incident.triggered",
    "incident.acknowledged",
    "incident.unacknowledged",
    "incident.resolved",
    "incident.reopened",
    "incident.escalated",
    "incident.reassigned",
    "incident.delegated",
    "incident.annotated",
    "incident.responder.added",
    "incident.responder.replied",
)

Json = Mapping[str, Any]


class Asking(Protocol):
    """The REST API of one account, as `Rest` asks it."""

    def get(self, path: str, **params: Any) -> dict[str, Any]: ...

    def post(self, path: str, body: dict[str, Any] | None) -> dict[str, Any]: ...

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """A webhook as PagerDuty knows it. `secret` is told only once, when it is made."""

    id: str
    url: str
    is_on: bool
    secret: str = ""


def owner(rest: Asking) -> Owner:
    """Raises RestRefused when the token is not known at all."""
    try:
        found = rest.get("/users/me")["user"]
    except RestRefused as refused:
        if refused.status in (401, 402, 429):
            raise
        return Owner()
    host = urlsplit(str(found.get("html_url") or "")).hostname or ""
    return Owner(_text(found, "name"), _text(found, "email"), _text(found, "role"), host)


def has_person(rest: Asking, email: str) -> bool:
    """Whether somebody in the account has this address."""
    found = rest.get("/users", query=email, limit=PAGE_LENGTH).get("users", [])
    return any(_text(one, "email").casefold() == email.casefold() for one in found)


def services(rest: Asking) -> list[Service]:
    """All that the token may see, by name."""
    return [_service(one) for one in _every(rest, "/services", "services", sort_by="name")]


def service(rest: Asking, service_id: str) -> Service | None:
    """None when it is gone, or hidden from the token."""
    try:
        return _service(rest.get(f"/services/{service_id}")["service"])
    except RestRefused as refused:
        if refused.status in (403, 404):
            return None
        raise


def make_key(rest: Asking, service_id: str, target: str) -> str:
    """A new Events API v2 integration of the service; its routing key."""
    asked = {
        "type": "events_api_v2_inbound_integration",
        "name": f"{OURS}: {target}",
        "service": {"id": service_id, "type": "service_reference"},
    }
    made = rest.post(f"/services/{service_id}/integrations", {"integration": asked})
    return _text(made.get("integration", {}), "integration_key")


def subscribe(rest: Asking, url: str) -> Subscription:
    asked = {
        "type": "webhook_subscription",
        "delivery_method": {"type": "http_delivery_method", "url": url},
        "description": f"{OURS}: hears who acknowledged a page",
        "events": list(EVENTS),
        "filter": {"type": "account_reference"},
    }
    made = rest.post("/webhook_subscriptions", {"webhook_subscription": asked})
    return _subscription(made["webhook_subscription"])


def subscription(rest: Asking, number: str) -> Subscription | None:
    try:
        found = rest.get(f"/webhook_subscriptions/{number}")
    except RestRefused as refused:
        if refused.status == 404:
            return None
        raise
    return _subscription(found["webhook_subscription"])


def switch_on(rest: Asking, number: str) -> None:
    rest.post(f"/webhook_subscriptions/{number}/enable", None)


def switch_off(rest: Asking, number: str) -> None:
    """It stays in the account, and nothing comes from it any more."""
    rest.put(f"/webhook_subscriptions/{number}", {"webhook_subscription": {"active": False}})


def shifts(rest: Asking, policy: str, *, since: datetime, until: datetime) -> list[Shift]:
    """Whose turn it is on this policy, and when; every level of it."""
    asked = {
        "escalation_policy_ids[]": [policy],
        "include[]": ["users"],
        "since": since.isoformat(),
        "until": until.isoformat(),
        "time_zone": "UTC",
    }
    return [_shift(one) for one in _every(rest, "/oncalls", "oncalls", **asked) if one.get("user")]


def ways(rest: Asking, person: str) -> Ways:
    """How PagerDuty reaches somebody."""
    found = rest.get(f"/users/{person}/contact_methods").get("contact_methods", [])
    usable = [
        one for one in found if one.get("enabled") is not False and not one.get("blacklisted")
    ]
    kinds = {_text(one, "type").removesuffix("_reference") for one in usable}
    numbers = {
        _text(one, "type"): f"+{one.get('country_code') or 1} {_text(one, 'address')}"
        for one in reversed(usable)
        if _text(one, "type") in CAN_WAKE[1:]
    }
    phone = numbers.get(CAN_WAKE[1]) or numbers.get(CAN_WAKE[2]) or ""
    return Ways(wakes=bool(kinds & set(CAN_WAKE)), phone=phone)


def _every(rest: Asking, path: str, name: str, **asked: Any) -> Iterator[Json]:
    for page in range(PAGES_AT_MOST):
        answer = rest.get(path, limit=PAGE_LENGTH, offset=page * PAGE_LENGTH, **asked)
        yield from answer.get(name, [])
        if not answer.get("more"):
            return


def _service(found: Json) -> Service:
    policy = found.get("escalation_policy") or {}
    name = _text(found, "name") or _text(found, "summary")
    return Service(
        _text(found, "id"), name, _text(found, "status"), _text(policy, "id"),
        _text(policy, "summary") or _text(policy, "name"),
    )  # fmt: skip


def _shift(found: Json) -> Shift:
    person = found["user"]
    return Shift(
        person=_text(person, "id"),
        name=_text(person, "name") or _text(person, "summary"),
        email=_text(person, "email"),
        zone=_text(person, "time_zone"),
        level=int(found.get("escalation_level") or 1),
        start=_moment(found.get("start")),
        end=_moment(found.get("end")),
    )


def _subscription(found: Json) -> Subscription:
    way = found.get("delivery_method") or {}
    is_on = found.get("active") is not False and not way.get("temporarily_disabled")
    return Subscription(_text(found, "id"), _text(way, "url"), is_on, _text(way, "secret"))


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


def _text(found: Json, name: str) -> str:
    value = found.get(name)
    return value[:400] if isinstance(value, str) else ""
