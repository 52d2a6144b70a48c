"""The list of retros: the ones owed first, and what people promised in all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor
from incident.rules.retros.writing import is_overdue
from incident.services.visibility import visible
from incident.storage import retros
from incident.storage.incidents import Incident
from incident.storage.retros import ActionItem, Retro


@dataclass(frozen=True, slots=True)
class Entry:
    """The retro of one incident, which may not have been begun. Items are those still open."""

    incident: Incident
    retro: Retro | None
    items: tuple[ActionItem, ...]

    @property
    def state(self) -> str:
        if self.retro is not None and self.retro.state == "published":
            return "published"
        if self.incident.retro_waived is not None:
            return "waived"
        return "draft"


@dataclass(frozen=True, slots=True)
class Shelf:
    """`promised` are the open action items of all retros with their incident, overdue first."""

    owed: tuple[Entry, ...]
    others: tuple[Entry, ...]
    promised: tuple[tuple[Incident, ActionItem, bool], ...]

    def __bool__(self) -> bool:
        return bool(self.owed or self.others)


def shelf(session: Session, at: datetime, *, actor: Actor) -> Shelf:
    """Four questions to the database, however many retros there are that `actor` may see."""
    among = visible(session, actor)
    owing = retros.incidents_owing(session, among=among)
    begun = retros.incidents_begun(session, among=among)
    ids = {incident.id for incident in (*owing, *begun)}
    by_incident = {retro.incident_id: retro for retro in retros.of_incidents(session, ids)}
    items = retros.action_items_of(session, [retro.id for retro in by_incident.values()])
    owed_ids = {incident.id for incident in owing}
    owed = _entries(owing, by_incident, items)
    others = _entries([i for i in begun if i.id not in owed_ids], by_incident, items)
    return Shelf(owed, others, _promised((*owed, *others), at))


def _entries(
    found: Sequence[Incident], by_incident: dict[int, Retro], items: Sequence[ActionItem]
) -> tuple[Entry, ...]:
    open_items: dict[int, list[ActionItem]] = {}
    for item in items:
        if item.state == "open":
            open_items.setdefault(item.retro_id, []).append(item)
    return tuple(
        Entry(incident, retro, tuple(open_items.get(retro.id, ())) if retro else ())
        for incident in found
        for retro in [by_incident.get(incident.id)]
    )


def _promised(
    entries: Sequence[Entry], at: datetime
) -> tuple[tuple[Incident, ActionItem, bool], ...]:
    """By date, the ones without a date last."""
    found = [(entry.incident, item) for entry in entries for item in entry.items]
    found.sort(key=lambda pair: (pair[1].due_on is None, pair[1].due_on or at.date(), pair[1].id))
    return tuple(
        (incident, item, is_overdue(item.state, item.due_on, at)) for incident, item in found
    )
