"""How long a vendor's answer asks us to wait."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(minutes=2)


def asked_for(headers: Mapping[str, str]) -> timedelta | None:
    """What `Retry-After` says, seconds or a date; at most LONGEST; None if it says nothing.

    A date is measured against the answer's own `Date`, so that our clock has no say in it.
    """
    lowered = {name.lower(): value.strip() for name, value in headers.items()}
    said = lowered.get("retry-after", "")
    if said.isascii() and said.isdigit():
        return min(timedelta(seconds=int(said[:9])), LONGEST)
    until, since = _date(said), _date(lowered.get("date", ""))
    if until is None or since is None:
        return None
    return min(max(until - since, timedelta()), LONGEST)


def _date(header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError, IndexError):
        return None
    return moment if moment.tzinfo else None
