"""Commands on retros: write a section, publish, reopen, waive; and the retro as others read it."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.retros import writing as rules
from incident.rules.retros.document import document
from incident.rules.retros.draft import SECTIONS, draft
from incident.rules.words import shortened
from incident.services.record import record
from incident.services.retro_reading import facts_of, read
from incident.services.retro_values import values_of
from incident.storage import incidents, retros
from incident.storage.incidents import Incident
from incident.storage.retros import Retro, RetroEdit, RetroSection

REASON_LENGTH = 1000
REFUSED, REPLACED = "refused", "replaced"


def edit_section(
    session: Session,
    *,
    incident_key: str,
    name: str,
    text: str,
    version: int,
    actor: Actor,
    at: datetime,
    drawn: str | None = None,
) -> RetroSection:
    """Save a section. `version` is the one its writer had on screen, `drawn` the record's own text.

    Raises `Outdated` when somebody else saved it meanwhile. What stood there before is kept.
    """
    require(actor, "responder")
    rules.require_section(name)
    text = rules.body(text)
    incident = incidents.lock(session, incident_key)
    retro = retros.begin(session, incident, at=at)
    rules.require_draft(retro.state)
    section = retros.section(session, retro.id, name)
    if section is None:
        section = _unwritten(session, incident, retro, name, actor=actor, at=at)
    if section.text != text:
        rules.require_newest(version, section.version, section.updated_by)
    if drawn is not None:
        section.drawn = rules.body(drawn)
    if text == section.text or (section.version == 0 and text == section.drawn):
        return section
    session.add(section)
    _keep_former(session, section, text, actor=actor, at=at)
    section.text, section.version = text, section.version + 1
    section.updated_at, section.updated_by = at, actor.name
    session.flush()
    return section


def keep_refused(
    session: Session,
    *,
    incident_key: str,
    name: str,
    text: str,
    version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Keep a text that arrived too late, so that it is in the section's history for ever."""
    require(actor, "responder")
    rules.require_section(name)
    retro = retros.begin(session, incidents.lock(session, incident_key), at=at)
    text = rules.body(text)
    kept = retros.edits(session, retro.id, name)
    if text and not any(edit.text == text for edit in kept):
        session.add(
            RetroEdit(
                retro_id=retro.id,
                section=name,
                version=version,
                text=text,
                fate=REFUSED,
                written_at=at,
                written_by=actor.name,
            )
        )


def publish(session: Session, *, incident_key: str, actor: Actor, at: datetime) -> Retro:
    """It is finished: nothing more is owed. Publishing twice changes nothing."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    rules.require_over(incident.key, incident.status)
    retro = retros.begin(session, incident, at=at)
    if retro.state == "published":
        return retro
    retro.state, retro.published_at, retro.published_by = "published", at, actor.name
    _say(session, incident, "retro_published", f"{actor.name} published the retro", actor, at)
    return retro


def reopen(session: Session, *, incident_key: str, actor: Actor, at: datetime) -> Retro:
    """Back to a draft, to be changed. If one is owed, it is owed again."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    retro = retros.begin(session, incident, at=at)
    if retro.state == "draft":
        return retro
    retro.state = "draft"
    _say(session, incident, "retro_reopened", f"{actor.name} reopened the retro", actor, at)
    return retro


def waive(
    session: Session, *, incident_key: str, reason: str, actor: Actor, at: datetime
) -> Incident:
    """There will be no retro, and this is why."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    reason = shortened(" ".join(reason.split()), REASON_LENGTH)
    if not reason:
        raise NotAllowed("Say why there will be no retro, in a few words.")
    if reason == incident.retro_waived:
        return incident
    incident.retro_waived = reason
    told = f"{actor.name} waived the retro: {reason}"
    _say(session, incident, "retro_waived", told, actor, at, reason=reason)
    return incident


def withdraw_waiver(session: Session, *, incident_key: str, actor: Actor, at: datetime) -> Incident:
    """There will be one after all."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    if incident.retro_waived is None:
        return incident
    incident.retro_waived = None
    told = f"{actor.name} asked for a retro after all"
    _say(session, incident, "retro_waiver_withdrawn", told, actor, at)
    return incident


def as_values(session: Session, incident_key: str, *, at: datetime | None = None) -> dict[str, Any]:
    """The retro as plain values, for scripts."""
    reading = read(session, incident_key, at)
    return values_of(reading, owed=retros.is_owed(session, reading.incident))


def export_markdown(session: Session, incident_key: str, *, at: datetime | None = None) -> str:
    """The whole retro as one Markdown document."""
    reading = read(session, incident_key, at)
    written = [(section.title, section.text) for section in reading.sections]
    return document(reading.facts, reading.standing, written, reading.items)


def _unwritten(
    session: Session, incident: Incident, retro: Retro, name: str, *, actor: Actor, at: datetime
) -> RetroSection:
    """A section that still follows the record. It becomes a row when somebody changes it."""
    drawn = draft(facts_of(session, incident, at))[name]
    return RetroSection(
        retro_id=retro.id,
        name=name,
        position=list(SECTIONS).index(name),
        text=drawn,
        drawn=drawn,
        version=0,
        updated_at=at,
        updated_by="",
    )


def _keep_former(
    session: Session, section: RetroSection, text: str, *, actor: Actor, at: datetime
) -> None:
    """What is about to be replaced, unless all of it stands in the new text as well."""
    same = section.updated_by == actor.name
    age = at - section.updated_at
    if section.version == 0 or not rules.is_worth_keeping(
        section.text, text, same_writer=same, age=age
    ):
        return
    session.add(
        RetroEdit(
            retro_id=section.retro_id,
            section=section.name,
            version=section.version,
            text=section.text,
            fate=REPLACED,
            written_at=section.updated_at,
            written_by=section.updated_by,
        )
    )


def _say(
    session: Session,
    incident: Incident,
    kind: str,
    told: str,
    actor: Actor,
    at: datetime,
    **data: str,
) -> None:
    record(session, incident, Outcome(events=(Event(kind, told, data),)), actor=actor, at=at)
