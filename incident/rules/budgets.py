"""How much may be sent: what PagerDuty takes from one key, and how often people are woken."""

from datetime import datetime, timedelta

# PagerDuty takes 120 events a minute from one key. Whatever minute one looks at, we send no more
# than BURST and what has flowed back since: 110.
BURST = 50.0
PER_SECOND = 1.0
# A note is never worth the last of it: it leaves this much to pages.
KEPT_FOR_PAGES = 10.0


def allowance(left: float, since: datetime | None, now: datetime) -> float:
    """How many events a key may send now that had `left` of them at `since`."""
    if since is None:
        return BURST
    passed = max((now - since).total_seconds(), 0.0)
    return min(max(left, 0.0) + passed * PER_SECOND, BURST)


def free_at(left: float, since: datetime | None, now: datetime, *, needed: float) -> datetime:
    """When there will be `needed` of them."""
    missing = needed - allowance(left, since, now)
    return now + timedelta(seconds=max(missing, 0.0) / PER_SECOND)
