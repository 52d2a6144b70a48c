"""The rows of an incident as a retro reads them: tables satisfy these, so do values in a test."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol


class Incident(Protocol):
    title: str
    summary: str
    status: str
    severity: str
    mode: str
    service: str
    zone: str
    source: str
    reporter: str
    created_at: datetime
    started_at: datetime | None
    first_signal_at: datetime | None
    declared_at: datetime | None
    paged_at: datetime | None
    acked_at: datetime | None
    engaged_at: datetime | None
    identified_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None

    @property
    def key(self) -> str: ...


class Event(Protocol):
    seq: int
    kind: str
    text: str
    actor: str
    source: str
    occurred_at: datetime
    recorded_at: datetime
    step: int | None
    key_moment: bool

    @property
    def data(self) -> Mapping[str, Any]: ...


class Step(Protocol):
    run_id: int
    number: int
    position: int
    kind: str
    title: str
    section: str
    section_slug: str
    parent: int | None
    branch: str | None
    state: str
    value: str | None
    reason: str | None
    settled_by: str | None
    settled_at: datetime | None
    reached_at: datetime | None
    current_since: datetime | None
    outcome_seq: int

    @property
    def settings(self) -> Mapping[str, Any]: ...


class Run(Protocol):
    id: int
    slug: str
    title: str
    revision: int
    state: str
    attached_at: datetime
    attached_by: str


class Page(Protocol):
    target: str
    step: int | None
    state: str
    reason: str | None
    requested_by: str
    promised_at: datetime
    accepted_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    ended_at: datetime | None


class Update(Protocol):
    seq: int
    was_due_at: datetime | None
    written_at: datetime


class Effect(Protocol):
    text: str
    undo: str
    step: int | None
    max_seconds: int | None
    began_at: datetime
    began_by: str
    ended_at: datetime | None
    ended_by: str | None
