"""Commands on the channel of an incident: make one, use one that is there, try again."""

from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import channels as rules
from incident.rules.channels import Habit
from incident.rules.fields import refuse
from incident.rules.outcome import Event, NotAllowed, Notice, Outcome
from incident.rules.permissions import DESK, Actor, require
from incident.rules.slack_rules import IS_A_CORD
from incident.services import connections
from incident.services.record import record
from incident.storage import incident_channels, incidents, slack_rules
from incident.storage.incident_channels import IncidentChannel
from incident.storage.incidents import Incident

CREATE, USE = "create_channel", "use_channel"
CAUSE = "channel"
A_DRILL = "This is a drill: nothing is made in Slack, and nobody is asked in."


def habit(session: Session) -> Habit:
    """What an admin chose for all incidents."""
    return rules.habit(connections.settings_of(session, connections.SLACK))


def create(
    session: Session, *, incident_key: str, actor: Actor, at: datetime, name: str = ""
) -> IncidentChannel:
    """A channel of its own, by the desk's name for it or by `name`. Asking twice makes one."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    refuse({"name": rules.wish_problem(name, private=incident.private)})
    row = _row(session, incident, actor, at)
    if row.state == "open" or (row.state == "wanted" and row.data):
        return row
    row.data = {**row.data, "turn": 1, "wished": rules.wished(name)}
    row.channel, row.made = "", True
    return _ask_for_it(session, incident, row, actor=actor, at=at)


def use(
    session: Session, *, incident_key: str, channel: str, actor: Actor, at: datetime
) -> IncidentChannel:
    """A channel that is there already, by its name, its id or its address in Slack."""
    require(actor, "responder")
    refuse({"channel": rules.reference_problem(channel)})
    incident = incidents.lock(session, incident_key)
    row, asked = _row(session, incident, actor, at), rules.reference(channel)
    _require_no_cord(session, asked)
    if row.state == "open":
        if asked in (row.channel, row.name):
            return row
        raise NotAllowed(f"{incident.key} is worked on in {row.shown} already.")
    row.made = row.made and asked == row.channel
    row.channel = ""
    notice = _notice(row, USE, asked, {"channel": asked, "private": incident.private})
    _promise(session, incident, row, notice, f"asked to use {_shown(asked)}", actor=actor, at=at)
    return row


def try_again(session: Session, *, incident_key: str, actor: Actor, at: datetime) -> None:
    """What did not work once more: the same channel where there was one, else a new one."""
    row = incident_channels.of_incident(session, incidents.lock(session, incident_key).id)
    if row is None or row.state != "failed":
        return
    known = row.channel or str(row.data.get("used") or "")
    if known:
        use(session, incident_key=incident_key, channel=known, actor=actor, at=at)
    else:
        create(session, incident_key=incident_key, actor=actor, at=at)


def choose_end(
    session: Session, *, incident_key: str, archives: bool, actor: Actor, at: datetime
) -> None:
    """Whether it is archived once the incident is closed. One that we only use never is."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    row = incident_channels.of_incident(session, incident.id)
    if row is None or not row.made or row.archives == archives:
        return
    row.archives = archives
    what = "is archived when the incident is closed" if archives else "stays when it is closed"
    event = Event("channel_end_chosen", f"{actor.name}: {row.shown} {what}")
    record(session, incident, Outcome((event,)), actor=actor, at=at)


def create_unasked(session: Session, incident: Incident, at: datetime) -> None:
    """What the setting asks for. `incident` is locked; one that had a channel is left alone."""
    known = incident_channels.of_incident(session, incident.id)
    if known is None and incident.mode == "live" and incident.open:
        create(session, incident_key=incident.key, actor=DESK, at=at)


def create_next(session: Session, incident: Incident, row: IncidentChannel, at: datetime) -> None:
    """The name was taken: the next one is tried, and after the last one a person chooses."""
    turn = int(row.data.get("turn", 1)) + 1
    row.data = {**row.data, "turn": turn}
    if turn > rules.MOST_NAMES:
        row.state = "failed"
        row.reason = f"{row.shown} and the names like it are taken. Use a channel that is there"
        event = Event("channel_failed", f"NO SLACK CHANNEL: {row.reason}")
        record(session, incident, Outcome((event,)), actor=DESK, at=at)
        return
    name = rules.numbered(_name(session, incident, row), turn)
    row.name = name
    _send(session, incident, row, _creation(incident, row, name), actor=DESK, at=at)


def move_out(session: Session, incident: Incident, *, actor: Actor, at: datetime) -> None:
    """A private incident is not worked on in a public channel: it gets another one."""
    row = incident_channels.of_incident(session, incident.id)
    if row is None or row.private or row.state not in ("open", "wanted"):
        return
    if row.state == "open":
        notices = (_goodbye(incident, row), *((_archiving(row),) if row.made else ()))
        record(session, incident, Outcome(notices=notices), actor=actor, at=at)
    row.state, row.channel, row.made, row.invited = "failed", "", True, []
    row.topic = row.bookmark = ""
    row.data = {"asked": row.data.get("asked", 0), "turn": 1}
    _ask_for_it(session, incident, row, actor=actor, at=at)


def _require_no_cord(session: Session, channel: str) -> None:
    """In a pull-cord every word about the incident would call for help."""
    rule = slack_rules.armed_in(session, channel)
    if rule is not None:
        raise NotAllowed(f"{rule.channel_name or channel} {IS_A_CORD}.")


def _row(session: Session, incident: Incident, actor: Actor, at: datetime) -> IncidentChannel:
    if incident.mode == "drill":
        raise NotAllowed(A_DRILL)
    row = incident_channels.of_incident(session, incident.id)
    if row is None:
        archives = habit(session).archives
        row = IncidentChannel(
            incident_id=incident.id, archives=archives, asked_by=actor.name, created_at=at
        )
        row.data, row.invited = {}, []
        row.made, row.state, row.channel, row.name = True, "wanted", "", ""
        session.add(row)
    return row


def _ask_for_it(
    session: Session, incident: Incident, row: IncidentChannel, *, actor: Actor, at: datetime
) -> IncidentChannel:
    name = rules.numbered(_name(session, incident, row), int(row.data.get("turn", 1)))
    notice = _creation(incident, row, name)
    row.name = name
    _promise(session, incident, row, notice, f"asked for #{name}", actor=actor, at=at)
    return row


def _name(session: Session, incident: Incident, row: IncidentChannel) -> str:
    if row.data.get("wished") and not incident.private:
        return str(row.data["wished"])
    return rules.name_of(
        incident.id,
        incident.title,
        prefix=habit(session).prefix,
        drill=incident.mode == "drill",
        private=incident.private,
    )


def _creation(incident: Incident, row: IncidentChannel, name: str) -> Notice:
    return _notice(row, CREATE, name, {"name": name, "private": incident.private})


def _notice(row: IncidentChannel, action: str, channel: str, settings: dict[str, object]) -> Notice:
    return Notice(
        integration="slack",
        action=action,
        target=_shown(channel),
        subject=f"{_shown(channel)} for this incident",
        cause=CAUSE,
        generation=int(row.data.get("asked", 0)) + 1,
        settings={**settings, "channel_name": _shown(channel)},
    )


def _promise(
    session: Session,
    incident: Incident,
    row: IncidentChannel,
    notice: Notice,
    what: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """The wish and its line. What is asked for now is what an answer of Slack is about."""
    row.state, row.reason, row.asked_by = "wanted", "", actor.name
    event = Event("channel_requested", f"{actor.name} {what} in Slack")
    record(session, incident, Outcome((event,)), actor=actor, at=at)
    _send(session, incident, row, notice, actor=actor, at=at)


def _send(
    session: Session,
    incident: Incident,
    row: IncidentChannel,
    notice: Notice,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    used = notice.settings["channel"] if notice.action == USE else ""
    row.data = {**row.data, "asked": notice.generation, "used": used}
    record(session, incident, Outcome(notices=(notice,)), actor=actor, at=at)


def _goodbye(incident: Incident, row: IncidentChannel) -> Notice:
    text = f"{incident.key} has become private. It is not worked on here any more."
    return Notice(
        integration="slack",
        action="post",
        target=row.channel,
        subject=text,
        cause=f"goodbye-{row.channel}",
        settings={"channel": row.channel, "text": text, "quiet": True},
    )


def _archiving(row: IncidentChannel) -> Notice:
    return Notice(
        integration="slack",
        action="archive_channel",
        target=row.channel,
        subject=f"Archive {row.shown}",
        cause=f"goodbye-{row.channel}",
        settings={"channel": row.channel, "channel_name": row.shown},
    )


def _shown(channel: str) -> str:
    return channel if channel.startswith("#") or channel.isupper() else f"#{channel}"
