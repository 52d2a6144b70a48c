"""The dialog that opens an incident from a message in Slack, and pages as the cord would."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.integrations.slack import permalinks
from incident.integrations.slack.mrkdwn import escape
from incident.integrations.slack.payload import moment
from incident.rules.dialogs import Dialog, Field, Reply
from incident.rules.fields import refuse
from incident.rules.incidents import TITLE_LENGTH, Status
from incident.rules.permissions import Actor
from incident.rules.signals import Signal as Said
from incident.rules.slash import severities
from incident.services import (
    incidents,
    members,
    pulls,
    receipts,
    second_cries,
    slash_deeds,
    slash_opening,
)
from incident.services.command_dialogs import text_in, told_of_targets, whom
from incident.services.incidents import Opening
from incident.services.pulls import Pull
from incident.storage import incidents as rows
from incident.storage import pages, signals, slack_rules, targets
from incident.storage.incidents import Incident

NAME, TITLE = "open_from_message", "Open an incident"
SLACK = "slack"
ALREADY = "{key} was opened from this message, or from its thread, already."
CARRIED = ("in", "ts", "thread_ts", "team", "said_by", "said_by_name")

Context = Mapping[str, str]
Values = Mapping[str, Any]


def fill(session: Session, context: Context, _actor: Actor, at: datetime) -> Dialog:
    """What the message says is filled in, and whom its channel would page."""
    known = _opened_already(session, context)
    if known is not None:
        return Dialog(NAME, TITLE, submit="", text=ALREADY.format(key=known))
    rule = slack_rules.find(session, context.get("in", ""))
    usual = [target.name for target in targets.pageable(session)]
    target = rule.target if rule is not None else next(iter(usual), "")
    fields = (
        Field("title", "What do users see?", value=context.get("title"), longest=TITLE_LENGTH),
        Field("severity", "How bad is it?", "choice", value="unset", options=severities()),
        whom(session, target),
        Field("text", "The message", "text", value=context.get("text"), optional=True),
    )
    carried = {name: context.get(name, "") for name in CARRIED}
    told = told_of_targets(session, at)
    return Dialog(NAME, TITLE, fields, "Open and page", text=told, context=carried)


def submit(session: Session, context: Context, values: Values, actor: Actor, at: datetime) -> Reply:
    """One message opens one incident, whoever asks for it, and however often."""
    title = text_in(values, "title")
    refuse({"title": "" if title else "Give it a title: what do users see?"})
    said = _said(context, title, text_in(values, "text"))
    told_of = second_cries.told_of(session, said.key)
    known = _opened_already(session, context)
    if known is not None:
        return Reply(ALREADY.format(key=known))
    key = f"shortcut:{said.key}"
    kept = signals.keep(session, integration=SLACK, delivery_key=key, raw=_raw(said), at=at)
    if kept is None:
        return Reply(ALREADY.format(key=_opened_already(session, context) or "An incident"))
    opened = _open(session, said, text_in(values, "severity"), actor=actor, at=at)
    kept.key, kept.state, kept.incident_id = said.key, "opened", opened.id
    second_cries.opened_by_hand(session, told_of, opened, actor=actor, at=at)
    told = _page(session, opened, text_in(values, "page"), actor=actor, at=at)
    receipts.post(session, opened, at=at)
    return slash_opening.told_opened(opened, told)


def _open(session: Session, said: Said, severity: str, *, actor: Actor, at: datetime) -> Incident:
    author = members.actor_for(session, said.said_by, said.said_by_name)
    opening = Opening(
        title=said.title,
        severity=severity or "unset",
        summary=said.text if said.text != said.title else "",
        status=Status.TRIAGE,
        source=SLACK,
        reporter=author.name,
        first_signal_at=moment(said.ts) or at,
        slack_channel=said.channel,
        slack_thread=said.thread_ts or said.ts,
        slack_link=said.link or None,
    )
    opened = incidents.open_incident(session, opening, actor=actor, at=at)
    receipts.tell(session, opened, "report_received", said, "wrote", actor=author, at=at)
    return opened


def _page(session: Session, opened: Incident, name: str, *, actor: Actor, at: datetime) -> str:
    """As a page of the cord, so that its receipt lives with it."""
    target = targets.find(session, name) if name else None
    if target is None or target.proving:
        return ""
    pull, why = Pull(opened.slack_channel or "", name), "opened it from a message in Slack"
    pulls.page(session, opened, pull, actor=actor, why=why, at=at)
    asked = pages.of_incident(session, opened.id)[-1]
    return slash_deeds.told_paged(opened, target, asked, at)


def _opened_already(session: Session, context: Context) -> str | None:
    channel, ts = context.get("in", ""), context.get("ts", "")
    found = rows.of_thread(session, channel, context.get("thread_ts") or ts)
    return rows.key_of(found) if found is not None else None


def _said(context: Context, title: str, text: str) -> Said:
    channel, ts = context.get("in", ""), context.get("ts", "")
    if not channel or moment(ts) is None:
        raise NoResultFound("There is no such message.")
    thread_ts = context.get("thread_ts", "")
    return Said(
        source=SLACK,
        key=f"{context.get('team', '')}:{channel}:{ts}",
        event_id=f"shortcut:{channel}:{ts}",
        title=title,
        kind="call",
        text=text or title,
        said_by=context.get("said_by", ""),
        said_by_name=context.get("said_by_name", ""),
        team=context.get("team", ""),
        channel=channel,
        ts=ts,
        thread_ts=thread_ts,
        occurred_at=moment(ts),
        link=permalinks.permalink(channel, ts, thread_ts),
    )


def _raw(said: Said) -> dict[str, Any]:
    """As Slack's event would have told it, for whoever reads it again."""
    message = {
        "type": "message",
        "channel": said.channel,
        "user": said.said_by,
        "text": escape(said.text),
        "ts": said.ts,
        "thread_ts": said.thread_ts,
        "user_profile": {"display_name": said.said_by_name},
    }
    return {"type": "event_callback", "team_id": said.team, "event": message}
