"""The record of one incident as values: its rows, with the corrections that people made since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from incident.rules.retros.rows import Effect, Event, Incident, Page, Run, Step, Update

ABOUT_THE_RETRO = (
    "event_corrected",
    "figure_recorded",
    "retro_published",
    "retro_reopened",
    "retro_waived",
    "retro_waiver_withdrawn",
    "retro_linked",
    "retro_unlinked",
)
MOMENT_OF = {
    "incident_identified": "identified",
    "incident_mitigated": "mitigated",
    "incident_resolved": "resolved",
}
ENDINGS = ("incident_resolved", "incident_declined", "incident_merged")
OVER = ("resolved", "closed", "declined", "merged")


@dataclass(frozen=True, slots=True)
class Line:
    """One event where it now belongs. `written_at` is the time it carried before a correction.

    `moment` is what a person said it was (reported, seen, posted ...), or nothing. `origin` is the
    key of the linked incident it comes from, or nothing.
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
    origin: str = ""


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
    """Everything the record says. `until` is where it ends: when it was over, or now.

    Lines, pages and effects are those of the linked incidents too; the rest is the incident's own.
    """

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
    linked: tuple["Facts", ...] = ()
    updates: tuple[Update, ...] = ()

    @property
    def own_lines(self) -> tuple[Line, ...]:
        """Without those of the linked incidents."""
        return tuple(line for line in self.lines if not line.origin)


def gather(
    incident: Incident,
    events: Sequence[Event],
    *,
    at: datetime | None = None,
    steps: Sequence[Step] = (),
    runs: Sequence[Run] = (),
    pages: Sequence[Page] = (),
    effects: Sequence[Effect] = (),
    updates: Sequence[Update] = (),
    linked: Sequence[Facts] = (),
) -> Facts:
    """The rows as values. `at` is the present; without it the record ends with its last line."""
    lines = _lines(events)
    over = incident.status in OVER
    end = _end(lines, incident.created_at) if over or at is None else at
    return Facts(
        incident=incident,
        lines=_in_order([*lines, *(_foreign(line, f) for f in linked for line in f.lines)]),
        figures=_figures(events),
        steps=tuple(steps),
        runs=tuple(runs),
        pages=(*pages, *(page for facts in linked for page in facts.pages)),
        effects=(*effects, *(effect for facts in linked for effect in facts.effects)),
        times=_times(incident, lines, pages),
        until=max([end, *(facts.until for facts in linked)]),
        over=over,
        linked=tuple(linked),
        updates=tuple(updates),
    )


def linked_keys(events: Sequence[Event]) -> list[str]:
    """The incidents whose story is told together with this one."""
    found: dict[str, None] = {}
    for event in events:
        if event.kind == "retro_linked":
            found[str(event.data["incident"])] = None
        elif event.kind == "retro_unlinked":
            found.pop(str(event.data["incident"]), None)
    return list(found)


def _foreign(line: Line, facts: Facts) -> Line:
    """A line of a linked incident. Its step numbers are not ours."""
    key = facts.incident.key
    return replace(line, text=f"{key}: {line.text}", origin=key, step=None)


def _in_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (line.at, line.origin, line.seq)))


def _end(lines: Sequence[Line], otherwise: datetime) -> datetime:
    """When it was over, or where the record breaks off."""
    endings = [line.at for line in lines if line.kind in ENDINGS]
    return max(endings or [line.at for line in lines], default=otherwise)


def _lines(events: Sequence[Event]) -> tuple[Line, ...]:
    """By the time at which each happened; the number on the timeline where that is the same."""
    corrections = _corrections(events)
    return _in_order(
        [
            _line(event, corrections.get(event.seq, {}))
            for event in events
            if event.kind not in ABOUT_THE_RETRO
        ]
    )


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
