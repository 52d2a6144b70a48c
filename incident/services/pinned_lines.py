"""The pinned line of a channel: asked for by an admin, and kept true as the telephones change."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import pinned_lines as rules
from incident.rules.permissions import Actor, require
from incident.rules.slack_rules import what_counts
from incident.services import left_lines
from incident.storage import slack_rules, targets
from incident.storage.slack_rules import SlackRule

AGAIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be pinned where. `ts` is the message that is pinned already, if any."""

    channel: str
    name: str
    text: str
    ts: str


def ask(session: Session, *, channel: str, actor: Actor, at: datetime) -> None:
    """Have the line posted and pinned, or made new. Asking twice is asking once."""
    require(actor, "admin")
    rule = slack_rules.find(session, channel, lock=True)
    if rule is not None:
        rule.pin_due_at, rule.pin_trouble = at, ""


def any_due(session: Session, at: datetime) -> bool:
    return any(_due(session, rule, at) for rule in slack_rules.every(session))


def take(session: Session, at: datetime) -> list[Wanted]:
    """Every line that is asked for, or that no longer reads as it should. It is not due again
    for a while, so that nobody else posts it, too."""
    channels = [rule.channel for rule in slack_rules.every(session) if _due(session, rule, at)]
    locked = [slack_rules.find(session, channel, lock=True) for channel in channels]
    taken = [(rule, _due(session, rule, at)) for rule in locked if rule is not None]
    for rule, wanted in taken:
        if wanted is not None:
            rule.pin_due_at = at + AGAIN
    return [wanted for _, wanted in taken if wanted is not None]


def done(session: Session, wanted: Wanted, ts: str) -> None:
    rule = slack_rules.find(session, wanted.channel, lock=True)
    if rule is None:
        left_lines.leave(session, channel=wanted.channel, name=wanted.name, ts=ts)
        return
    rule.pinned_ts, rule.pinned_text = ts, wanted.text
    rule.pin_due_at, rule.pin_trouble = None, ""


def put_off(
    session: Session,
    wanted: Wanted,
    ts: str,
    trouble: str,
    at: datetime,
    *,
    after: timedelta | None = None,
) -> None:
    """It did not work. Until somebody gives up the rule it is tried again, once in a minute, or
    `after` what Slack asked for."""
    rule = slack_rules.find(session, wanted.channel, lock=True)
    if rule is None:
        left_lines.leave(session, channel=wanted.channel, name=wanted.name, ts=ts)
        return
    rule.pinned_ts = ts or rule.pinned_ts
    rule.pin_due_at, rule.pin_trouble = at + max(AGAIN, after or AGAIN), trouble


def text_for(session: Session, rule: SlackRule) -> str:
    """How the line reads by now."""
    target = targets.find(session, rule.target)
    kept = target.phones if target is not None else []
    phones = [(str(one.get("name", "")), str(one.get("phone", ""))) for one in kept]
    return rules.text(
        rule.target,
        phones,
        armed=rule.armed,
        counts=what_counts(rule.words, rule.urgent_words),
        strangers=rule.strangers,
    )


def _due(session: Session, rule: SlackRule, at: datetime) -> Wanted | None:
    text = text_for(session, rule)
    is_asked = rule.pin_due_at is not None and rule.pin_due_at <= at
    is_old = rule.pin_due_at is None and bool(rule.pinned_ts) and rule.pinned_text != text
    if not (is_asked or is_old):
        return None
    name = rule.channel_name or rule.channel
    return Wanted(rule.channel, name, text, rule.pinned_ts)
