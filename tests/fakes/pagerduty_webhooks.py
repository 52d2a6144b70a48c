"""V3 webhooks of our PagerDuty: what they say, how they are signed, and who sends them."""

import hashlib
import hmac
import http.client
import itertools
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.pagerduty_catalog import User
from tests.fakes.pagerduty_incidents import Incident, Note, reference
from tests.fakes.pagerduty_rest import RestApi, incident_reference, service_reference
from tests.fakes.server import as_json

PATIENCE = 5.0
PAUSES = (0.1, 0.3, 1.0, 3.0, 10.0)

Json = dict[str, Any]


@dataclass
class Webhook:
    """One event on its way. Every attempt carries the same `webhook_id`."""

    webhook_id: str
    body: Json
    statuses: list[int] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return str(self.body["event"]["event_type"])

    @property
    def delivered(self) -> bool:
        return bool(self.statuses) and 200 <= self.statuses[-1] < 300


class Webhooks(RestApi):
    """Mixed in before FakeServer. `told` is every event there was; `sent` those that went out.

    Nothing goes out before `send_webhooks_to`, or after `send_no_webhooks`. While `holding`,
    they wait until `release`.
    """

    def __init__(self, *args: Any, **rest: Any) -> None:
        self.told: list[Webhook] = []
        self.sent: list[Webhook] = []
        self.holding = False
        self._to: Sender | None = None
        self._held: list[Webhook] = []
        super().__init__(*args, **rest)

    def send_webhooks_to(self, url: str, secrets: Sequence[str]) -> None:
        """Each is signed with all of these, as while one of them is rotated.

        Whatever was on its way to another address is given up, and `sent` begins anew.
        """
        self.send_no_webhooks()
        self.sent = []
        self._to = Sender(url, secrets, self.sent)

    def send_no_webhooks(self) -> None:
        """Nobody is told any more."""
        if self._to is not None:
            self._to.stop()
        self._to, self._held, self.holding = None, [], False

    def tell(
        self, kind: str, incident: Incident, agent: User | None = None, note: Note | None = None
    ) -> None:
        data = self._about(incident) if note is None else _about_note(note, incident)
        self.tell_event(an_event(kind, data, at=self.clock(), agent=_agent(incident, agent)))

    def tell_event(self, body: Json) -> Webhook:
        """Any event at all, also one that no incident is behind."""
        webhook = Webhook(str(uuid.uuid4()), body)
        self.told.append(webhook)
        if self.holding:
            self._held.append(webhook)
        elif self._to is not None:
            self._to.send(webhook)
        return webhook

    def tell_ping(self) -> Webhook:
        data = {"message": "Hello from your friend Pagey!", "type": "ping"}
        return self.tell_event(an_event("pagey.ping", data, at=self.clock()))

    def release(
        self,
        order: Callable[[list[Webhook]], list[Webhook]] = lambda held: held,
        *,
        copies: int = 1,
    ) -> None:
        """Send what was held, in any order, each `copies` times."""
        held, self._held, self.holding = order(self._held), [], False
        for webhook in held:
            for _ in range(copies):
                if self._to is not None:
                    self._to.send(webhook)

    def webhooks_idle(self, within: float = 10) -> bool:
        """Whether everything was delivered or given up by then."""
        return self._to is None or self._to.idle(within)

    def stop(self) -> None:
        self.send_no_webhooks()
        super().stop()  # type: ignore[misc]

    def _about(self, incident: Incident) -> Json:
        shown = self.shown_incident(incident)
        kept = ("id", "html_url", "self", "status", "title", "urgency", "created_at", "teams")
        return {name: shown[name] for name in kept} | {
            "type": "incident",
            "number": incident.number,
            "incident_key": shown.get("incident_key"),
            "service": service_reference(incident),
            "assignees": [reference(user) for user in incident.assigned],
            "escalation_policy": shown["escalation_policy"],
            "priority": None,
            "conference_bridge": None,
            "resolve_reason": None,
        }


class Sender:
    """One thread, one event after the other, each tried until it is taken or refused."""

    def __init__(self, url: str, secrets: Sequence[str], sent: list[Webhook]) -> None:
        self._url, self._secrets, self._sent = url, tuple(secrets), sent
        self._waiting: list[Webhook] = []
        self._busy = False
        self._news = threading.Condition()
        self._stopping = threading.Event()
        threading.Thread(target=self._run, name="webhooks", daemon=True).start()

    def send(self, webhook: Webhook) -> None:
        with self._news:
            self._waiting.append(webhook)
            self._news.notify_all()

    def idle(self, within: float) -> bool:
        with self._news:
            return self._news.wait_for(lambda: not self._waiting and not self._busy, within)

    def stop(self) -> None:
        self._stopping.set()
        with self._news:
            self._news.notify_all()

    def _run(self) -> None:
        while (webhook := self._next()) is not None:
            self._deliver(webhook)
            with self._news:
                if not self._stopping.is_set():
                    self._sent.append(webhook)
                self._busy = False
                self._news.notify_all()

    def _next(self) -> Webhook | None:
        with self._news:
            self._news.wait_for(lambda: self._waiting or self._stopping.is_set())
            if self._stopping.is_set():
                return None
            self._busy = True
            return self._waiting.pop(0)

    def _deliver(self, webhook: Webhook) -> None:
        """What is refused is dropped; what is not answered is tried again."""
        body = as_json(webhook.body)
        headers = headers_of(body, self._secrets, webhook.webhook_id)
        for pause in itertools.chain(PAUSES, itertools.repeat(PAUSES[-1], 20)):
            status = post(self._url, body, headers)
            webhook.statuses.append(status)
            if status != 429 and 0 < status < 500:
                return
            if self._stopping.wait(pause):
                return


def headers_of(body: bytes, secrets: Sequence[str], webhook_id: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "PagerDuty-Webhook/V3.0",
        "X-PagerDuty-Signature": signature(body, secrets),
        "X-Webhook-Id": webhook_id,
        "X-Webhook-Subscription": "PW0001",
    }


def signature(body: bytes, secrets: Sequence[str]) -> str:
    digests = [hmac.new(one.encode(), body, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join(f"v1={digest}" for digest in digests)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status of the answer; 0 if there was none."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
    try:
        connection.request("POST", parts.path, body, dict(headers))
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def an_event(
    kind: str, data: Mapping[str, Any], *, at: datetime, agent: Mapping[str, Any] | None = None
) -> Json:
    """The body of a webhook."""
    event = {
        "id": uuid.uuid4().hex[:26].upper(),
        "event_type": kind,
        "resource_type": kind.partition(".")[0],
        "occurred_at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z",
        "agent": dict(agent) if agent else None,
        "client": None,
        "data": dict(data),
    }
    return {"event": event}


def _agent(incident: Incident, agent: User | None) -> Json:
    return reference(agent) if agent is not None else service_reference(incident)


def _about_note(note: Note, incident: Incident) -> Json:
    about = {"id": note.id, "type": "incident_note", "content": note.content, "trimmed": False}
    return about | {"incident": incident_reference(incident)}
