"""Commands on an incident: open it, move it, say something about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from incident.rules import incidents as rules
from incident.rules import step_claims
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.words import shortened
from incident.services import (
    page_timers,
    pages,
    privacy,
    receipts,
    runs,
    update_clock,
    visibility,
)
from incident.services.record import record
from incident.storage import effects, incidents, retros, steps
from incident.storage import runs as run_rows
from incident.storage.incidents import Incident


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when an incident is opened. Times are aware; unset ones are not known."""

    title: str
    severity: str = "unset"
    summary: str = ""
    service: str = ""
    mode: str = "live"
    zone: str = "UTC"
    source: str = "web"
    reporter: str = ""
    status: str = "investigating"
    started_at: datetime | None = None
    first_signal_at: datetime | None = None
    slack_channel: str | None = None
    slack_thread: str | None = None
    slack_link: str | None = None
    checklists: Sequence[str] = ()
    private: bool = False


def open_incident(session: Session, opening: Opening, *, actor: Actor, at: datetime) -> Incident:
    """A new incident, with its checklists attached. Whatever they send at once is sent."""
    if opening.mode not in rules.MODES:
        raise NotAllowed(f"A mode is one of: {', '.join(rules.MODES)}.")
    incident = Incident(
        title=rules.title_of(opening.title),
        summary=shortened(opening.summary, rules.TEXT_LENGTH),
        status=opening.status,
        severity=rules.severity_of(opening.severity),
        mode=opening.mode,
        service=shortened(opening.service, 200),
        zone=opening.zone if opening.zone in available_timezones() else "UTC",
        source=opening.source,
        reporter=opening.reporter or actor.name,
        slack_channel=opening.slack_channel,
        slack_thread=opening.slack_thread,
        slack_link=opening.slack_link,
        created_at=at,
        started_at=opening.started_at,
        first_signal_at=opening.first_signal_at or at,
        declared_at=at if opening.status != rules.Status.TRIAGE else None,
    )
    session.add(incident)
    session.flush()
    record(session, incident, Outcome(events=(_opened(incident, actor),)), actor=actor, at=at)
    if opening.private:
        privacy.begin(session, incident, actor=actor, at=at)
    update_clock.follow(session, incident, at=at)
    for slug in dict.fromkeys(opening.checklists):
        runs.attach_to(session, incident, slug, actor=actor, at=at, confirmed=True)
    return incident


def move(
    session: Session,
    *,
    incident_key: str,
    action: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
    into: str = "",
) -> Incident:
    """accept, decline, merge, identify, mitigate, resolve, reopen or close."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    return move_locked(
        session, incident, action=action, actor=actor, at=at, reason=reason, into=into
    )


def move_locked(
    session: Session,
    incident: Incident,
    *,
    action: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
    into: str = "",
) -> Incident:
    """The same for a door that has locked the incident already and asked its own rights."""
    status = rules.move(incident.status, action)
    if status is None:
        return incident
    reason = shortened(reason, rules.TEXT_LENGTH)
    if action == "decline" and not reason:
        raise NotAllowed("Say why it is a false alarm, in a few words.")
    if action == "close":
        _require_nothing_owed(session, incident)
    if action == "merge":
        incident.merged_into_id = _other(session, incident, into, actor).id
    _enter(incident, status, action, at)
    event = _moved(incident, action, actor, reason=reason, into=into)
    claimed = steps.claimed(session, incident.id) if status in rules.OVER else []
    outcome = Outcome(events=(event,), changes=step_claims.let_go(claimed))
    record(session, incident, outcome, actor=actor, at=at, steps=claimed)
    if status in (rules.Status.RESOLVED, rules.Status.DECLINED, rules.Status.MERGED):
        pages.resolve_all(session, incident, actor=actor, at=at)
    if status == rules.Status.RESOLVED:
        retros.begin(session, incident, at=at)
    if action == "reopen":
        pages.tell_what_stopped(session, incident, at=at)
    update_clock.follow(session, incident, at=at)
    receipts.follow(session, incident, at)
    return incident


def set_severity(
    session: Session, *, incident_key: str, severity: str, actor: Actor, at: datetime
) -> Incident:
    """How bad it is. What answers itself by severity is asked again."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    severity = rules.severity_of(severity)
    if severity == incident.severity:
        return incident
    event = Event(
        "severity_changed",
        f"{actor.name} set severity {incident.severity} to {severity}",
        {"before": incident.severity, "after": severity},
        key_moment=True,
    )
    incident.severity = severity
    record(session, incident, Outcome(events=(event,)), actor=actor, at=at)
    page_timers.hasten(session, incident, at=at)
    receipts.follow(session, incident, at)
    update_clock.hasten(session, incident, at=at)
    runs.walk_again(session, incident, actor=actor, at=at)
    return incident


def tell(
    session: Session,
    *,
    incident_key: str,
    text: str,
    actor: Actor,
    at: datetime,
    occurred_at: datetime | None = None,
    key_moment: bool = False,
) -> int:
    """A free line on the timeline, now or in the past. Returns its sequence number."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    text = shortened(text, rules.TEXT_LENGTH)
    if not text:
        raise NotAllowed("Write what happened first.")
    if occurred_at is not None and occurred_at > at:
        raise NotAllowed("That time is still to come. Write down what has happened.")
    event = Event("note_added", text, occurred_at=occurred_at, key_moment=key_moment)
    record(session, incident, Outcome(events=(event,)), actor=actor, at=at)
    return incident.last_seq


def describe(
    session: Session,
    *,
    incident_key: str,
    actor: Actor,
    at: datetime,
    title: str | None = None,
    summary: str | None = None,
    started_at: datetime | None = None,
) -> Incident:
    """A better title or summary, or the moment when it began."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    events = []
    if title is not None and rules.title_of(title) != incident.title:
        incident.title = rules.title_of(title)
        events.append(Event("incident_retitled", f"{actor.name} retitled it: {incident.title}"))
    if summary is not None and summary.strip() != incident.summary:
        incident.summary = shortened(summary, rules.TEXT_LENGTH)
        events.append(Event("incident_described", f"{actor.name}: {incident.summary}"))
    if started_at is not None and started_at != incident.started_at:
        incident.started_at = started_at
        when = f"{started_at:%Y-%m-%d %H:%M} UTC"
        events.append(Event("start_corrected", f"{actor.name}: it began at {when}"))
    record(session, incident, Outcome(events=tuple(events)), actor=actor, at=at)
    return incident


def _opened(incident: Incident, actor: Actor) -> Event:
    how = "from Slack" if incident.source == "slack" else f"by {actor.name}"
    verb = "Opened" if incident.status == rules.Status.TRIAGE else "Declared"
    return Event(
        "incident_opened",
        f"{verb} {how}: {incident.title}",
        {"severity": incident.severity, "mode": incident.mode},
        key_moment=True,
    )


def _enter(incident: Incident, status: rules.Status, action: str, at: datetime) -> None:
    incident.status = status
    moment = rules.MOVES[action].moment
    if moment:
        setattr(incident, moment, at)
    if action == "accept" and incident.declared_at is None:
        incident.declared_at = at


def _moved(incident: Incident, action: str, actor: Actor, *, reason: str, into: str) -> Event:
    past = rules.MOVES[action].past
    what = f" into {into.upper()}" if into else ""
    because = f": {reason}" if reason else ""
    return Event(
        rules.KINDS_OF_EVENT[action],
        f"{actor.name} {past} the incident{what}{because}",
        {"status": incident.status, "reason": reason, "into": into.upper()},
        key_moment=True,
    )


def _other(session: Session, incident: Incident, into: str, actor: Actor) -> Incident:
    other = visibility.require(session, actor, into)
    if other.id == incident.id:
        raise NotAllowed("An incident cannot be merged into itself.")
    if other.status == rules.Status.MERGED:
        raise NotAllowed(f"{other.key} was merged itself. Merge into the incident it went into.")
    return other


def _require_nothing_owed(session: Session, incident: Incident) -> None:
    followed = {r.id for r in run_rows.of_incident(session, incident.id) if r.state != "abandoned"}
    every_step = steps.of_incident(session, incident.id)
    deferred = [s.number for s in every_step if s.state == "deferred" and s.run_id in followed]
    in_force = [e.text for e in effects.of_incident(session, incident.id) if e.ended_at is None]
    rules.require_nothing_owed(
        deferred=deferred,
        effects=in_force,
        retro_owed=incident.retro_waived is None and retros.is_owed(session, incident),
    )
