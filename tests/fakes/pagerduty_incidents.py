"""What becomes of an alert in our PagerDuty: an incident, who is told, and who answers."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tests.fakes.pagerduty_catalog import HOME, Catalog, Service, User

# Ways in which a 202 wakes nobody.
SUPPRESSED, MAINTENANCE = "suppressed", "maintenance"
LOW_URGENCY, NOBODY_ON_CALL = "low urgency", "nobody on call"

Json = dict[str, Any]


class Alert(Protocol):
    """What a trigger opened, as `FakePagerDuty` keeps it."""

    routing_key: str
    dedup_key: str
    summary: str
    severity: str
    opened_at: datetime
    state: str
    incident: Any


@dataclass
class Entry:
    """A line of an incident's log. Without a person the service itself did it."""

    id: str
    type: str
    at: datetime
    agent: User | None = None
    channel: Json = field(default_factory=lambda: {"type": "auto"})
    more: Json = field(default_factory=dict)


@dataclass
class Note:
    id: str
    at: datetime
    user: User
    content: str


@dataclass
class Incident:
    """Its alert has the state: triggered, acknowledged or resolved."""

    id: str
    number: int
    alert: Alert
    service: Service
    urgency: str = "high"
    level: int = 1
    assigned: list[User] = field(default_factory=list)
    acknowledged: list[tuple[User, datetime]] = field(default_factory=list)
    changed_at: datetime | None = None
    log: list[Entry] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{HOME}/incidents/{self.id}"

    @property
    def status(self) -> str:
        return self.alert.state


class Incidents(Catalog):
    """Mixed in before FakeServer. `quiet` is one of the ways in which nobody is woken.

    Who is on call is told at once, unless `notifies` is off. `alerts` come from who mixes this in.
    """

    alerts: list[Any]
    clock: Callable[[], datetime]
    lock: Any

    def __init__(self, *args: Any, **rest: Any) -> None:
        self.quiet = ""
        self.notifies = True
        self._incident_numbers = itertools.count(1)
        self._entry_numbers = itertools.count(1)
        super().__init__(*args, **rest)

    @property
    def incidents(self) -> list[Incident]:
        return [alert.incident for alert in list(self.alerts) if alert.incident is not None]

    def incident_of(self, dedup_key: str) -> Incident:
        """The newest incident that was opened with this key."""
        return next(i for i in reversed(self.incidents) if i.alert.dedup_key == dedup_key)

    def acknowledge(self, dedup_key: str, who: str = "Maya", *, by: str = "mobile") -> None:
        with self.lock:
            self._acknowledge(self.incident_of(dedup_key), self.named(who), by)

    def unacknowledge(self, dedup_key: str) -> None:
        """The acknowledgement timed out."""
        with self.lock:
            incident = self.incident_of(dedup_key)
            self._turn(incident, "triggered")
            incident.acknowledged.clear()
            self._note_down(incident, "unacknowledge_log_entry", channel={"type": "timeout"})
            self.tell("incident.unacknowledged", incident)

    def resolve(self, dedup_key: str, who: str = "Maya") -> None:
        with self.lock:
            self._resolve(self.incident_of(dedup_key), self.named(who))

    def reopen(self, dedup_key: str, who: str = "Maya") -> None:
        with self.lock:
            incident, user = self.incident_of(dedup_key), self.named(who)
            self._turn(incident, "triggered")
            self._note_down(incident, "trigger_log_entry", user, channel={"type": "website"})
            self.tell("incident.reopened", incident, user)

    def notify(self, dedup_key: str, who: str = "Maya", *, channel: str = "push") -> None:
        """Somebody's phone rings. No webhook tells that; only the log does."""
        with self.lock:
            self._notify(self.incident_of(dedup_key), self.named(who), channel)

    def escalate(self, dedup_key: str, who: str = "") -> None:
        """To the next level, as when nobody answers; `who` if somebody pressed it."""
        with self.lock:
            incident = self.incident_of(dedup_key)
            self._escalate(incident, incident.level + 1, self.named(who) if who else None)

    def exhaust(self, dedup_key: str) -> None:
        """All levels were told and nobody answered. No webhook tells that either."""
        with self.lock:
            incident = self.incident_of(dedup_key)
            self._note_down(incident, "exhaust_escalation_path_log_entry")

    def reassign(self, dedup_key: str, to: str, who: str = "Maya") -> None:
        with self.lock:
            incident = self.incident_of(dedup_key)
            incident.assigned = [self.named(to)]
            self._assigned(incident, "assign_log_entry", self.named(who))
            self.tell("incident.reassigned", incident, self.named(who))

    def annotate(self, dedup_key: str, content: str, who: str = "Maya") -> None:
        with self.lock:
            self._annotate(self.incident_of(dedup_key), content, self.named(who))

    def tell(
        self, kind: str, incident: Incident, agent: User | None = None, note: Note | None = None
    ) -> None:
        """Whoever listens hears of it; by itself nobody does."""

    def opened(self, alert: Alert) -> str:
        """What a new alert comes to. Called by who mixes this in."""
        service = self.service_of(alert.routing_key)
        if self.quiet == SUPPRESSED:
            return "suppressed: no incident, nobody is woken"
        if self.quiet == MAINTENANCE or service.status in ("maintenance", "disabled"):
            return f"the service is in {service.status}: nobody is woken"
        if self.quiet == NOBODY_ON_CALL or not self._on_duty(service, None):
            return "nobody is on call: nobody is woken"
        incident = self._opened(alert, service)
        self.tell("incident.triggered", incident)
        return "somebody is woken" if incident.urgency == "high" else "low urgency: no phone rings"

    def settled(self, alert: Alert, state: str) -> None:
        """An event of ours acknowledged or resolved it: the service did, not a person."""
        if alert.incident is None:
            alert.state = state
        elif state == "acknowledged":
            self._acknowledge(alert.incident, None, "api")
        else:
            self._resolve(alert.incident, None)

    def named(self, who: str) -> User:
        return next(user for user in self.users.values() if user.name == who)

    def _opened(self, alert: Alert, service: Service) -> Incident:
        number = next(self._incident_numbers)
        low = self.quiet == LOW_URGENCY or service.urgency == "low"
        incident = Incident(
            id=f"Q{number:07d}",
            number=number,
            alert=alert,
            service=service,
            urgency="low" if low else "high",
            assigned=self._on_duty(service, 1),
        )
        alert.incident = incident
        self._note_down(incident, "trigger_log_entry", channel={"type": "api"})
        self._assigned(incident, "assign_log_entry")
        return incident

    def _acknowledge(self, incident: Incident, user: User | None, by: str) -> None:
        self._turn(incident, "acknowledged")
        if user is not None:
            incident.acknowledged.append((user, self.clock()))
        self._note_down(incident, "acknowledge_log_entry", user, channel={"type": by})
        self.tell("incident.acknowledged", incident, user)

    def _resolve(self, incident: Incident, user: User | None) -> None:
        self._turn(incident, "resolved")
        incident.assigned = []
        self._note_down(incident, "resolve_log_entry", user, channel={"type": "website"})
        self.tell("incident.resolved", incident, user)

    def _escalate(self, incident: Incident, level: int, user: User | None) -> bool:
        """False, and nothing happens, when the policy has no such level."""
        people = self._on_duty(incident.service, level)
        if not people:
            return False
        incident.level, incident.assigned = level, people
        self._turn(incident, "triggered")
        self._assigned(incident, "escalate_log_entry", user)
        self.tell("incident.escalated", incident, user)
        return True

    def _annotate(self, incident: Incident, content: str, user: User) -> Note:
        note = Note(f"N{next(self._entry_numbers):07d}", self.clock(), user, content)
        incident.notes.append(note)
        more = {"note": content}
        self._note_down(incident, "annotate_log_entry", user, channel={"type": "note"}, more=more)
        self.tell("incident.annotated", incident, user, note)
        return note

    def _assigned(self, incident: Incident, kind: str, user: User | None = None) -> None:
        more = {"assignees": [reference(person) for person in incident.assigned]}
        self._note_down(incident, kind, user, more=more)
        if self.notifies and incident.urgency == "high":
            for person in incident.assigned:
                self._notify(incident, person, "push")

    def _notify(self, incident: Incident, person: User, channel: str) -> None:
        told = {"type": f"{channel}_notification", "status": "success", "user": reference(person)}
        self._note_down(
            incident,
            "notify_log_entry",
            channel={"type": "auto", "notification": told},
            more={"user": reference(person)},
        )

    def _turn(self, incident: Incident, state: str) -> None:
        incident.alert.state = state
        incident.changed_at = self.clock()

    def _note_down(
        self, incident: Incident, kind: str, agent: User | None = None, **rest: Any
    ) -> None:
        number = f"R{next(self._entry_numbers):013d}"
        incident.log.append(Entry(number, kind, self.clock(), agent, **rest))

    def _on_duty(self, service: Service, level: int | None) -> list[User]:
        now = self.clock()
        return [
            self.users[turn.user]
            for turn in self.turns
            if turn.policy == service.policy
            and level in (None, turn.level)
            and turn.touches(now, now)
        ]


def reference(user: User) -> Json:
    url = f"{HOME}/users/{user.id}"
    return {"id": user.id, "type": "user_reference", "summary": user.name, "html_url": url}
