"""What a sweep finds: messages that Slack never told us of, told as late as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
AT_ONCE = 200

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A message that is to be kept under `name`; `changed` if it is its last change."""

    message: Message
    name: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """One channel that is to be read, from when on, and what its rule looks like just now.

    `teams` are the names that Slack has called our workspace by, the newest first.
    """

    channel: str
    name: str
    since: datetime
    rule: SlackRule
    teams: Sequence[str]


def due(session: Session, at: datetime) -> list[str]:
    """The channels that are to be read again."""
    every = slack_rules.every(session)
    return [rule.channel for rule in every if rules.is_due(rule.swept_at, at)]


def begin(session: Session, channel: str, at: datetime) -> Turn | None:
    """Take this channel's turn, or None if it is not due: somebody else may be reading it."""
    rule = slack_rules.find(session, channel, lock=True)
    if rule is None or not rules.is_due(rule.swept_at, at):
        return None
    rule.swept_at = at
    armed_at = rule.armed_at if rule.armed else None
    return Turn(
        channel=channel,
        name=rule.channel_name or channel,
        since=rules.reads_from(
            rule.swept_ts, armed_at or rule.created_at, at=at, armed_at=armed_at
        ),
        rule=rule,
        teams=signals.teams(session, SLACK),
    )


def end(session: Session, turn: Turn, *, read_to: str, trouble: str) -> None:
    """Everything up to `read_to` is kept; or reading did not go well, and it is read again."""
    rule = slack_rules.find(session, turn.channel, lock=True)
    if rule is not None:
        rule.trouble = trouble
        rule.swept_ts = rules.newest([read_to], rule.swept_ts)


def unknown(
    session: Session,
    messages: Sequence[Message],
    *,
    channel: str,
    teams: Sequence[str],
    changes: bool = False,
) -> list[Found]:
    """What of this was never told to us; with `changes` also what has changed since it called
    for nothing."""
    found: list[Found] = []
    for start in range(0, len(messages), AT_ONCE):
        some = messages[start : start + AT_ONCE]
        names = [name for one in some for name in _names(one, channel, teams)]
        states = signals.states(session, SLACK, names)
        found += [new for one in some if (new := _new(one, channel, teams, states)) is not None]
    return [new for new in found if changes or not new.changed]


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


def _names(message: Message, channel: str, teams: Sequence[str]) -> list[str]:
    """Under which names this message and its last change may be kept."""
    ts = str(message.get("ts"))
    return [*_keys(ts, channel, teams), *(rules.name_of(channel, ts, on) for on in _edits(message))]


def _new(
    message: Message, channel: str, teams: Sequence[str], states: Mapping[str, set[str]]
) -> Found | None:
    ts = str(message.get("ts"))
    told = {state for key in _keys(ts, channel, teams) for state in states.get(key, ())}
    name, *changed = [rules.name_of(channel, ts, on) for on in _edits(message)]
    if not told and name not in states:
        return Found(message, name, changed=False)
    if changed and told == {"ignored"} and changed[0] not in states:
        return Found(message, changed[0], changed=True)
    return None


def _keys(ts: str, channel: str, teams: Sequence[str]) -> list[str]:
    return [f"{team}:{channel}:{ts}" for team in teams]


def _edits(message: Message) -> list[str]:
    """ "" for the message itself, and the moment of its last change, if it was changed."""
    edited = message.get("edited")
    at = edited.get("ts") if isinstance(edited, Mapping) else None
    return ["", at] if isinstance(at, str) and at else [""]
