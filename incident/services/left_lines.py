"""Pinned lines whose rule is gone: they are taken back, for nobody hears what they ask for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.storage import left_lines
from incident.storage.left_lines import LeftLine
from incident.storage.slack_rules import SlackRule

AGAIN, REFUSED = timedelta(seconds=60), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Left:
    """What stands where, and promises what nobody keeps any more."""

    number: int
    channel: str
    name: str
    ts: str


def leave(session: Session, *, channel: str, name: str, ts: str) -> None:
    """The rule of this channel is gone, or was while its line was being posted."""
    if ts:
        session.add(LeftLine(channel=channel, channel_name=name or channel, ts=ts))


def take_over(session: Session, rule: SlackRule) -> None:
    """A new rule speaks for its channel again: it has the line that still stands there."""
    for left in left_lines.of_channel(session, rule.channel):
        rule.pinned_ts, rule.pinned_text = left.ts, ""
        session.delete(left)


def any_due(session: Session, at: datetime) -> bool:
    return bool(left_lines.due(session, at))


def take(session: Session, at: datetime) -> list[Left]:
    """Every line that is to be taken back. It is not due again for a while."""
    taken = left_lines.due(session, at, lock=True)
    for left in taken:
        left.due_at = at + AGAIN
    return [Left(left.id, left.channel, left.channel_name, left.ts) for left in taken]


def done(session: Session, left: Left) -> None:
    row = left_lines.get(session, left.number)
    if row is not None:
        session.delete(row)


def put_off(session: Session, left: Left, at: datetime, *, refused: bool = False) -> None:
    """It is tried until it works, or the channel has a rule again. What Slack refuses is tried
    seldom: only a person can make that work."""
    row = left_lines.get(session, left.number)
    if row is not None:
        row.due_at = at + (REFUSED if refused else AGAIN)
