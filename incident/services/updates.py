"""Updates: one CAN report, worded for each audience, sent to its channel, and the next promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import update_clock as clock_rules
from incident.rules import wordings as rules
from incident.rules.fields import refuse
from incident.rules.outcome import Event, NotAllowed, Notice, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.spoken import stamp
from incident.rules.wordings import Report
from incident.rules.words import shortened
from incident.services import update_clock
from incident.services.audiences import Audience, audiences_of, cause_of
from incident.services.record import record
from incident.storage import effects, incidents
from incident.storage import updates as rows
from incident.storage.incidents import Incident
from incident.storage.updates import Update

SUBJECT_LENGTH = 120
REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote. `wordings` are by audience: a text, "" for the usual wording, None for
    an audience that is told nothing this time. When nobody chose, only responders are told."""

    conditions: str
    actions: str = ""
    needs: str = ""
    wordings: Mapping[str, str | None] | None = None
    next_minutes: int | None = None


def write(
    session: Session, *, incident_key: str, draft: Draft, actor: Actor, at: datetime
) -> Update:
    """Tell everybody who waits, and promise the next one."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    _require_sayable(incident, draft)
    was_due_at = incident.update_due_at
    report = report_of(session, incident, draft, at=at)
    update_clock.wind(session, incident, due_at=report.next_at, at=at)
    asked = {"responders": ""} if draft.wordings is None else draft.wordings
    worded = _worded(report, asked)
    update = _row(incident, report, worded, actor=actor, at=at)
    update.was_due_at = was_due_at
    session.add(update)
    _tell(session, incident, update, rules.line(report, actor.name), actor=actor, at=at)
    session.flush()
    return update


def postpone(
    session: Session, *, incident_key: str, minutes: int | None, reason: str, actor: Actor,
    at: datetime,
) -> Incident:  # fmt: skip
    """No update is needed now, and why. The clock goes on from there."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    if incident.update_due_at is None:
        raise NotAllowed(f"No update of {incident.key} is due.")
    reason = shortened(reason, REASON_LENGTH)
    missing = "" if reason else "Say in a few words why nobody needs an update now."
    minutes_problem = clock_rules.minutes_problem(minutes)
    if minutes is None:
        minutes_problem = "In how many minutes is the next one due?"
    refuse({"minutes": minutes_problem, "reason": missing})
    due_at = at + clock_rules.in_minutes(minutes or 0)
    by = stamp(due_at, incident.zone, beside=at)
    text = f"{actor.name} put off the update until {by}: {reason}"
    data = {"was_due_at": incident.update_due_at.isoformat(), "due_at": due_at.isoformat()}
    update_clock.wind(session, incident, due_at=due_at, at=at)
    event = Event("update_postponed", text, data)
    record(session, incident, Outcome((event,)), actor=actor, at=at)
    return incident


def begun(session: Session, incident: Incident) -> Draft:
    """What a form begins with: what was said last, and the usual promise."""
    last = rows.newest(session, incident.id)
    usual = clock_rules.every(incident.severity) if incident.open else None
    if last is None:
        return Draft("", next_minutes=usual)
    return Draft(last.conditions, last.actions, last.needs, next_minutes=usual)


def usual(session: Session, incident: Incident, draft: Draft, *, at: datetime) -> dict[str, str]:
    """The usual wording for each audience."""
    report = report_of(session, incident, draft, at=at)
    return {audience: rules.wording(report, audience) for audience in rules.AUDIENCES}


def report_of(session: Session, incident: Incident, draft: Draft, *, at: datetime) -> Report:
    """The draft with what the desk knows of the incident."""
    in_force = [e.text for e in effects.of_incident(session, incident.id) if e.ended_at is None]
    return Report(
        key=incident.key,
        title=incident.title,
        severity=incident.severity,
        status=incident.status,
        conditions=shortened(draft.conditions, rules.FIELD_LENGTH),
        actions=shortened(draft.actions, rules.FIELD_LENGTH),
        needs=shortened(draft.needs, rules.FIELD_LENGTH),
        effects=in_force,
        next_at=clock_rules.next_due(
            status=incident.status,
            severity=incident.severity,
            at=at,
            minutes=draft.next_minutes,
        ),
        at=at,
        zone=incident.zone,
        drill=incident.mode == "drill",
    )


def _require_sayable(incident: Incident, draft: Draft) -> None:
    if incident.status == "merged":
        raise NotAllowed(f"{incident.key} is merged. Write the update for the other one.")
    unknown = [name for name in draft.wordings or () if name not in rules.AUDIENCES]
    if unknown:
        raise NotAllowed(f"An audience is one of: {', '.join(rules.AUDIENCES)}.")
    refuse(
        {
            "conditions": rules.problem(draft.conditions),
            "next_minutes": clock_rules.minutes_problem(draft.next_minutes),
        }
    )


def _worded(report: Report, wordings: Mapping[str, str | None]) -> dict[str, str]:
    asked = {name: text for name, text in wordings.items() if text is not None}
    return {
        audience: shortened(asked[audience], rules.LONGEST) or rules.wording(report, audience)
        for audience in rules.AUDIENCES
        if audience in asked
    }


def _row(
    incident: Incident, report: Report, worded: Mapping[str, str], *, actor: Actor, at: datetime
) -> Update:
    """Its line on the timeline is the next one."""
    return Update(
        incident_id=incident.id,
        seq=incident.last_seq + 1,
        conditions=report.conditions,
        actions=report.actions,
        needs=report.needs,
        wordings=dict(worded),
        promised_at=report.next_at,
        written_by=actor.name,
        written_at=at,
    )


def _tell(
    session: Session, incident: Incident, update: Update, text: str, *, actor: Actor, at: datetime
) -> None:
    """On the timeline, and to every audience that can be told somewhere."""
    places = audiences_of(session, incident)
    told = [places[name] for name in update.wordings if places[name].channel]
    notices = tuple(notice(incident, update, audience) for audience in told)
    promised = update.promised_at
    data = {
        "audiences": list(update.wordings),
        "next_at": promised.isoformat() if promised else None,
    }
    event = Event("update_written", text, data, key_moment=True)
    record(session, incident, Outcome((event,), notices), actor=actor, at=at)


def notice(incident: Incident, update: Update, audience: Audience, *, turn: int = 1) -> Notice:
    """The post for one audience, for the `turn`th time. Customers get no way into the desk."""
    text = str(update.wordings[audience.name])
    settings = {
        "channel": audience.channel,
        "channel_name": audience.place,
        "text": text,
        "thread_ts": audience.thread_ts,
    }
    if audience.name != "customers":
        settings["path"] = f"/incidents/{incident.key}"
    return Notice(
        integration="slack",
        action="post",
        target=audience.channel,
        subject=shortened(text.partition("\n")[0], SUBJECT_LENGTH),
        cause=cause_of(update, audience.name),
        settings=settings,
        turn=turn,
    )
