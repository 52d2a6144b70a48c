"""The record of an incident as plain values, for tests of what a retro makes of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from incident.rules.retros.facts import Facts, gather

T0 = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)


def after(**units: float) -> datetime:
    return T0 + timedelta(**units)


@dataclass
class AnIncident:
    title: str = "Comments fail to post"
    summary: str = ""
    status: str = "resolved"
    severity: str = "sev2"
    mode: str = "live"
    service: str = ""
    zone: str = "UTC"
    source: str = "web"
    reporter: str = "Maya"
    created_at: datetime = T0
    started_at: datetime | None = None
    first_signal_at: datetime | None = T0
    declared_at: datetime | None = T0
    paged_at: datetime | None = None
    acked_at: datetime | None = None
    engaged_at: datetime | None = None
    identified_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    key: str = "INC-42"


@dataclass
class AnEvent:
    kind: str
    occurred_at: datetime
    text: str = "Something happened"
    seq: int = 0
    actor: str = "Maya"
    source: str = "web"
    recorded_at: datetime = T0
    step: int | None = None
    key_moment: bool = False
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class AStep:
    number: int
    title: str = "Look at the dashboard"
    kind: str = "do"
    state: str = "done"
    run_id: int = 1
    position: int = -1
    section: str = ""
    section_slug: str = ""
    parent: int | None = None
    branch: str | None = None
    value: str | None = None
    reason: str | None = None
    settled_by: str | None = "Maya"
    settled_at: datetime | None = None
    reached_at: datetime | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    claim_active_at: datetime | None = None
    current_since: datetime | None = None
    outcome_seq: int = 0
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.position = self.number if self.position < 0 else self.position
        if self.settled_at is None and self.state not in ("pending", "current", "waiting"):
            self.settled_at = after(minutes=self.number)


@dataclass
class ARun:
    id: int = 1
    slug: str = "runaway"
    title: str = "Runaway queue"
    revision: int = 3
    state: str = "complete"
    attached_at: datetime = T0
    attached_by: str = "Maya"


@dataclass
class APage:
    target: str = "mobile"
    step: int | None = 1
    state: str = "accepted"
    reason: str | None = None
    requested_by: str = "Maya"
    promised_at: datetime = T0
    accepted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    ended_at: datetime | None = None


@dataclass
class AnEffect:
    text: str = "iOS certificate removed"
    undo: str = ""
    step: int | None = 2
    max_seconds: int | None = None
    began_at: datetime = T0
    began_by: str = "Maya"
    ended_at: datetime | None = None
    ended_by: str | None = None


@dataclass
class AnUpdate:
    seq: int
    written_at: datetime
    was_due_at: datetime | None = None


def an_event(kind: str, text: str = "Something happened", **rest: Any) -> AnEvent:
    """`minutes` or `hours` say when, counted from T0; it is written down at once."""
    units = {name: rest.pop(name) for name in ("minutes", "hours") if name in rest}
    at = rest.pop("occurred_at", after(**units))
    return AnEvent(kind, at, text, recorded_at=rest.pop("recorded_at", at), **rest)


def corrected(seq: int, *, at: datetime | None = None, moment: str = "") -> AnEvent:
    data = {"seq": seq, "at": at.isoformat() if at else "", "moment": moment}
    return an_event("event_corrected", data=data, hours=90)


def a_record(*events: AnEvent, at: datetime | None = None, **rest: Any) -> Facts:
    """Facts of an incident with these events in this order, opened by Maya at T0."""
    names = ("steps", "runs", "pages", "effects", "updates")
    rows = {name: rest.pop(name) for name in names if name in rest}
    rows["runs"] = rows.get("runs", [ARun()] if rows.get("steps") else [])
    opened = an_event("incident_opened", "Declared by Maya", key_moment=True)
    lines = [opened, *events] if rest.pop("opened", True) else list(events)
    for seq, event in enumerate(lines, 1):
        event.seq = event.seq or seq
    return gather(AnIncident(**rest), lines, at=at, **rows)
