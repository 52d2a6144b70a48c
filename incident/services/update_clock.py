"""The update clock of an incident: it follows severity and status, reminds, and asks the next."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import update_clock as rules
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.permissions import DESK
from incident.services import slack_places
from incident.services.record import record
from incident.storage import people, roles, timers
from incident.storage import updates as rows
from incident.storage.incidents import Incident
from incident.storage.timers import Timer

DUE, OVERDUE = "update_due", "update_overdue"
KINDS = (DUE, OVERDUE)


def follow(session: Session, incident: Incident, *, at: datetime) -> None:
    """Begin, hasten or stop the clock, as status and severity now say. `incident` is locked.

    A severity that became worse hastens what was promised; one that became better keeps it.
    """
    if not rules.runs(status=incident.status, severity=incident.severity):
        stop(session, incident, at=at)
        return
    last = rows.newest(session, incident.id)
    begun_at = incident.declared_at or incident.created_at
    if last is None:
        due_at = max(rules.first_due(incident.severity, begun_at), at)
    else:
        due_at = rules.next_due(incident.severity, begun_at=begun_at, at=last.written_at)
    if incident.update_due_at is None or due_at < incident.update_due_at:
        wind(session, incident, due_at=max(due_at, at), at=at)


def wind(session: Session, incident: Incident, *, due_at: datetime, at: datetime) -> None:
    """From now on the next update is due then, whatever was promised before."""
    _cancel(session, incident, at=at)
    incident.update_due_at, incident.update_owed_by = due_at, ""
    _set(session, incident, DUE, due_at)


def stop(session: Session, incident: Incident, *, at: datetime) -> None:
    """No more news is owed."""
    if incident.update_due_at is None:
        return
    _cancel(session, incident, at=at)
    incident.update_due_at, incident.update_owed_by = None, ""


def due(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """It is time. Whoever owes it is reminded, and has a few minutes."""
    if not _is_of_now(incident, timer):
        return
    held = _held(session, incident)
    role = rules.owes(held)
    incident.update_owed_by = role
    text = rules.due_words(role, held.get(role, ""))
    _ask(session, incident, Event("update_due", text, {"role": role}), role, at=at)
    _set(session, incident, OVERDUE, at + rules.GIVEN)


def overdue(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Nothing came. Another role is asked, until it is everybody."""
    if not _is_of_now(incident, timer):
        return
    held = _held(session, incident)
    before = incident.update_owed_by
    role = rules.asked_next(before, held)
    incident.update_owed_by = role
    asked = held.get(before, "everybody" if before == rules.EVERYBODY else before)
    text = rules.overdue_words(asked, role, held.get(role, ""))
    event = Event("update_overdue", text, {"role": role, "before": before}, key_moment=True)
    _ask(session, incident, event, role, at=at)
    if before != rules.EVERYBODY:
        _set(session, incident, OVERDUE, at + rules.GIVEN)


def _is_of_now(incident: Incident, timer: Timer) -> bool:
    due_at = incident.update_due_at
    return due_at is not None and timer.data.get("due_at") == due_at.isoformat()


def _held(session: Session, incident: Incident) -> dict[str, str]:
    """Who holds which role. Whoever took it first speaks for a role that many may hold."""
    held: dict[str, str] = {}
    for role in roles.held(session, incident.id):
        held.setdefault(role.name, role.person)
    return held


def _ask(session: Session, incident: Incident, event: Event, role: str, *, at: datetime) -> None:
    """On the timeline and in Slack, by name. Where Slack is away the screen says it."""
    place = slack_places.place_of(session, incident)
    notices: tuple[Notice, ...] = ()
    if place.channel and incident.mode == "live":
        notices = (
            Notice(
                integration="slack",
                action="post",
                target=place.channel,
                subject=event.text,
                cause=f"update-asked-{incident.last_seq + 1}",
                settings={
                    "channel": place.channel,
                    "thread_ts": place.thread_ts,
                    "text": f"{incident.key}: {event.text}.",
                    "mentions": _members(session, incident, role),
                    "buttons": [
                        {"label": "Write the update", "action": "update", "value": incident.key}
                    ],
                    "path": f"/incidents/{incident.key}/updates",
                    "link_label": "Write it in the desk",
                },
            ),
        )
    record(session, incident, Outcome((event,), notices), actor=DESK, at=at)


def _members(session: Session, incident: Incident, role: str) -> list[str]:
    """The Slack members to be named: the holders of the role, or of any for everybody."""
    held = roles.held(session, incident.id)
    wanted = [r.person_id for r in held if role in (r.name, rules.EVERYBODY)]
    known = (people.find(session, number) for number in dict.fromkeys(wanted) if number)
    return [person.slack_id for person in known if person is not None and person.slack_id]


def _set(session: Session, incident: Incident, kind: str, due_at: datetime) -> None:
    """One timer for one moment. One that was cancelled goes on when its moment counts again."""
    promised = incident.update_due_at
    if promised is None:
        return
    name = f"{kind}-{incident.id}-{due_at.timestamp():.6f}"
    data = {"due_at": promised.isoformat()}
    known = timers.find(session, name)
    if known is None:
        session.add(Timer(incident_id=incident.id, kind=kind, name=name, data=data, due_at=due_at))
    elif known.state == "cancelled":
        known.state, known.settled_at, known.data = "due", None, data
    session.flush()


def _cancel(session: Session, incident: Incident, *, at: datetime) -> None:
    for timer in timers.of_incident(session, incident.id):
        if timer.kind in KINDS:
            timer.state, timer.settled_at = "cancelled", at
