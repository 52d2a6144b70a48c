"""What stands in the account of our PagerDuty: people, services, who is on call, webhooks."""

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Answer, Request, as_json

A_TOKEN = "u+of-the-stand-in"  # noqa: S105 - known to everybody, on purpose
ACCOUNT_TOKEN = "of-the-whole-account"  # noqa: S105
READ_ONLY_TOKEN = "may-only-look"  # noqa: S105
TOKENS = (A_TOKEN, ACCOUNT_TOKEN, READ_ONLY_TOKEN)
HOME = "https://desk.pagerduty.com"

Json = dict[str, Any]


@dataclass
class User:
    """`ways` are kinds of contact methods: push_notification, phone, sms, email."""

    id: str
    name: str
    zone: str = "UTC"
    role: str = "admin"
    ways: list[str] = field(default_factory=lambda: ["push_notification", "phone", "email"])
    phone: str = "5550100"

    @property
    def email(self) -> str:
        return f"{self.name.lower()}@example.com"


@dataclass
class Service:
    id: str
    name: str
    policy: str
    status: str = "active"
    urgency: str = "high"


@dataclass
class Turn:
    """Without a beginning and an end it is always their turn."""

    policy: str
    user: str
    level: int = 1
    start: datetime | None = None
    end: datetime | None = None

    def touches(self, since: datetime, until: datetime) -> bool:
        return (self.end is None or self.end > since) and (self.start is None or self.start < until)


@dataclass
class Webhook:
    id: str
    url: str
    secret: str
    active: bool = True
    temporarily_disabled: bool = False


class Catalog:
    """Mixed in before FakeServer. `catalog_answer` is None for what is no address of its own.

    `keys` says which service each routing key belongs to.
    """

    def __init__(self, *args: Any, **rest: Any) -> None:
        self.furnish()
        super().__init__(*args, **rest)

    def furnish(self) -> None:
        """An account as it is at first, whatever became of it."""
        self.users = {
            "PMAYA0": User("PMAYA0", "Maya", "Europe/Berlin"),
            "PTOM00": User("PTOM00", "Tom", "America/New_York", phone="5550101"),
        }
        self.policies = {"PCORE0": "Core", "PTEST0": "Test"}
        self.services = {
            "PAPP00": Service("PAPP00", "The app", "PCORE0"),
            "PDATA0": Service("PDATA0", "The database", "PCORE0"),
            "PPROOF": Service("PPROOF", "Test events", "PTEST0", urgency="low"),
        }
        self.turns = [Turn("PCORE0", "PMAYA0"), Turn("PCORE0", "PTOM00", level=2)]
        self.turns.append(Turn("PTEST0", "PMAYA0"))
        self.keys: dict[str, str] = {}
        self.webhooks: dict[str, Webhook] = {}
        self._numbers = itertools.count(1)

    def service_of(self, routing_key: str) -> Service:
        """The service that a key pages; a key made elsewhere pages the app."""
        return self.services[self.keys.get(routing_key, "PAPP00")]

    def user_of(self, request: Request) -> User | None:
        """Whose token it is; None for a token of the whole account."""
        return self.users["PMAYA0"] if token_of(request) == A_TOKEN else None

    def catalog_answer(self, request: Request) -> Answer | None:
        for method, pattern, view in self._addresses():
            found = re.fullmatch(pattern, request.path)
            if method == request.method and found:
                return self._guarded(request, view, *found.groups())
        return None

    def _guarded(self, request: Request, view: Callable[..., Answer], *parts: str) -> Answer:
        token = token_of(request)
        if token not in TOKENS:
            return no(401, 2006, "Authentication failed")
        if request.headers.get("Accept") != "application/vnd.pagerduty+json;version=2":
            return no(400, 2001, "Invalid Input Provided", "Accept is not version 2")
        if request.method != "GET" and token == READ_ONLY_TOKEN:
            return no(403, 2010, "Access Denied")
        return view(request, *parts)

    def _addresses(self) -> tuple[tuple[str, str, Callable[..., Answer]], ...]:
        return (
            ("GET", "/users/me", self._me),
            ("GET", "/users", self._people),
            ("GET", r"/users/(\w+)/contact_methods", self._ways),
            ("GET", "/abilities", lambda _: ok({"abilities": ["teams", "urgencies"]})),
            ("GET", "/services", self._services),
            ("GET", r"/services/(\w+)", self._service),
            ("POST", r"/services/(\w+)/integrations", self._integrate),
            ("GET", "/oncalls", self._on_calls),
            ("POST", "/webhook_subscriptions", self._subscribe),
            ("GET", r"/webhook_subscriptions/(\w+)", self._subscription),
            ("PUT", r"/webhook_subscriptions/(\w+)", self._change_subscription),
            ("POST", r"/webhook_subscriptions/(\w+)/enable", self._enable),
            ("POST", r"/webhook_subscriptions/(\w+)/ping", self._ping),
        )

    def _me(self, request: Request) -> Answer:
        user = self.user_of(request)
        if user is None:
            why = "Please use a user token or include From"
            return no(400, 1008, "Requester User Not Found", why)
        return ok({"user": shown(user)})

    def _people(self, request: Request) -> Answer:
        wanted = (_asked(request).get("query") or [""])[0].lower()
        found = [u for u in self.users.values() if wanted in f"{u.name} {u.email}".lower()]
        return _listed("users", [shown(user) for user in found], request)

    def _ways(self, _: Request, number: str) -> Answer:
        user = self.users.get(number)
        if user is None:
            return no(404, 2100, "Not Found")
        return ok({"contact_methods": [_way(user, kind, n) for n, kind in enumerate(user.ways)]})

    def _services(self, request: Request) -> Answer:
        found = sorted(self.services.values(), key=lambda service: service.name)
        return _listed("services", [self._drawn(service) for service in found], request)

    def _service(self, _: Request, number: str) -> Answer:
        service = self.services.get(number)
        return ok({"service": self._drawn(service)}) if service else no(404, 2100, "Not Found")

    def _drawn(self, service: Service) -> Json:
        policy = {
            "id": service.policy,
            "type": "escalation_policy_reference",
            "summary": self.policies[service.policy],
        }
        names = {"name": service.name, "summary": service.name, "status": service.status}
        return {"id": service.id, "type": "service", "escalation_policy": policy} | names

    def _integrate(self, request: Request, number: str) -> Answer:
        asked = _body(request).get("integration")
        if number not in self.services:
            return no(404, 2100, "Not Found")
        if not isinstance(asked, dict) or asked.get("type") != "events_api_v2_inbound_integration":
            return no(400, 2001, "Invalid Input Provided", "Integration type is invalid")
        key = f"{next(self._numbers):032d}"
        self.keys[key] = number
        made = {**asked, "id": f"PI{key[-4:]}", "integration_key": key}
        return ok({"integration": made}, status=201)

    def _on_calls(self, request: Request) -> Answer:
        asked = _asked(request)
        since, until = (datetime.fromisoformat(asked[name][0]) for name in ("since", "until"))
        wanted = asked.get("escalation_policy_ids[]", [])
        found = [
            turn for turn in self.turns if turn.policy in wanted and turn.touches(since, until)
        ]
        whole = "users" in asked.get("include[]", [])
        return _listed("oncalls", [self._drawn_turn(turn, whole=whole) for turn in found], request)

    def _drawn_turn(self, turn: Turn, *, whole: bool) -> Json:
        user = self.users[turn.user]
        reference = {"id": user.id, "type": "user_reference", "summary": user.name}
        return {
            "user": shown(user) if whole else reference,
            "escalation_policy": {"id": turn.policy, "type": "escalation_policy_reference"},
            "escalation_level": turn.level,
            "start": turn.start.isoformat() if turn.start else None,
            "end": turn.end.isoformat() if turn.end else None,
        }

    def _subscribe(self, request: Request) -> Answer:
        asked = _body(request).get("webhook_subscription", {})
        url = str(asked.get("delivery_method", {}).get("url", ""))
        if not url.startswith("https://") or not asked.get("events") or "filter" not in asked:
            return no(400, 2001, "Invalid Input Provided", "Url must be https")
        number = f"PW{next(self._numbers):04d}"
        made = Webhook(number, url, secret=f"secret-{number}")
        self.webhooks[number] = made
        return ok({"webhook_subscription": _drawn_webhook(made, secret=made.secret)}, status=201)

    def _subscription(self, _: Request, number: str) -> Answer:
        found = self.webhooks.get(number)
        if found is None:
            return no(404, 2100, "Not Found")
        return ok({"webhook_subscription": _drawn_webhook(found)})

    def _change_subscription(self, request: Request, number: str) -> Answer:
        found = self.webhooks.get(number)
        if found is None:
            return no(404, 2100, "Not Found")
        found.active = bool(_body(request)["webhook_subscription"].get("active", found.active))
        return ok({"webhook_subscription": _drawn_webhook(found)})

    def _enable(self, request: Request, number: str) -> Answer:
        if number in self.webhooks:
            self.webhooks[number].temporarily_disabled = False
        return self._subscription(request, number)

    def _ping(self, _: Request, number: str) -> Answer:
        return Answer(202) if number in self.webhooks else no(404, 2100, "Not Found")


def token_of(request: Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Token token=")


def no(status: int, code: int, message: str, *errors: str) -> Answer:
    """A refusal in PagerDuty's own form."""
    error = {"message": message, "code": code, "errors": list(errors)}
    return Answer(status, as_json({"error": error}))


def ok(found: Json, *, status: int = 200) -> Answer:
    return Answer(status, as_json(found))


def shown(user: User) -> Json:
    return {
        "id": user.id,
        "type": "user",
        "summary": user.name,
        "name": user.name,
        "email": user.email,
        "time_zone": user.zone,
        "role": user.role,
        "html_url": f"{HOME}/users/{user.id}",
    }


def _way(user: User, kind: str, n: int) -> Json:
    way = {"id": f"PC{user.id[1:4]}{n}", "type": f"{kind}_contact_method", "label": kind}
    if kind in ("phone", "sms"):
        return way | {"address": user.phone, "country_code": 1, "enabled": True}
    return way | {"address": user.email if kind == "email" else "device"}


def _drawn_webhook(webhook: Webhook, *, secret: str | None = None) -> Json:
    method = {
        "type": "http_delivery_method",
        "url": webhook.url,
        "temporarily_disabled": webhook.temporarily_disabled,
        "secret": secret,
    }
    about = {"id": webhook.id, "type": "webhook_subscription", "active": webhook.active}
    return about | {"delivery_method": method}


def _asked(request: Request) -> dict[str, list[str]]:
    return parse_qs(request.query)


def _body(request: Request) -> Json:
    body = json.loads(request.body or b"{}")
    return body if isinstance(body, dict) else {}


def _listed(name: str, found: list[Json], request: Request) -> Answer:
    asked = _asked(request)
    limit, offset = int(asked.get("limit", ["25"])[0]), int(asked.get("offset", ["0"])[0])
    page = found[offset : offset + limit]
    more = len(found) > offset + limit
    return ok({name: page, "limit": limit, "offset": offset, "more": more, "total": None})
