"""Updates: one CAN report, worded for each audience, sent to its channel, and the next promised."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import update_clock as clock_rules
from incident.rules import wordings as rules
from incident.rules.fields import refuse
from incident.rules.outcome import Event, NotAllowed, Notice, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.wordings import Report
from incident.rules.words import shortened
from incident.services import connections, slack_places, update_clock
from incident.services.record import record
from incident.storage import incidents
from incident.storage.incidents import Incident
from incident.storage.updates import Update

SUBJECT_LENGTH = 120


def write(
    session: Session,
    *,
    incident_key: str,
    conditions: str,
    actions: str = "",
    needs: str = "",
    wordings: Mapping[str, str | None] | None = None,
    next_minutes: int | None = None,
    actor: Actor,
    at: datetime,
) -> Update:
    """Tell everybody who waits. `wordings` are by audience: a text, "" for the usual wording,
    None for an audience that is told nothing this time; without any only responders are told."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    if incident.status == "merged":
        raise NotAllowed(f"{incident.key} is merged. Write the update for the other one.")
    refuse(
        {
            "conditions": rules.problem(conditions),
            "next_minutes": clock_rules.minutes_problem(next_minutes),
        }
    )
    was_due_at = incident.update_due_at
    next_at = _wind(session, incident, next_minutes, at=at)
    report = _report(incident, conditions, actions, needs, next_at)
    worded = _worded(report, wordings or {"responders": ""})
    event = Event(
        "update_written",
        _line(report, actor),
        {"audiences": list(worded), "next_at": next_at.isoformat() if next_at else None},
        key_moment=True,
    )
    notices = _notices(session, incident, worded)
    record(session, incident, Outcome((event,), notices), actor=actor, at=at)
    update = _row(incident, report, worded, actor=actor, at=at)
    update.was_due_at = was_due_at
    session.add(update)
    session.flush()
    return update


def audiences_of(session: Session, incident: Incident) -> dict[str, str]:
    """Where each audience reads, as people call the place; "" where it can be told nowhere."""
    places = _channels(session, incident)
    return {audience: places[audience][1] for audience in rules.AUDIENCES}


def usual(
    incident: Incident,
    *,
    conditions: str,
    actions: str = "",
    needs: str = "",
    next_at: datetime | None = None,
) -> dict[str, str]:
    """The usual wording for each audience."""
    report = _report(incident, conditions, actions, needs, next_at)
    return {audience: rules.wording(report, audience) for audience in rules.AUDIENCES}


def _wind(
    session: Session, incident: Incident, minutes: int | None, *, at: datetime
) -> datetime | None:
    if not clock_rules.runs(status=incident.status, severity=incident.severity):
        if minutes is None or not incident.open:
            return None
        due_at = at + clock_rules.in_minutes(minutes)
    else:
        begun_at = incident.declared_at or incident.created_at
        due_at = clock_rules.next_due(incident.severity, begun_at=begun_at, at=at, minutes=minutes)
    update_clock.wind(session, incident, due_at=due_at, at=at)
    return due_at


def _row(
    incident: Incident, report: Report, worded: Mapping[str, str], *, actor: Actor, at: datetime
) -> Update:
    return Update(
        incident_id=incident.id,
        seq=incident.last_seq,
        conditions=report.conditions,
        actions=report.actions,
        needs=report.needs,
        wordings=dict(worded),
        promised_at=report.next_at,
        written_by=actor.name,
        written_at=at,
    )


def _report(
    incident: Incident, conditions: str, actions: str, needs: str, next_at: datetime | None
) -> Report:
    return Report(
        key=incident.key,
        title=incident.title,
        severity=incident.severity,
        status=incident.status,
        conditions=shortened(conditions, rules.LONGEST),
        actions=shortened(actions, rules.LONGEST),
        needs=shortened(needs, rules.LONGEST),
        next_at=next_at,
    )


def _worded(report: Report, wordings: Mapping[str, str | None]) -> dict[str, str]:
    asked = {name: text for name, text in wordings.items() if text is not None}
    unknown = [name for name in asked if name not in rules.AUDIENCES]
    if unknown:
        raise NotAllowed(f"An audience is one of: {', '.join(rules.AUDIENCES)}.")
    return {
        audience: shortened(asked[audience], rules.LONGEST) or rules.wording(report, audience)
        for audience in rules.AUDIENCES
        if audience in asked
    }


def _line(report: Report, actor: Actor) -> str:
    parts = [f"{actor.name}: {report.conditions}"]
    parts += [f"Actions: {report.actions}"] if report.actions else []
    parts += [f"Needs: {report.needs}"] if report.needs else []
    return "\n".join(parts)


def _notices(session: Session, incident: Incident, worded: Mapping[str, str]) -> tuple[Notice, ...]:
    channels = _channels(session, incident)
    cause = f"update-{incident.last_seq + 1}"
    return tuple(
        _notice(incident, audience, text, channels[audience], cause=f"{cause}-{audience}")
        for audience, text in worded.items()
        if channels[audience][0]
    )


def _notice(
    incident: Incident, audience: str, text: str, where: tuple[str, str, str], *, cause: str
) -> Notice:
    """Customers get no way into the desk."""
    channel, name, thread_ts = where
    settings = {"channel": channel, "channel_name": name, "text": text, "thread_ts": thread_ts}
    if audience != "customers":
        settings["path"] = f"/incidents/{incident.key}"
    subject = shortened(text.partition("\n")[0], SUBJECT_LENGTH)
    return Notice(
        integration="slack",
        action="post",
        target=channel,
        subject=subject,
        cause=cause,
        settings=settings,
    )


def _channels(session: Session, incident: Incident) -> dict[str, tuple[str, str, str]]:
    """For each audience the channel, what people call it, and the thread."""
    kept = connections.settings_of(session, connections.SLACK).get("audiences", {})
    place = slack_places.place_of(session, incident)
    here = (place.channel, "the incident's channel" if place.channel else "", place.thread_ts)
    found = {"responders": here}
    for audience in rules.AUDIENCES[1:]:
        chosen = kept.get(audience) or {}
        channel = str(chosen.get("channel", ""))
        found[audience] = (channel, str(chosen.get("name", "")) or channel, "")
    return found
