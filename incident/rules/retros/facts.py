"""The record of one incident as values: its rows, with the corrections that people made since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

ABOUT_THE_RETRO = (
    "event_corrected",
    "figure_recorded",
    "retro_published",
    "retro_reopened",
    "retro_waived",
    "retro_waiver_withdrawn",
)
MOMENT_OF = {
    "incident_identified": "identified",
    "incident_mitigated": "mitigated",
    "incident_resolved": "resolved",
}
ENDINGS = ("incident_resolved", "incident_declined", "incident_merged")
OVER = ("resolved", "closed", "declined", "merged")


class Incident(Protocol):
    """An incident as a retro reads it: its row satisfies this, and so does a test's dataclass."""

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


class Effect(Protocol):
    text: str
    undo: str
    step: int | None
    max_seconds: int | None
    began_at: datetime
    began_by: str
    ended_at: datetime | None
    ended_by: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One event where it now belongs. `written_at` is the time it carried before a correction.

    `moment` is what a person said it was (reported, seen, posted ...), or nothing.
    """

    seq: int
    kind: str
    text: str
    actor: str
    source: str
    at: datetime
    recorded_at: datetime
    step: int | None
    key_moment: bool
    data: Mapping[str, Any]
    moment: str = ""
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that somebody recorded: the last word on its label counts."""

    label: str
    value: str
    source: str
    actor: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the record says. `until` is where it ends: when it was over, or now."""

    incident: Incident
    lines: tuple[Line, ...]
    figures: tuple[Figure, ...]
    steps: tuple[Step, ...]
    runs: tuple[Run, ...]
    pages: tuple[Page, ...]
    effects: tuple[Effect, ...]
    times: Mapping[str, datetime | None]
    until: datetime
    over: bool


def gather(
    incident: Incident,
    events: Sequence[Event],
    *,
    at: datetime | None = None,
    steps: Sequence[Step] = (),
    runs: Sequence[Run] = (),
    pages: Sequence[Page] = (),
    effects: Sequence[Effect] = (),
) -> Facts:
    """The rows as values. `at` is the present; without it the record ends with its last line."""
    lines = _lines(events)
    times = _times(incident, lines, pages)
    over = incident.status in OVER
    return Facts(
        incident=incident,
        lines=lines,
        figures=_figures(events),
        steps=tuple(steps),
        runs=tuple(runs),
        pages=tuple(pages),
        effects=tuple(effects),
        times=times,
        until=_end(lines, incident.created_at) if over or at is None else at,
        over=over,
    )


def _end(lines: Sequence[Line], otherwise: datetime) -> datetime:
    """When it was over, or where the record breaks off."""
    endings = [line.at for line in lines if line.kind in ENDINGS]
    return max(endings or [line.at for line in lines], default=otherwise)


def _lines(events: Sequence[Event]) -> tuple[Line, ...]:
    """By the time at which each happened; the number on the timeline where that is the same."""
    corrections = _corrections(events)
    lines = [
        _line(event, corrections.get(event.seq, {}))
        for event in events
        if event.kind not in ABOUT_THE_RETRO
    ]
    return tuple(sorted(lines, key=lambda line: (line.at, line.seq)))


def _corrections(events: Sequence[Event]) -> dict[int, dict[str, Any]]:
    """What was said later about each event: the last word on its time and on its moment."""
    found: dict[int, dict[str, Any]] = {}
    for event in events:
        if event.kind == "event_corrected":
            said = {name: event.data[name] for name in ("at", "moment") if event.data.get(name)}
            found.setdefault(int(event.data["seq"]), {}).update(said)
    return found


def _line(event: Event, corrected: Mapping[str, Any]) -> Line:
    at = datetime.fromisoformat(corrected["at"]) if "at" in corrected else event.occurred_at
    return Line(
        seq=event.seq,
        kind=event.kind,
        text=event.text,
        actor=event.actor,
        source=event.source,
        at=at,
        recorded_at=event.recorded_at,
        step=event.step,
        key_moment=event.key_moment,
        data=event.data,
        moment=corrected.get("moment", ""),
        written_at=event.occurred_at if at != event.occurred_at else None,
    )


def _figures(events: Sequence[Event]) -> tuple[Figure, ...]:
    found: dict[str, Figure] = {}
    for event in events:
        if event.kind != "figure_recorded":
            continue
        label = str(event.data["label"])
        found.pop(label.casefold(), None)
        if event.data["value"]:
            found[label.casefold()] = Figure(
                label=label,
                value=str(event.data["value"]),
                source=str(event.data.get("source") or ""),
                actor=event.actor,
                recorded_at=event.recorded_at,
            )
    return tuple(found.values())


def _times(
    incident: Incident, lines: Sequence[Line], pages: Sequence[Page]
) -> dict[str, datetime | None]:
    """The moments of the incident; the corrected time of a move wins over the row's."""
    times = {
        "started": incident.started_at,
        "first_signal": incident.first_signal_at,
        "declared": incident.declared_at,
        "paged": incident.paged_at or _first_answered(pages),
        "acknowledged": incident.acked_at,
        "engaged": incident.engaged_at,
        "identified": incident.identified_at,
        "mitigated": incident.mitigated_at,
        "resolved": incident.resolved_at,
    }
    for line in lines:
        name = MOMENT_OF.get(line.kind)
        if name and line.written_at is not None and times[name] == line.written_at:
            times[name] = line.at
    return times


def _first_answered(pages: Sequence[Page]) -> datetime | None:
    """A page that somebody took reached somebody, whatever PagerDuty told us."""
    return min((page.promised_at for page in pages if page.acknowledged_at), default=None)
