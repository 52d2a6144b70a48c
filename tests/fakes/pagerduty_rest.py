"""Incidents over the REST API of our PagerDuty: found by key, read, changed in somebody's name."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.pagerduty_catalog import HOME, User, no, ok, token_of
from tests.fakes.pagerduty_incidents import Entry, Incident, Incidents, Note, reference
from tests.fakes.server import Answer, Fault, Request

LEVELS_AT_MOST = 20

Json = dict[str, Any]


class RestApi(Incidents):
    """Mixed in before FakeServer. `faults` by the beginning of a path; `hides_keys` is an account
    whose incidents have their key only on their alerts.
    """

    def __init__(self, *args: Any, **rest: Any) -> None:
        self.faults: dict[str, Fault] = {}
        self.hides_keys = False
        super().__init__(*args, **rest)

    def fault_for(self, request: Request) -> Fault | None:
        for beginning, fault in self.faults.items():
            if request.path.startswith(beginning):
                return fault
        found: Fault | None = super().fault_for(request)  # type: ignore[misc]
        return found

    def rest_requests(self, beginning: str = "/incidents") -> list[Request]:
        """What was asked, oldest first."""
        requests: list[Request] = self.requests  # type: ignore[attr-defined]
        return [request for request in requests if request.path.startswith(beginning)]

    def _addresses(self) -> tuple[tuple[str, str, Callable[..., Answer]], ...]:
        return (
            *super()._addresses(),
            ("GET", "/incidents", self._search),
            ("GET", r"/incidents/(\w+)", self._found(self._show)),
            ("PUT", r"/incidents/(\w+)", self._found(self._change)),
            ("GET", r"/incidents/(\w+)/log_entries", self._found(self._log_of)),
            ("GET", r"/incidents/(\w+)/alerts", self._found(self._alerts_of)),
            ("GET", r"/incidents/(\w+)/notes", self._found(self._notes_of)),
            ("POST", r"/incidents/(\w+)/notes", self._found(self._add_note)),
        )

    def _found(
        self, view: Callable[[Request, Incident], Answer]
    ) -> Callable[[Request, str], Answer]:
        def guarded(request: Request, number: str) -> Answer:
            for incident in self.incidents:
                if incident.id == number:
                    return view(request, incident)
            return no(404, 5001, "Incident Not Found")

        return guarded

    def _search(self, request: Request) -> Answer:
        asked = parse_qs(request.query)
        key = asked.get("incident_key", [""])[0]
        wanted = asked.get("statuses[]", [])
        found = [
            self.shown_incident(incident)
            for incident in reversed(self.incidents)
            if key in ("", incident.alert.dedup_key) and (not wanted or incident.status in wanted)
        ]
        return listed("incidents", found, request)

    def _show(self, _: Request, incident: Incident) -> Answer:
        return ok({"incident": self.shown_incident(incident)})

    def _change(self, request: Request, incident: Incident) -> Answer:
        user = self._who_asks(request)
        if user is None:
            return no(400, 1008, "Requester User Not Found")
        asked = _body(request).get("incident")
        if not isinstance(asked, dict) or not str(asked.get("type", "")).startswith("incident"):
            return no(400, 2001, "Invalid Input Provided", "Type is required")
        if incident.status == "resolved":
            return no(400, 1001, "Incident Already Resolved")
        return self._changed(incident, asked, user)

    def _changed(self, incident: Incident, asked: Json, user: User) -> Answer:
        level, status = asked.get("escalation_level"), asked.get("status")
        if status == "acknowledged":
            if user in [person for person, _ in incident.acknowledged]:
                return no(400, 1002, "Incident Already Acknowledged")
            self._acknowledge(incident, user, "api")
        elif status == "resolved":
            self._resolve(incident, user)
        elif status is not None:
            return no(400, 2001, "Invalid Input Provided", "Status is invalid")
        if level is not None and not self._may_escalate(incident, level, user):
            return no(400, 2001, "Invalid Input Provided", "Escalation level is invalid")
        return ok({"incident": self.shown_incident(incident)})

    def _may_escalate(self, incident: Incident, level: Any, user: User) -> bool:
        if not isinstance(level, int) or not 1 <= level <= LEVELS_AT_MOST:
            return False
        return self._escalate(incident, level, user)

    def _log_of(self, request: Request, incident: Incident) -> Answer:
        whole = "channels" in parse_qs(request.query).get("include[]", [])
        found = [_shown_entry(entry, incident, whole=whole) for entry in reversed(incident.log)]
        return listed("log_entries", found, request)

    def _alerts_of(self, request: Request, incident: Incident) -> Answer:
        alert = incident.alert
        shown = {
            "id": f"A{incident.id[1:]}",
            "type": "alert",
            "status": "resolved" if alert.state == "resolved" else "triggered",
            "alert_key": alert.dedup_key,
            "summary": alert.summary,
            "severity": alert.severity,
            "suppressed": False,
            "created_at": stamp(alert.opened_at),
            "service": service_reference(incident),
            "incident": incident_reference(incident),
        }
        return listed("alerts", [shown], request)

    def _notes_of(self, _: Request, incident: Incident) -> Answer:
        return ok({"notes": [_shown_note(note) for note in incident.notes]})

    def _add_note(self, request: Request, incident: Incident) -> Answer:
        user = self._who_asks(request)
        if user is None:
            return no(400, 1008, "Requester User Not Found")
        asked = _body(request).get("note")
        content = asked.get("content") if isinstance(asked, dict) else None
        if not isinstance(content, str) or not content.strip():
            return no(400, 2001, "Invalid Input Provided", "Content cannot be empty")
        return ok({"note": _shown_note(self._annotate(incident, content, user))})

    def _who_asks(self, request: Request) -> User | None:
        """Whoever `From` names; a token of a person needs it too."""
        email = request.headers.get("From", "")
        if not token_of(request):
            return None
        return next((user for user in self.users.values() if user.email == email), None)

    def shown_incident(self, incident: Incident) -> Json:
        """As PagerDuty answers it."""
        changed = incident.changed_at or incident.alert.opened_at
        key = {} if self.hides_keys else {"incident_key": incident.alert.dedup_key}
        return incident_reference(incident) | key | {
            "type": "incident",
            "incident_number": incident.number,
            "title": incident.alert.summary,
            "created_at": stamp(incident.alert.opened_at),
            "updated_at": stamp(changed),
            "last_status_change_at": stamp(changed),
            "status": incident.status,
            "urgency": incident.urgency,
            "service": service_reference(incident),
            "escalation_policy": self._policy(incident),
            "assigned_via": "escalation_policy",
            "assignments": [
                {"at": stamp(changed), "assignee": reference(user)} for user in incident.assigned
            ],
            "acknowledgements": [
                {"at": stamp(at), "acknowledger": reference(user)}
                for user, at in incident.acknowledged
            ],
            "alert_counts": {"all": 1, "triggered": 1, "resolved": 0},
            "teams": [],
        }  # fmt: skip

    def _policy(self, incident: Incident) -> Json:
        number = incident.service.policy
        summary = self.policies[number]
        return {"id": number, "type": "escalation_policy_reference", "summary": summary}


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def incident_reference(incident: Incident) -> Json:
    summary = f"[#{incident.number}] {incident.alert.summary}"
    about = {"id": incident.id, "type": "incident_reference", "summary": summary}
    return about | {
        "self": f"https://api.pagerduty.com/incidents/{incident.id}",
        "html_url": incident.url,
    }


def service_reference(incident: Incident) -> Json:
    service = incident.service
    url = f"{HOME}/service-directory/{service.id}"
    about = {"id": service.id, "type": "service_reference", "summary": service.name}
    return about | {"html_url": url}


def listed(name: str, found: list[Json], request: Request) -> Answer:
    asked = parse_qs(request.query)
    limit, offset = int(asked.get("limit", ["25"])[0]), int(asked.get("offset", ["0"])[0])
    more = len(found) > offset + limit
    page = found[offset : offset + limit]
    return ok({name: page, "limit": limit, "offset": offset, "more": more, "total": None})


def _shown_entry(entry: Entry, incident: Incident, *, whole: bool) -> Json:
    channel = entry.channel if whole else {"type": entry.channel["type"]}
    agent = reference(entry.agent) if entry.agent else service_reference(incident)
    about = {"id": entry.id, "type": entry.type, "summary": _summary(entry)}
    rest = {"created_at": stamp(entry.at), "agent": agent, "channel": channel, "teams": []}
    return about | rest | {"incident": incident_reference(incident)} | entry.more


def _summary(entry: Entry) -> str:
    words = entry.type.removesuffix("_log_entry").replace("_", " ")
    return f"{words} by {entry.agent.name}" if entry.agent else words


def _shown_note(note: Note) -> Json:
    return {
        "id": note.id,
        "user": reference(note.user),
        "channel": {"summary": "The PagerDuty website or APIs"},
        "content": note.content,
        "created_at": stamp(note.at),
    }


def _body(request: Request) -> Json:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
