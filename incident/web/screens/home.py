"""Now: what is open, what waits for somebody, what ended lately, and whether we can page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incident.storage.incidents import Incident
from incident.storage.overviews import Beside, Overview
from incident.storage.retros import OWING
from incident.web.screens import messages, people, strip
from incident.web.screens.people import Viewer
from incident.web.screens.runs import RunView, run_view
from incident.web.screens.strip import Item


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """A card: how far the checklist is, what is being done, and what must not be forgotten."""

    incident: Incident
    states: tuple[str, ...]
    step: str
    step_since: datetime | None
    commander: str
    items: tuple[Item, ...]
    since: datetime
    pages_at: datetime | None
    pages_whom: str


@dataclass(frozen=True, slots=True)
class EndedIncident:
    """A line: how long it took, and what became of its retro."""

    incident: Incident
    since: datetime
    until: datetime
    retro: str


@dataclass(frozen=True, slots=True)
class Now:
    """The page."""

    open: tuple[OpenIncident, ...]
    ended: tuple[EndedIncident, ...]
    checklists: tuple[Beside, ...]
    targets: tuple[Beside, ...]
    viewer: Viewer

    @property
    def can_page(self) -> bool:
        return any(target.well for target in self.targets)


def home(
    found: Sequence[Overview], around: Iterable[Beside], viewer: Viewer, *, now: datetime
) -> Now:
    beside = list(around)
    backups = {one.name: one.backup for one in beside if one.kind == "target"}
    still_open = [replace(o, backups=backups) for o in found if o.incident.open]
    return Now(
        open=tuple(_open(one, now) for one in sorted(still_open, key=_urgency)),
        ended=tuple(_ended(one) for one in found if not one.incident.open),
        checklists=tuple(one for one in beside if one.kind == "checklist"),
        targets=tuple(one for one in beside if one.kind == "target"),
        viewer=viewer,
    )


def _urgency(found: Overview) -> tuple[bool, int]:
    """Drills last; then the worst first, and what nobody has rated before SEV 3."""
    row = found.incident
    return row.mode == "drill", ("sev1", "sev2", "unset", "sev3", "sev4").index(row.severity)


def _open(found: Overview, now: datetime) -> OpenIncident:
    said = messages.by_step(found)
    runs = [run_view(run, steps, said, in_hand=()) for run, steps in found.runs]
    current = next((s for _, steps in found.runs for s in steps if s.state == "current"), None)
    waiting = [s for run in runs for s in run.steps if s.state == "waiting" and not s.inactive]
    asked = [("", s.message) for s in waiting if s.kind == "page" and s.message is not None]
    asked += [("", message) for _, message in messages.by_hand(found)]
    grace = found.grace
    return OpenIncident(
        incident=found.incident,
        states=_main(runs),
        step=current.title if current else "",
        step_since=current.current_since if current else None,
        commander=people.seats(found.roles, Viewer(""))[0].person,
        items=(
            *strip.owed(found.effects, runs, asked, now=now),
            *strip.update(found.incident, now),
        ),
        since=_began(found.incident),
        pages_at=grace.due_at if grace else None,
        pages_whom=str(grace.data.get("target", "")) if grace else "",
    )


def _ended(found: Overview) -> EndedIncident:
    row = found.incident
    return EndedIncident(
        incident=row,
        since=_began(row),
        until=row.resolved_at or row.closed_at or row.created_at,
        retro=_retro(found),
    )


def _retro(found: Overview) -> str:
    """Draft or published; or owed; or neither, when none is needed."""
    row = found.incident
    if found.retro:
        return found.retro.state
    owed = row.mode == "live" and row.severity in OWING and row.retro_waived is None
    return "owed" if owed else ""


def _main(runs: Sequence[RunView]) -> tuple[str, ...]:
    """The progress of the checklist that is followed now, or of the last one."""
    followed = [run for run in runs if run.active] or list(runs)
    return followed[0].states if followed else ()


def _began(row: Incident) -> datetime:
    return row.started_at or row.first_signal_at or row.declared_at or row.created_at
