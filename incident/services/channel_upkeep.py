"""Keeps the channel of an incident as it should be: its topic, its bookmark, who is in it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import channels as rules
from incident.rules import spoken
from incident.rules.incidents import OVER
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.permissions import DESK
from incident.services import cards, receipts
from incident.services.record import record
from incident.storage import incident_channels, incident_members, pages, people, roles
from incident.storage import slack_members as members
from incident.storage.incident_channels import IncidentChannel
from incident.storage.incidents import Incident
from incident.storage.people import Person

TOPIC, BOOKMARK, PIN = "set_topic", "set_bookmark", "pin_card"
INVITE, ARCHIVE = "invite_members", "archive_channel"
COLUMNS = {TOPIC: "topic", BOOKMARK: "bookmark"}
BESIDE = {TOPIC: "topic of", BOOKMARK: "bookmark in", INVITE: "coming into"}
COMMAND = "commander"
SULK = timedelta(hours=1)
# While Slack has not taken the last topic yet, there is no hurry to look for a newer one.
LET_BE = timedelta(seconds=20)
STAYS_ARCHIVED = (
    "{shown} is archived in Slack, and only a person can bring it back there. "
    "Do that and try again, or make a new one"
)


def follow(session: Session, incident: Incident, at: datetime) -> None:
    """Promise whatever is missing. `incident` is locked. Nothing missing costs nothing."""
    row = incident_channels.of_incident(session, incident.id)
    if row is None:
        return
    in_order = True
    if row.state == "archived" and incident.open:
        _mourn(session, incident, row, at)
    elif row.state == "open" and incident.status in OVER:
        _close(session, incident, row, at)
    elif row.state == "open":
        in_order = _keep(session, incident, row, at)
        _ask_in(session, incident, row, at)
    row.followed_at = at if in_order else at + LET_BE
    if in_order:
        row.followed_seq = incident.last_seq


def pin(session: Session, incident: Incident, card: str, at: datetime) -> None:
    """Pin the live card, once. `card` is the intent of the post that it was."""
    row = incident_channels.of_incident(session, incident.id)
    if row is None or row.state != "open" or row.data.get("pinned") == row.channel:
        return
    row.data = {**row.data, "pinned": row.channel}
    notice = _notice(row, PIN, f"pin-{row.channel}", 1, "Pin the card", {"update_of": card})
    record(session, incident, Outcome(notices=(notice,)), actor=DESK, at=at)


def archived_by_hand(session: Session, incident: Incident, by: str, at: datetime) -> None:
    """Somebody archived the channel in Slack. When it was us, the delivery says so."""
    row = incident_channels.of_incident(session, incident.id)
    if row is None or row.state != "open" or row.data.get("archiving"):
        return
    row.state, row.archived_at = "archived", at
    event = Event("channel_archived", f"{by} archived {row.shown} in Slack")
    record(session, incident, Outcome((event,)), actor=DESK, at=at)


def renamed(session: Session, incident: Incident, name: str, at: datetime) -> None:
    row = incident_channels.of_incident(session, incident.id)
    if row is None or not name or row.name == name:
        return
    before, row.name = row.shown, name
    event = Event("channel_renamed", f"{before} is called {row.shown} in Slack now")
    record(session, incident, Outcome((event,)), actor=DESK, at=at)


def came_in(session: Session, incident: Incident, member: str) -> None:
    """Whoever is in the channel need not be asked in."""
    row = incident_channels.of_incident(session, incident.id)
    if row is not None and member and member not in row.invited:
        row.invited = [*row.invited, member]


def give_up_for_now(row: IncidentChannel, action: str, at: datetime) -> None:
    """Slack refused a topic or a bookmark. The first change after an hour tries once more."""
    refused = {**(row.data.get("refused") or {}), action: at.isoformat()}
    row.data = {**row.data, "refused": refused}
    if action in COLUMNS:
        setattr(row, COLUMNS[action], "")


def _keep(session: Session, incident: Incident, row: IncidentChannel, at: datetime) -> bool:
    """Topic and bookmark by our last word. Only the newest wording is ever under way."""
    commander = next((r.person for r in roles.held(session, incident.id) if r.name == COMMAND), "")
    topic = rules.topic(
        key=incident.key,
        title=incident.title,
        severity=incident.severity,
        status=incident.status,
        commander=commander,
    )
    title = rules.bookmark(key=incident.key, severity=incident.severity, status=incident.status)
    path = f"/incidents/{incident.key}"
    kept = [_say(session, incident, row, TOPIC, {"topic": topic, "path": path}, at)]
    kept += [_say(session, incident, row, BOOKMARK, {"title": title, "path": path}, at)]
    return all(kept)


def _say(
    session: Session,
    incident: Incident,
    row: IncidentChannel,
    action: str,
    settings: dict[str, object],
    at: datetime,
) -> bool:
    """Whether Slack has this wording, will soon have it, or will never take one."""
    column, said = COLUMNS[action], str(settings["topic" if action == TOPIC else "title"])
    if getattr(row, column) == said or _is_given_up(row, action, at):
        return True
    if incident_channels.is_under_way(session, incident.id, action):
        return False
    setattr(row, column, said)
    turn = int(row.data.get(column, 0)) + 1
    row.data = {**row.data, column: turn}
    notice = _notice(row, action, f"{column}-{row.channel}", turn, said, settings)
    record(session, incident, Outcome(notices=(notice,)), actor=DESK, at=at)
    return True


def _is_given_up(row: IncidentChannel, action: str, at: datetime) -> bool:
    since = (row.data.get("refused") or {}).get(action)
    return since is not None and at - datetime.fromisoformat(since) < SULK


def _ask_in(session: Session, incident: Incident, row: IncidentChannel, at: datetime) -> None:
    """Everybody who has to do with it, each once."""
    for name, member in _wanted(session, incident):
        known, key = list(row.invited), member or f"nobody:{name}"
        if key in known:
            continue
        row.invited = [*known, key]
        if member:
            cause = f"invite-{row.channel}-{member}"
            notice = _notice(row, INVITE, cause, 1, name, {"member": member})
            outcome = Outcome(notices=(notice,))
        else:
            text = f"{name} is not asked into {row.shown}: their profile names no Slack account"
            outcome = Outcome((Event("invitation_missed", text),))
        record(session, incident, outcome, actor=DESK, at=at)


def _wanted(session: Session, incident: Incident) -> Iterator[tuple[str, str]]:
    """Name and Slack id of whoever has a role, answered a page, asked for the channel, or called
    for help. A private incident asks in its members, for nobody finds its channel by themselves,
    and nobody who may not see it."""
    inside = [one.person_id for one in incident_members.of_incident(session, incident.id)]
    for person in _people(session, incident, inside if incident.private else []):
        if not incident.private or person.id in inside or person.role == "admin":
            yield person.name, person.slack_id
    author = receipts.author_of(session, incident)
    if author is None or incident.private:
        return
    known = members.find(session, author.said_by)
    if author.said_by and not (known and (known.stranger or known.bot or known.gone)):
        yield author.said_by_name or "Whoever called for help", author.said_by


def _people(session: Session, incident: Incident, members_of_it: Sequence[int]) -> Iterator[Person]:
    row = incident_channels.of_incident(session, incident.id)
    held = [r for r in roles.held(session, incident.id) if r.name in rules.INVITED_ROLES]
    seats = [people.find(session, role.person_id) for role in held if role.person_id is not None]
    answers = [one for page in pages.of_incident(session, incident.id) for one in page.answers]
    asked = [*(str(one.get("name")) for one in answers), row.asked_by if row is not None else ""]
    named = [people.by_name(session, name) for name in dict.fromkeys(asked) if name]
    let_in = [people.find(session, number) for number in members_of_it]
    every = (*seats, *named, *let_in)
    found = {one.id: one for one in every if one is not None and not one.disabled_at}
    yield from found.values()


def _close(session: Session, incident: Incident, row: IncidentChannel, at: datetime) -> None:
    """The last word, then the archive, in this order. One that we only use stays as it is."""
    if not row.archives or not row.made or row.data.get("archiving"):
        return
    turn = int(row.data.get("ends", 0)) + 1
    row.data = {**row.data, "archiving": True, "ends": turn}
    began = incident.started_at or incident.first_signal_at or incident.created_at
    ended = incident.resolved_at or incident.closed_at
    text = rules.farewell(
        key=incident.key,
        title=incident.title,
        status=incident.status,
        took=spoken.length(ended - began) if ended is not None else "",
    )
    settings = {"text": text, "path": f"/incidents/{incident.key}", "quiet": True}
    cards.show(session, incident, at)
    last = _notice(row, "post", f"farewell-{row.channel}", turn, text.partition("\n")[0], settings)
    end = _notice(row, ARCHIVE, f"archive-{row.channel}", turn, f"Archive {row.shown}", {})
    record(session, incident, Outcome(notices=(last, end)), actor=DESK, at=at)


def _mourn(session: Session, incident: Incident, row: IncidentChannel, at: datetime) -> None:
    row.state, row.reason = "failed", STAYS_ARCHIVED.format(shown=row.shown)
    event = Event("channel_failed", f"NO SLACK CHANNEL: {row.reason}")
    record(session, incident, Outcome((event,)), actor=DESK, at=at)


def _notice(
    row: IncidentChannel,
    action: str,
    cause: str,
    turn: int,
    subject: str,
    settings: dict[str, object],
) -> Notice:
    """The last word and the archive in one order: the channel's id is the target. What is kept
    beside has an order of its own, or a topic that Slack takes late would hold up the posts."""
    return Notice(
        integration="slack",
        action=action,
        target=f"{BESIDE[action]} {row.channel}" if action in BESIDE else row.channel,
        subject=subject,
        cause=cause,
        generation=turn,
        settings={**settings, "channel": row.channel, "channel_name": row.shown},
    )
