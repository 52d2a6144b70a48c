"""An incident that somebody opens in Slack is said where they are, and worked on below that."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from incident.integrations.notifier import Delivered, NotSent, Refused
from incident.integrations.slack.permalinks import permalink
from incident.rules import pages as page_rules
from incident.rules import slack_rules as rules
from incident.rules.incidents import Status
from incident.rules.outcome import Notice, Outcome
from incident.rules.pages import PRIVATE
from incident.rules.permissions import Actor
from incident.services import receipts
from incident.services.record import record
from incident.storage import pages, slack_rules
from incident.storage import receipts as messages
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery

CAUSE = "announcement"


def announce(
    session: Session, incident: Incident, *, channel: str, actor: Actor, at: datetime
) -> None:
    """Say it in this channel, if it is one. `incident` must be locked, or new."""
    if rules.channel_problem(channel):
        return
    verb = "reported" if incident.status == Status.TRIAGE else "opened"
    severity = "" if incident.severity == "unset" else f", {incident.severity.upper()}"
    text = f"{actor.name} {verb} {incident.key}{severity}: {incident.title}"
    notice = Notice(
        integration="slack",
        action="post",
        target=channel,
        subject=text,
        cause=CAUSE,
        settings={
            "channel": channel,
            "text": text,
            "path": f"/incidents/{incident.key}",
            "announces": True,
            "quiet": True,
        },
    )
    record(session, incident, Outcome(notices=(notice,)), actor=actor, at=at)


def hush(
    session: Session, incident: Incident, sent: Sequence[Delivery], *, actor: Actor, at: datetime
) -> None:
    """The incident is private from now on: what was announced loses its title. What was not yet
    never will be."""
    for post in _announced(sent):
        before, key, _ = str(post.settings["text"]).partition(incident.key)
        _reword(session, incident, post, f"{before}{key} {PRIVATE}", actor=actor, at=at)


def tell_again(
    session: Session, incident: Incident, sent: Sequence[Delivery], *, actor: Actor, at: datetime
) -> None:
    """Everybody may know of it again, in the words in which it was announced."""
    for post in _announced(sent):
        _reword(session, incident, post, str(post.settings["text"]), actor=actor, at=at)


def told(
    session: Session,
    incident: Incident,
    delivery: Delivery,
    result: Delivered | Refused | NotSent,
    at: datetime,
) -> None:
    """From now on the incident is worked on below this message, unless it has a place already.

    Not in a channel with a rule: a cry there would count as one about this incident.
    """
    if not delivery.settings.get("announces") or not isinstance(result, Delivered):
        return
    channel, ts = str(result.receipt.get("channel", "")), str(result.receipt.get("ts", ""))
    if incident.slack_thread or not ts or slack_rules.find(session, channel) is not None:
        return
    incident.slack_channel, incident.slack_thread = channel, ts
    incident.slack_link = permalink(channel, ts) or None
    if pages.of_incident(session, incident.id):
        receipts.post(session, incident, at=at)


def _announced(sent: Sequence[Delivery]) -> list[Delivery]:
    return [post for post in sent if post.settings.get("announces")]


def _reword(
    session: Session,
    incident: Incident,
    post: Delivery,
    text: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    last = messages.newest(session, incident.id, post.dedup_key) or post
    if last.settings["text"] == text:
        return
    kept = {name: post.settings[name] for name in ("channel", "path", "quiet")}
    notice = Notice(
        integration="slack",
        action="update",
        target=post.target,
        subject=text,
        cause=CAUSE,
        generation=page_rules.generation_of(last.dedup_key) + 1,
        settings={**kept, "text": text, "update_of": post.intent_key},
    )
    record(session, incident, Outcome(notices=(notice,)), actor=actor, at=at)
