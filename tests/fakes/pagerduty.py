"""A PagerDuty of our own: the Events API v2 and its limits; the rest of it is mixed in."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

from incident.clock import now
from tests.fakes import published
from tests.fakes.pagerduty_incidents import Incident
from tests.fakes.pagerduty_webhooks import Webhooks
from tests.fakes.server import Answer, FakeServer, Request, as_json

ACTIONS = ("trigger", "acknowledge", "resolve")
SEVERITIES = ("critical", "error", "warning", "info")
BODY_SIZE = 512 * 1024
WINDOW = timedelta(seconds=60)
ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")

Event = dict[str, Any]


@dataclass
class Alert:
    """What a trigger opened. Opening one is what wakes somebody."""

    routing_key: str
    dedup_key: str
    summary: str
    severity: str
    intent: str
    opened_at: datetime
    state: str = "triggered"
    log: list[str] = field(default_factory=list)
    incident: Incident | None = None


@dataclass(frozen=True)
class Received:
    at: datetime
    event: Any
    status: int
    effect: str


class FakePagerDuty(Webhooks, FakeServer):
    """`received` is everything ever sent here; `alerts` is what it came to, oldest first.

    `per_minute` is how many events a routing key may send in a minute, if it matters; `window`
    is how long that minute lasts. `breaches`
    is what was wrong with requests by PagerDuty's published description, where that lies here.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        clock: Callable[[], datetime] = now,
        tls: SSLContext | None = None,
        per_minute: int | None = None,
    ) -> None:
        self.received: list[Received] = []
        self.alerts: list[Alert] = []
        self.per_minute, self.window = per_minute, WINDOW
        self.breaches: list[str] = []
        super().__init__(port, clock=clock, tls=tls)

    @property
    def events(self) -> list[Event]:
        """The events that were taken."""
        return [received.event for received in self.received if received.status == 202]

    def woken_for(self, intent: str) -> int:
        """How often somebody was woken for one intent of ours. Once is right."""
        return sum(alert.intent == intent for alert in self.alerts)

    def noticed(self, request: Request) -> None:
        self.breaches += published.breaches_of(request)

    def answer(self, request: Request) -> Answer:
        if request.path != "/v2/enqueue" or request.method != "POST":
            found = self.catalog_answer(request)
            return found or Answer(
                404, as_json({"status": "not found", "message": "No such address"})
            )
        try:
            event = json.loads(request.body)
        except ValueError:
            event = None
        problems = problems_of(event, size=len(request.body))
        if problems:
            return self._note(request, event, 400, "refused: " + "; ".join(problems), problems)
        if self._too_many(event["routing_key"], request.at):
            return self._note(request, event, 429, "refused: too many events")
        return self._note(request, event, 202, self._follow(event, request.at))

    def _note(
        self, request: Request, event: Any, status: int, effect: str, problems: Sequence[str] = ()
    ) -> Answer:
        self.received.append(Received(request.at, event, status, effect))
        if status == 429:
            return Answer(429, headers={"Retry-After": "30"})
        if status == 400:
            said = {"status": "invalid event", "message": "Event object is invalid"}
            return Answer(400, as_json(said | {"errors": list(problems)}))
        said = {"status": "success", "message": "Event processed"}
        return Answer(202, as_json(said | {"dedup_key": event["dedup_key"]}))

    def _follow(self, event: Event, at: datetime) -> str:
        """What becomes of an event: an alert opens, changes, or nothing happens."""
        event["dedup_key"] = event.get("dedup_key") or f"fake-{len(self.alerts) + 1}"
        alert = self._open_alert(event["routing_key"], event["dedup_key"])
        if event["event_action"] == "trigger":
            return self._trigger(event, alert, at)
        if alert is None:
            return "dropped: no open alert with this key"
        state = {"acknowledge": "acknowledged", "resolve": "resolved"}[event["event_action"]]
        self.settled(alert, state)
        alert.log.append(state)
        return state

    def _trigger(self, event: Event, alert: Alert | None, at: datetime) -> str:
        if alert is not None:
            alert.log.append("triggered again")
            return f"noted: the alert is {alert.state} already, nobody is woken again"
        payload = event["payload"]
        alert = Alert(
            routing_key=event["routing_key"],
            dedup_key=event["dedup_key"],
            summary=payload["summary"],
            severity=payload["severity"],
            intent=str(payload.get("custom_details", {}).get("intent", "")),
            opened_at=at,
            log=["triggered"],
        )
        self.alerts.append(alert)
        return self.opened(alert)

    def _open_alert(self, routing_key: str, dedup_key: str) -> Alert | None:
        """An alert belongs to the routing key that opened it; no other can reach it."""
        for alert in reversed(self.alerts):
            if (alert.routing_key, alert.dedup_key) == (routing_key, dedup_key):
                return alert if alert.state != "resolved" else None
        return None

    def _too_many(self, routing_key: str, at: datetime) -> bool:
        if self.per_minute is None:
            return False
        lately = (r for r in reversed(self.received) if r.status == 202 and at - r.at < self.window)
        return sum(r.event["routing_key"] == routing_key for r in lately) >= self.per_minute


def problems_of(event: Any, *, size: int = 0) -> list[str]:
    """What PagerDuty would say against this event; nothing if it would take it."""
    if size > BODY_SIZE:
        return ["Event exceeds the maximum size of 512 KB"]
    if not isinstance(event, dict):
        return ["JSON parse error"]
    problems = _problems_of_the_keys(event)
    problems += _problems_of_the_links(event)
    if event.get("event_action") == "trigger" or "payload" in event:
        problems += _problems_of_the_payload(event.get("payload"))
    return problems


def _problems_of_the_keys(event: Event) -> list[str]:
    problems = []
    key, dedup_key = event.get("routing_key"), event.get("dedup_key")
    if not isinstance(key, str) or len(key) != 32:
        problems.append("Length of 'routing_key' is incorrect (should be 32 characters)")
    if event.get("event_action") not in ACTIONS:
        problems.append("'event_action' is invalid (must be one of: 'trigger', ...)")
    if dedup_key is None and event.get("event_action") in ("acknowledge", "resolve"):
        problems.append("'dedup_key' is missing or blank")
    if dedup_key is not None and not (isinstance(dedup_key, str) and 0 < len(dedup_key) <= 255):
        problems.append("'dedup_key' is invalid (must be a string of at most 255 characters)")
    problems += [
        f"'{name}' is invalid (must be a string)"
        for name in ("client", "client_url")
        if name in event and not isinstance(event[name], str)
    ]
    return problems


def _problems_of_the_payload(payload: Any) -> list[str]:
    if not isinstance(payload, dict):
        return ["'payload' is missing or blank"]
    problems = [
        f"'payload.{name}' is missing or blank"
        for name in ("summary", "source")
        if not (isinstance(payload.get(name), str) and payload[name].strip())
    ]
    if len(str(payload.get("summary", ""))) > 1024:
        problems.append("'payload.summary' is too long (at most 1024 characters)")
    if payload.get("severity") not in SEVERITIES:
        problems.append("'payload.severity' is invalid (must be one of: 'critical', ...)")
    problems += [
        f"'payload.{name}' is invalid (must be a string)"
        for name in ("component", "group", "class")
        if name in payload and not isinstance(payload[name], str)
    ]
    if not isinstance(payload.get("custom_details", {}), dict):
        problems.append("'payload.custom_details' is invalid (must be an object)")
    stamp = payload.get("timestamp", "2026-01-01T00:00Z")
    if not (isinstance(stamp, str) and ISO_8601.fullmatch(stamp)):
        problems.append("'payload.timestamp' is invalid (must be ISO 8601)")
    return problems


def _problems_of_the_links(event: Event) -> list[str]:
    problems = []
    for name, address, schemes in (
        ("links", "href", ("http", "https")),
        ("images", "src", ("https",)),
    ):
        entries = event.get(name, [])
        if not isinstance(entries, list):
            problems.append(f"'{name}' is invalid (must be an array)")
            continue
        for entry in entries:
            where = entry.get(address) if isinstance(entry, dict) else None
            if _scheme(where) not in schemes:
                problems.append(f"'{name}.{address}' is missing or invalid")
            elif any(not isinstance(words, str) for words in entry.values()):
                problems.append(f"'{name}' is invalid (must hold strings)")
    return problems


def _scheme(address: Any) -> str:
    try:
        return urlsplit(address).scheme if isinstance(address, str) else ""
    except ValueError:
        return ""
