"""The update clock of an incident: it follows severity and status, reminds, and asks the next."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import update_clock as rules
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.permissions import DESK
from incident.services import slack_places
from incident.services.record import record
from incident.services.slack_places import Place
from incident.storage import people, roles, timers
from incident.storage.incidents import Incident
from incident.storage.timers import Timer

DUE, OVERDUE = "update_due", "update_overdue"
KINDS = (DUE, OVERDUE)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where in Slack it is asked, and the members who are called by name there."""

    place: Place
    called: tuple[str, ...]

    @property
    def in_vain(self) -> bool:
        """It is asked in Slack, and nobody's device rings."""
        return bool(self.place.channel) and not self.called


def follow(session: Session, incident: Incident, *, at: datetime) -> None:
    """Begin or stop the clock, as status and severity now say. What was promised holds until the
    incident is over. `incident` is locked."""
    if not incident.open:
        stop(session, incident, at=at)
    elif incident.update_due_at is None and _begins(incident):
        wind(session, incident, due_at=rules.first_due(incident.severity, at), at=at)


def hasten(session: Session, incident: Incident, *, at: datetime) -> None:
    """How bad it is has changed. What became worse needs a word soon, whatever was promised for
    later; what became better keeps its promise."""
    follow(session, incident, at=at)
    if incident.update_due_at is None or not _begins(incident):
        return
    soon = rules.first_due(incident.severity, at)
    if soon < incident.update_due_at:
        wind(session, incident, due_at=soon, at=at)


def wind(session: Session, incident: Incident, *, due_at: datetime | None, at: datetime) -> None:
    """From now on the next update is due then, whatever was promised before; None: no more is."""
    if due_at is None:
        stop(session, incident, at=at)
        return
    _cancel(session, incident, at=at)
    incident.update_due_at, incident.update_owed_by = due_at, ""
    _set(session, incident, DUE, due_at, at=at)


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
    event = Event(DUE, rules.due_words(role, held.get(role, "")), {"role": role})
    _ask(session, incident, event, _reach(session, incident, role), at=at)
    _set(session, incident, OVERDUE, at + rules.GIVEN, at=at)


def overdue(session: Session, incident: Incident, timer: Timer, at: datetime) -> None:
    """Nothing came. Another role is asked, and then everybody; the screens go on saying it."""
    if not _is_of_now(incident, timer):
        return
    turn, before = int(timer.data.get("turn", 1)), incident.update_owed_by
    held = _held(session, incident)
    role = rules.asked_next(before, held, turn=turn)
    incident.update_owed_by = role
    reach = _reach(session, incident, role)
    silent = rules.asked_words(before, held.get(before, ""))
    text = rules.overdue_words(silent, role, held.get(role, ""), reached=not reach.in_vain)
    last = role == rules.EVERYBODY
    event = Event(OVERDUE, text, {"role": role, "before": before}, key_moment=last)
    _ask(session, incident, event, reach, at=at)
    if not last:
        _set(session, incident, OVERDUE, at + rules.GIVEN, turn=turn + 1, at=at)


def _begins(incident: Incident) -> bool:
    return rules.begins(status=incident.status, severity=incident.severity)


def _is_of_now(incident: Incident, timer: Timer) -> bool:
    due_at = incident.update_due_at
    return due_at is not None and timer.data.get("due_at") == due_at.isoformat()


def _held(session: Session, incident: Incident) -> dict[str, str]:
    """Who holds which role. Whoever took it first speaks for a role that many may hold."""
    held: dict[str, str] = {}
    for role in roles.held(session, incident.id):
        held.setdefault(role.name, role.person)
    return held


def _reach(session: Session, incident: Incident, role: str) -> Reach:
    """The holders of the role, or of any for everybody, as far as Slack can call them."""
    place = Place() if incident.mode == "drill" else slack_places.place_of(session, incident)
    held = roles.held(session, incident.id)
    wanted = [r.person_id for r in held if role in (r.name, rules.EVERYBODY) and r.person_id]
    found = (people.find(session, number) for number in dict.fromkeys(wanted))
    return Reach(place, tuple(one.slack_id for one in found if one is not None and one.slack_id))


def _ask(session: Session, incident: Incident, event: Event, reach: Reach, *, at: datetime) -> None:
    """On the timeline, and in Slack by name. Where Slack is away the screens say it."""
    notices = (_asking(incident, event, reach),) if reach.place.channel else ()
    record(session, incident, Outcome((event,), notices), actor=DESK, at=at)


def _asking(incident: Incident, event: Event, reach: Reach) -> Notice:
    button = {"label": "Write the update", "action": "update", "value": incident.key}
    return Notice(
        integration="slack",
        action="post",
        target=reach.place.channel,
        subject=event.text,
        cause=f"update-asked-{incident.last_seq + 1}",
        settings={
            "channel": reach.place.channel,
            "thread_ts": reach.place.thread_ts,
            "text": f"{incident.key}: {event.text}.",
            "mentions": list(reach.called),
            "buttons": [button],
            "path": f"/incidents/{incident.key}/updates",
            "link_label": "Write it in the desk",
            "quiet": True,
        },
    )


def _set(
    session: Session,
    incident: Incident,
    kind: str,
    due_at: datetime,
    *,
    at: datetime,
    turn: int = 1,
) -> None:
    promised = incident.update_due_at
    timer = Timer(
        incident_id=incident.id,
        kind=kind,
        name=f"{kind}-{incident.id}-{due_at.timestamp():.6f}",
        data={"due_at": promised.isoformat() if promised else "", "turn": turn},
        due_at=due_at,
        set_at=at,
    )
    timers.set_anew(session, timer)


def _cancel(session: Session, incident: Incident, *, at: datetime) -> None:
    for timer in timers.of_incident(session, incident.id):
        if timer.kind in KINDS:
            timer.state, timer.settled_at = "cancelled", at
