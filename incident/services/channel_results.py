"""What follows when Slack has made a channel, asked somebody in, archived it, or refused to."""

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from incident.integrations.notifier import Delivered, NotSent, Refused
from incident.rules import pages as page_rules
from incident.rules.outcome import Event, Notice, Outcome
from incident.rules.permissions import DESK
from incident.rules.receipts import Words
from incident.rules.slack_rules import IS_A_CORD
from incident.services import cards, channel_upkeep, channels, receipts
from incident.services.channel_upkeep import ARCHIVE, BOOKMARK, INVITE, PIN, TOPIC
from incident.services.channels import CREATE, USE
from incident.services.record import record
from incident.storage import incident_channels, slack_rules
from incident.storage.incident_channels import IncidentChannel
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery

Ended = Delivered | Refused | NotSent
After = Callable[[Session, Incident, Delivery, Ended, datetime], None]


def opened(
    session: Session, incident: Incident, delivery: Delivery, result: Ended, at: datetime
) -> None:
    """There is a channel, or a person has to decide otherwise."""
    row = incident_channels.of_incident(session, incident.id)
    if row is None:
        return
    if page_rules.generation_of(delivery.dedup_key) != row.data.get("asked"):
        _drop(session, incident, delivery, result, at)
        return
    if not isinstance(result, Delivered):
        row.state, row.reason = "failed", result.reason
        return
    if result.receipt.get("taken"):
        channels.create_next(session, incident, row, at)
        return
    channel = str(result.receipt.get("channel") or "")
    if incident_channels.is_taken(session, channel, by_other_than=incident.id):
        _fail(session, incident, row, "Another incident is worked on in that channel", at)
        return
    if slack_rules.armed_in(session, channel) is not None:
        _fail(session, incident, row, f"That channel {IS_A_CORD}", at)
        return
    _begin(session, incident, row, result, at)


def _begin(
    session: Session, incident: Incident, row: IncidentChannel, told: Delivered, at: datetime
) -> None:
    row.channel, row.name = str(told.receipt["channel"]), str(told.receipt.get("name") or row.name)
    row.private = told.receipt.get("private") is True
    if row.data.get("kept_for") != row.channel:
        row.topic, row.bookmark, row.invited = "", "", []
        row.data = {**row.data, "kept_for": row.channel, "refused": {}}
    row.state, row.reason, row.opened_at, row.archived_at = "open", "", at, None
    kind = "private channel" if row.private else "channel"
    data = {"channel": row.channel, "name": row.name, "link": row.address}
    event = Event("channel_opened", f"The Slack {kind} is {row.shown}", data)
    record(session, incident, Outcome((event,)), actor=DESK, at=at)
    if incident.slack_channel and incident.slack_thread and not incident.private:
        words = Words("channel", f"{incident.key}: we work in {row.shown}.")
        receipts.say(session, incident, words, cause=f"channel-{row.channel}", at=at)
    cards.show(session, incident, at=at)
    card = cards.posted(session, incident)
    if card is not None:
        channel_upkeep.pin(session, incident, card.intent_key, at)
    channel_upkeep.follow(session, incident, at)


def _fail(
    session: Session, incident: Incident, row: IncidentChannel, reason: str, at: datetime
) -> None:
    row.state, row.reason = "failed", reason
    event = Event("channel_failed", f"NO SLACK CHANNEL: {reason}")
    record(session, incident, Outcome((event,)), actor=DESK, at=at)


def _drop(
    session: Session, incident: Incident, delivery: Delivery, result: Ended, at: datetime
) -> None:
    """Made after something else was asked for: nobody is left in a channel that nobody follows."""
    channel = result.receipt.get("channel") if isinstance(result, Delivered) else None
    if delivery.action != CREATE or not channel:
        return
    notice = Notice(
        integration="slack",
        action=ARCHIVE,
        target=str(channel),
        subject="Archive a channel that is not needed",
        cause=f"drop-{channel}",
        settings={"channel": channel, "channel_name": delivery.target},
    )
    record(session, incident, Outcome(notices=(notice,)), actor=DESK, at=at)


def _kept(
    session: Session, incident: Incident, delivery: Delivery, result: Ended, at: datetime
) -> None:
    """What Slack refuses once is not asked for anew with every change of the incident."""
    row = incident_channels.of_incident(session, incident.id)
    if row is not None and not isinstance(result, Delivered):
        channel_upkeep.give_up_for_now(row, delivery.action, at)


def _archived(
    session: Session, incident: Incident, delivery: Delivery, result: Ended, at: datetime
) -> None:
    row = incident_channels.of_incident(session, incident.id)
    if row is None or delivery.settings.get("channel") != row.channel:
        return
    row.data = {**row.data, "archiving": False}
    if not isinstance(result, Delivered):
        row.archives = False
        return
    row.state, row.archived_at = "archived", at
    event = Event("channel_archived", f"{row.shown} is archived in Slack")
    record(session, incident, Outcome((event,)), actor=DESK, at=at)


def _nothing(*_args: object) -> None:
    """Whether somebody came in is to be seen in Slack; that they were not is a line already."""


AFTER: Mapping[str, After] = {
    CREATE: opened,
    USE: opened,
    TOPIC: _kept,
    BOOKMARK: _kept,
    PIN: _kept,
    INVITE: _nothing,
    ARCHIVE: _archived,
}
