"""How a retro writes dates, addresses and the times in its forms."""

from collections.abc import Callable
from datetime import date, datetime
from urllib.parse import urlsplit

from incident.rules import spoken


def local(moment: datetime, zone: str) -> str:
    """As a field for a time wants it: 2021-07-10T02:00."""
    return moment.astimezone(spoken.of(zone)).strftime("%Y-%m-%dT%H:%M")


def short(moment: datetime, zone: str, beside: datetime | None = None) -> str:
    """9 Jul 11:00; only the time on the day of `beside`."""
    return spoken.stamp(moment, zone, beside)


def day_of(due: date) -> str:
    """23 Jul 2021."""
    return f"{due.day} {due:%b %Y}"


def host(address: str) -> str:
    """What to call a link: github.com."""
    return urlsplit(address).hostname or address


FILTERS: dict[str, Callable[..., str]] = {
    "local": local,
    "short": short,
    "date": day_of,
    "host": host,
}
