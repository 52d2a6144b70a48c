"""Times as people type them into an incident: "23:50" typed at 00:10 means yesterday's."""

import re
from datetime import UTC, datetime, timedelta

from incident.rules import spoken
from incident.rules.outcome import NotAllowed

CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
DATED = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{1,2}):(\d{2})")
UNREADABLE = "Write the time as 23:50, or with its date as 2021-07-09 23:50."


def moment_of(text: str, *, zone: str, now: datetime) -> datetime | None:
    """The moment meant, in UTC, or None when nothing was typed. A time alone lies in the past."""
    text = text.strip()
    if not text:
        return None
    place = spoken.of(zone)
    try:
        if found := DATED.fullmatch(text):
            year, month, day, hour, minute = map(int, found.groups())
            return datetime(year, month, day, hour, minute, tzinfo=place).astimezone(UTC)
        if found := CLOCK.fullmatch(text):
            return _latest(now.astimezone(place), int(found[1]), int(found[2])).astimezone(UTC)
    except ValueError:
        raise NotAllowed(f"There is no such time. {UNREADABLE}") from None
    raise NotAllowed(UNREADABLE)


def _latest(local: datetime, hour: int, minute: int) -> datetime:
    """Today's, unless that is still to come: then yesterday's."""
    today = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)
