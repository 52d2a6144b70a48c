"""Reads everything a retro shows: the record of the incident, and what people wrote about it.

The number of questions asked of the database does not depend on how much there is to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules.retros import writing
from incident.rules.retros.document import Standing
from incident.rules.retros.draft import SECTIONS, draft, questions
from incident.rules.retros.facts import Facts, gather, linked_keys
from incident.storage import effects, incidents, pages, retros, runs, steps, timeline, updates
from incident.storage.incidents import Incident
from incident.storage.retros import ActionItem, Retro, RetroSection
from incident.storage.timeline import TimelineEvent


@dataclass(frozen=True, slots=True)
class Section:
    """One section as it is read now. Until somebody saves it, it follows the record."""

    name: str
    title: str
    text: str
    drawn: str
    version: int = 0
    updated_at: datetime | None = None
    updated_by: str = ""
    new_facts: tuple[str, ...] = ()
    gone_facts: tuple[str, ...] = ()

    @property
    def edited(self) -> bool:
        return self.version > 0

    @property
    def questions(self) -> list[str]:
        return questions(self.text)


@dataclass(frozen=True, slots=True)
class Reading:
    """A retro whole. `retro` is None until somebody writes in it; it can be read all the same."""

    incident: Incident
    facts: Facts
    retro: Retro | None
    sections: tuple[Section, ...]
    items: tuple[ActionItem, ...]

    @property
    def state(self) -> str:
        return self.retro.state if self.retro else "draft"

    @property
    def standing(self) -> Standing:
        waived = self.incident.retro_waived or ""
        if self.retro is None:
            return Standing("draft", waived=waived)
        return Standing(
            self.retro.state, self.retro.published_at, self.retro.published_by or "", waived
        )

    def section(self, name: str) -> Section:
        writing.require_section(name)
        return next(section for section in self.sections if section.name == name)


def read(session: Session, incident_key: str, at: datetime | None = None) -> Reading:
    """The retro of an incident. Without a present, an open record ends with its last line."""
    incident = incidents.get(session, incident_key)
    return read_of(session, incident, at)


def read_of(session: Session, incident: Incident, at: datetime | None = None) -> Reading:
    retro = retros.of_incident(session, incident.id)
    facts = facts_of(session, incident, at)
    written = retros.sections(session, retro.id) if retro else []
    return Reading(
        incident=incident,
        facts=facts,
        retro=retro,
        sections=_sections(facts, written),
        items=tuple(retros.action_items(session, retro.id)) if retro else (),
    )


def facts_of(session: Session, incident: Incident, at: datetime | None = None) -> Facts:
    """The record of an incident, as values, with those that are told together with it."""
    events = timeline.since(session, incident.id, 0)
    told_with = [incidents.get(session, key) for key in linked_keys(events)]
    others = [other for other in told_with if not other.private]
    linked = [
        _facts(session, other, timeline.since(session, other.id, 0), at=at) for other in others
    ]
    return _facts(session, incident, events, at=at, linked=linked)


def _facts(
    session: Session,
    incident: Incident,
    events: Sequence[TimelineEvent],
    *,
    at: datetime | None,
    linked: Sequence[Facts] = (),
) -> Facts:
    return gather(
        incident,
        events,
        at=at,
        steps=steps.of_incident(session, incident.id),
        runs=runs.of_incident(session, incident.id),
        pages=pages.of_incident(session, incident.id),
        effects=effects.of_incident(session, incident.id),
        updates=updates.of_incident(session, incident.id),
        linked=linked,
    )


def _sections(facts: Facts, written: list[RetroSection]) -> tuple[Section, ...]:
    drawn = draft(facts)
    by_name = {row.name: row for row in written}
    return tuple(_section(name, drawn[name], by_name.get(name)) for name in SECTIONS)


def _section(name: str, drawn: str, row: RetroSection | None) -> Section:
    if row is None:
        return Section(name, SECTIONS[name], drawn, drawn)
    return Section(
        name=name,
        title=SECTIONS[name],
        text=row.text,
        drawn=drawn,
        version=row.version,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        new_facts=tuple(writing.new_facts(row.drawn, drawn)),
        gone_facts=tuple(writing.gone_facts(row.drawn, drawn)),
    )
