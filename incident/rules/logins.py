"""How long a log-in lasts, and how long a wrong password makes you wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A log-in ends this long after it began, or this long after it was last used."""

    whole: timedelta
    idle: timedelta


LIFETIMES: Mapping[str, Lifetime] = {
    "viewer": Lifetime(timedelta(days=7), timedelta(hours=12)),
    "responder": Lifetime(MONTH, MONTH),
    "admin": Lifetime(MONTH, MONTH),
}


def ends_at(role: str, *, began_at: datetime, seen_at: datetime) -> datetime:
    """When this log-in ends if nobody uses it again."""
    lifetime = LIFETIMES[role]
    return min(began_at + lifetime.whole, seen_at + lifetime.idle)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures are free, and how long they are remembered after the last one."""

    free: int
    memory: timedelta


PAIR = Patience(5, timedelta(hours=1))
ADDRESS = Patience(20, timedelta(minutes=15))
ACCOUNT = Patience(100, timedelta(minutes=15))
LONGEST_WAIT = 60


def wait_after(failures: int, patience: Patience) -> timedelta:
    """Nothing while failures are free, then 1, 2, 4 … 60 seconds. Never a lock for good."""
    over = failures - patience.free
    if over < 0:
        return timedelta()
    return timedelta(seconds=min(2 ** min(over, 10), LONGEST_WAIT))
