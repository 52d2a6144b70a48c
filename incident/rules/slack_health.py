"""How Slack is, in words: whether it can be heard, and whether it takes what we send."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from incident.rules import spoken
from incident.rules.paces import ALL
from incident.rules.proofs import Finding

SLACK, SOCKET, DEGRADED = "slack", "socket", "degraded"
# A process that hears speaks for all: another one that does not hear stays silent for so long.
HEARS_FOR = timedelta(seconds=90)
FAILING_FOR = timedelta(seconds=60)
READ_WITHIN = timedelta(minutes=5)
HEARING, CHANNEL = "hearing", "channel "
# No place: what Slack tells us itself. It says each minute that it keeps some of that back.
TELLING = "events"
KEPT_BACK_FOR = timedelta(seconds=120)
NOTHING_LOST = (
    "Nothing is lost: what could not be posted is tried again, and everything stands here."
)
KEPT_BACK = (
    "more is written than it tells the desk. A cry for help is found all the same, by reading the "
    "channels again, but up to a minute late."
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """A place where Slack takes nothing: since when it said so again and again, until when."""

    since: datetime
    until: datetime

    def stands(self, at: datetime) -> bool:
        """What was not said again for a while is over, whoever did not notice."""
        return at - self.until < FAILING_FOR

    @property
    def is_long(self) -> bool:
        return self.until - self.since > FAILING_FOR


class Armed(Protocol):
    """A channel where a message is to wake somebody."""

    channel: str
    trouble: str
    swept_at: datetime | None
    armed_at: datetime | None
    created_at: datetime


class Checked(Protocol):
    name: str
    ok: bool


def of_socket(away_since: datetime | None, why: str, *, at: datetime, armed: bool) -> Finding:
    """`armed`: a message in some channel is to wake somebody, so that not hearing it is grave."""
    if away_since is None:
        return Finding(SLACK, SOCKET)
    since = spoken.stamp(away_since, "UTC", beside=at)
    sentence = f"Slack's socket has been away since {since} UTC: {why or 'it does not open'}."
    if armed:
        sentence += " A cry for help in Slack is heard late or not at all: telephone."
    return Finding(SLACK, SOCKET, False, sentence, grave=armed)


def of_deliveries(failing_since: datetime | None, why: str, *, at: datetime) -> Finding:
    """What is due to Slack and has been failing for a minute. Pages do not take that way."""
    if failing_since is None or at - failing_since < FAILING_FOR:
        return Finding(SLACK, DEGRADED)
    since = spoken.stamp(failing_since, "UTC", beside=at)
    sentence = f"Slack degraded since {since} UTC: {why}. {NOTHING_LOST}"
    return Finding(SLACK, DEGRADED, False, sentence)


def of_crowds(crowds: Mapping[str, Crowd], *, at: datetime) -> Finding:
    """Slack asks to be left alone, and has done so for longer than a burst explains. `crowds` are
    by their place; which channels they are is said where they belong."""
    long = {place: one for place, one in crowds.items() if one.is_long and one.stands(at)}
    if not long:
        return Finding(SLACK, DEGRADED)
    since = spoken.stamp(began(long), "UTC", beside=at)
    if TELLING in long:
        return Finding(SLACK, DEGRADED, False, f"Slack degraded since {since} UTC: {KEPT_BACK}")
    until = spoken.stamp(max(one.until for one in long.values()), "UTC", beside=at)
    sentence = (
        f"Slack degraded since {since} UTC: it takes no more {_where(list(long))} and asks the "
        f"desk to wait until {until} UTC. {NOTHING_LOST}"
    )
    return Finding(SLACK, DEGRADED, False, sentence)


def began(crowds: Mapping[str, Crowd]) -> datetime:
    return min(one.since for one in crowds.values())


def unheard(armed: Sequence[Armed], checks: Iterable[Checked]) -> tuple[str, ...]:
    """The armed channels where a cry for help does not reach us, as far as anybody looked."""
    wrong = {check.name for check in checks if not check.ok}
    if wrong & {HEARING, SOCKET}:
        return tuple(rule.channel for rule in armed)
    return tuple(rule.channel for rule in armed if f"{CHANNEL}{rule.channel}" in wrong)


def read_at(rule: Armed) -> datetime:
    """When its channel was last read for what Slack did not tell."""
    return rule.swept_at or rule.armed_at or rule.created_at


def deaf(armed: Sequence[Armed], checks: Iterable[Checked], *, at: datetime) -> tuple[str, ...]:
    """What whoever watches the desk has to know of its ears. No name of a channel is told."""
    unread = [r for r in armed if r.trouble or abs(at - read_at(r)) > READ_WITHIN]
    lost = len(unheard(armed, checks))
    told = {
        f"A cry for help is not heard in {_channels(lost)} of Slack that should wake somebody: "
        "Settings, Slack, says why.": lost,
        f"{_channels(len(unread)).capitalize()} of Slack that should wake somebody cannot be read "
        "again: what Slack does not tell is not found. Settings, Slack rules, says why.": len(
            unread
        ),
    }
    return tuple(sentence for sentence, count in told.items() if count)


def _where(places: Sequence[str]) -> str:
    if any(place.startswith(ALL) for place in places):
        return "from this workspace"
    return f"in {_channels(len(places))}"


def _channels(count: int) -> str:
    return "one channel" if count == 1 else f"{count} channels"
