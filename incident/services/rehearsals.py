"""What a rule would have done last week: the messages of before it began, read and told anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import cord, cries
from incident.rules import rehearsals as rules
from incident.rules.permissions import Actor, require
from incident.rules.rehearsals import Spoken, Week
from incident.rules.signals import Signal as Said
from incident.services.speech import said_in
from incident.storage import signals, slack_members, slack_rules, targets
from incident.storage.slack_rules import SlackRule

SLACK = "slack"
AGAIN = timedelta(seconds=60)
SETTLED = timedelta(minutes=1)
MOST = 5_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages are to be read, `since` when and `until` when the rule itself began."""

    channel: str
    name: str
    since: datetime
    until: datetime
    teams: Sequence[str]


def ask(session: Session, *, channel: str, actor: Actor, at: datetime) -> None:
    """Have last week read. Asking twice is asking once."""
    require(actor, "admin")
    rule = slack_rules.find(session, channel, lock=True)
    if rule is not None:
        rule.look_back_at, rule.trouble = at, ""


def any_due(session: Session, at: datetime) -> bool:
    return any(_is_due(rule, at) for rule in slack_rules.every(session))


def take(session: Session, at: datetime) -> list[Wanted]:
    """Whatever is to be read. It is not due again for a while, in case that this one gives up."""
    channels = [rule.channel for rule in slack_rules.every(session) if _is_due(rule, at)]
    locked = [slack_rules.find(session, channel, lock=True) for channel in channels]
    taken = [rule for rule in locked if rule is not None and _is_due(rule, at)]
    teams = signals.teams(session, SLACK)
    for rule in taken:
        rule.look_back_at = at + AGAIN
    return [_wanted(rule, teams, at) for rule in taken]


def keep(session: Session, channel: str, events: Sequence[Mapping[str, Any]], at: datetime) -> int:
    """Keep these messages without acting on any: they were written before somebody listened."""
    rule = slack_rules.find(session, channel, lock=True)
    if rule is None:
        return 0
    return sum(_keep(session, rule, event, at) for event in events)


def done(session: Session, wanted: Wanted, at: datetime) -> None:
    rule = slack_rules.find(session, wanted.channel, lock=True)
    if rule is not None:
        rule.look_back_at, rule.looked_back_at, rule.trouble = None, at, ""


def put_off(session: Session, wanted: Wanted, trouble: str, at: datetime) -> None:
    rule = slack_rules.find(session, wanted.channel, lock=True)
    if rule is not None:
        rule.look_back_at, rule.trouble = at + AGAIN, trouble


def week(session: Session, rule: SlackRule, at: datetime) -> Week:
    """What the rule as it stands now makes of everything that was written since."""
    since = at - rules.LOOKS_BACK
    kept = signals.in_channel(session, SLACK, rule.channel, since, MOST)
    told = [
        (said, cord.written_at(said.ts) or row.received_at)
        for row in kept
        if isinstance(said := said_in(row.raw), Said)
    ]
    names = slack_members.names(session, list({said.said_by for said, _ in told if said.said_by}))
    spoken = [
        Spoken(said, written, names.get(said.said_by) or said.said_by_name or said.said_by)
        for said, written in told
        if written >= since
    ]
    target = targets.find(session, rule.target)
    return rules.week(spoken, rule, zone=target.zone if target else "UTC")


def _is_due(rule: SlackRule, at: datetime) -> bool:
    return rule.look_back_at is not None and rule.look_back_at <= at


def _wanted(rule: SlackRule, teams: Sequence[str], at: datetime) -> Wanted:
    """What was said since it was armed is not ours: the sweep reads that as a cry."""
    until = (rule.armed_at or rule.created_at) if rule.armed else at - SETTLED
    name = rule.channel_name or rule.channel
    return Wanted(rule.channel, name, at - rules.LOOKS_BACK, until, teams)


def _keep(session: Session, rule: SlackRule, event: Mapping[str, Any], at: datetime) -> bool:
    said = said_in(event)
    if not isinstance(said, Said):
        return False
    row = signals.keep(
        session, integration=SLACK, delivery_key=said.event_id, raw=dict(event), at=at
    )
    if row is None:
        return False
    is_cry = not cries.why_deaf(rule, said) and cries.counts(rule, cries.words_of(said))
    row.key, row.reason = said.key, rules.BEFORE
    row.state = "rehearsed" if is_cry else "ignored"
    return True
