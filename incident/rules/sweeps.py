"""The sweep of a channel: from when on it reads, and what a message means that it finds late."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from incident.rules import cord
from incident.rules.signals import Signal

EVERY = timedelta(seconds=60)
# Slack's messages may become readable a little out of order.
OVERLAP = timedelta(minutes=5)
LOOKS_BACK = timedelta(days=7)
# Threads that began longer ago than this are not looked into.
THREADS_LAST = timedelta(days=1)
# What was written just now is on its way to us by Slack's own telling.
ON_ITS_WAY = timedelta(seconds=5)
FOUND = "sweep:"
NO_DELAY = timedelta()


@dataclass(frozen=True, slots=True)
class Late:
    """How late we hear a message. Not `found`: Slack has told it itself, and it is not late.

    `due_at` is when its page would have gone out, `too_late` whether a human is asked first.
    """

    found: bool = False
    delay: timedelta = NO_DELAY
    due_at: datetime = datetime.max.replace(tzinfo=UTC)
    too_late: bool = False


def is_due(swept_at: datetime | None, at: datetime) -> bool:
    """Whether a channel is to be read again. A clock that was set back makes nothing wait."""
    return swept_at is None or abs(at - swept_at) >= EVERY


def is_overdue(ts: str, at: datetime) -> bool:
    """Whether Slack should have told us of a message by now."""
    written = cord.written_at(ts)
    return written is not None and at - written >= ON_ITS_WAY


def is_settled(ts: str, at: datetime) -> bool:
    """Whether nothing that was written before it can become readable any more."""
    written = cord.written_at(ts)
    return written is not None and at - written >= OVERLAP


def name_of(channel: str, ts: str, changed: str = "") -> str:
    """What a message that is found is called, in place of the id of Slack's own telling; and
    what the change of it at the moment `changed` is."""
    return f"{FOUND}{channel}:{ts}" + (f":{changed}" if changed else "")


def stamp(moment: datetime) -> str:
    """A moment as Slack writes it."""
    return f"{moment.timestamp():.6f}"


def late(said: Signal, grace_seconds: int, *, at: datetime) -> Late:
    """A message is as old as its words: one that was changed into a cry, as that change."""
    written = said.occurred_at if said.kind == "edit" else cord.written_at(said.ts)
    if not said.event_id.startswith(FOUND) or written is None:
        return Late()
    due_at = written + timedelta(seconds=grace_seconds)
    return Late(True, max(at - written, NO_DELAY), due_at, cord.is_stale(due_at, at))


def reads_from(
    swept_ts: str, begins_at: datetime, *, at: datetime, armed_at: datetime | None = None
) -> datetime:
    """From when on. Never from before the rule began: what was said then wakes nobody.

    A rule that has never been swept may have lain still for long: from when it was armed, if
    that is known, but no more than a week.
    """
    swept = cord.written_at(swept_ts)
    if swept is not None:
        return max(swept - OVERLAP, begins_at)
    if armed_at is not None:
        return max(at - LOOKS_BACK, armed_at)
    return max(at - cord.STALE_AFTER, begins_at)


def looks_for_threads_from(since: datetime, *, at: datetime) -> datetime:
    """How far back a thread may have begun in which somebody answered since."""
    return min(since, at - THREADS_LAST)


def newest(stamps: list[str], before: str) -> str:
    """The highest of these moments of Slack's, of which some may be none."""
    known = [ts for ts in [*stamps, before] if cord.written_at(ts) is not None]
    return max(known, key=order, default="")


def order(ts: str) -> tuple[int, str]:
    """By this Slack's moments are sorted: the fraction is always six digits."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds), fraction.ljust(6, "0")
