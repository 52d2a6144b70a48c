"""The shortcuts on a message in Slack: keep it on a timeline, or open an incident from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.integrations.slack import quotes, speech
from incident.rules.dialogs import NOTHING, Asked, Reply
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import require
from incident.rules.slack_manifest import KEEP_SHORTCUT, OPEN_SHORTCUT
from incident.services import kept_messages, slack_places, slash, visibility
from incident.services.slash import Speaker
from incident.services.slash_deeds import KEPT

TEXT_LENGTH = 2_900
KEPT_ALREADY = "It is on the timeline of {key} already."


@dataclass(frozen=True, slots=True)
class Message:
    """The message that the shortcut was called on, as Slack gave it along."""

    channel: str
    ts: str
    team: str = ""
    message: Mapping[str, Any] = field(default_factory=dict)


def dialog_of(name: str, on: Message) -> Asked | None:
    """The dialog that opens at once, if this shortcut has one."""
    if name != OPEN_SHORTCUT:
        return None
    quote = quotes.quote(on.message, channel=on.channel, ts=on.ts)
    context = {
        "in": on.channel,
        "ts": on.ts,
        "thread_ts": quote.thread_ts,
        "team": on.team,
        "said_by": quote.said_by,
        "said_by_name": quote.said_by_name,
        "title": speech.title(quote.text),
        "text": quote.text[:TEXT_LENGTH],
    }
    return Asked("open_from_message", "Open an incident", context)


def run(session: Session, name: str, on: Message, speaker: Speaker, *, at: datetime) -> Reply:
    """Keep the message on the timeline of its channel's incident; elsewhere ask which one."""
    if name != KEEP_SHORTCUT:
        return NOTHING
    actor = slash.heard(session, speaker)
    thread_ts = str(on.message.get("thread_ts") or on.ts)
    incident = slack_places.incident_in(session, on.channel, thread_ts)
    if incident is None or not visibility.may_see(session, actor, incident):
        if actor.role == "reporter":
            raise NotAllowed(slash.needs_account(speaker.member))
        require(actor, "responder")
        where = {"place": on.channel, "ts": on.ts}
        return Reply(dialog=Asked("keep", "Add to the timeline", where))
    came = kept_messages.keep(
        session,
        incident.key,
        channel=on.channel,
        ts=on.ts,
        by=actor,
        way="shortcut",
        at=at,
        message=on.message,
    )
    return Reply(KEPT.get(came, KEPT_ALREADY).format(key=incident.key))
