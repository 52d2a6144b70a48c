"""What a sweep finds: messages that Slack never told us of, told as late as they are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import sweeps as rules
from incident.rules.outcome import Event, Outcome
from incident.rules.permissions import DESK
from incident.rules.signals import Signal as Said
from incident.rules.sweeps import Late
from incident.services.pulls import Pull
from incident.services.record import record
from incident.storage import signals, slack_rules
from incident.storage.incidents import Incident
from incident.storage.slack_rules import SlackRule

SLACK = "slack"


@dataclass(frozen=True, slots=True)
class Turn:
    """One channel that is to be read, from when on, and what its rule looks like just now.

    Bots other than `bots` are not read. `teams` are the names that Slack calls our workspace by.
    """

    channel: str
    name: str
    since: datetime
    swept_ts: str
    bots: Collection[str]
    teams: Collection[str]


def begin(session: Session, channel: str, at: datetime) -> Turn | None:
    """Take this channel's turn, or None if it is not due: somebody else may be reading it."""
    rule = slack_rules.find(session, channel, lock=True)
    if rule is None or not rules.is_due(rule.swept_at, at):
        return None
    rule.swept_at = at
    begins_at = rule.armed_at if rule.armed and rule.armed_at else rule.created_at
    return Turn(
        channel=channel,
        name=rule.channel_name or channel,
        since=rules.reads_from(rule.swept_ts, begins_at, at=at),
        swept_ts=rule.swept_ts,
        bots=frozenset(rule.bots),
        teams=signals.teams(session, SLACK),
    )


def end(session: Session, turn: Turn, stamps: list[str], trouble: str) -> None:
    """Everything that was found is kept; or reading did not go well, and it is read again."""
    rule = slack_rules.find(session, turn.channel, lock=True)
    if rule is None:
        return
    rule.trouble = trouble
    rule.swept_ts = rules.newest(stamps, rule.swept_ts)


def late(said: Said, pull: Pull, *, at: datetime) -> Late:
    return rules.late(said, pull.grace_seconds, at=at)


def tell(session: Session, incident: Incident, late: Late, *, at: datetime) -> None:
    """A line for whoever wonders why the answer took so long."""
    if not late.found:
        return
    seconds = round(late.delay.total_seconds())
    text = f"Found by the sweep, {seconds} s late: Slack had not told of this message"
    event = Event("report_recovered", text, {"seconds": seconds})
    record(session, incident, Outcome((event,)), actor=DESK, at=at)


def due(session: Session, at: datetime) -> list[str]:
    """The channels that are to be read again."""
    every = slack_rules.every(session)
    return [rule.channel for rule in every if rules.is_due(rule.swept_at, at)]


def is_rehearsal_due(rule: SlackRule) -> bool:
    return rule.look_back_at is not None
