"""Times and durations as people say them: `9 Jul 2021, 11:00 EDT`, `1 h 47 min`."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86400


def length(duration: timedelta) -> str:
    """How long, never written like a clock: 1 h 47 min."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < 2 * DAY:
        return _two(seconds // HOUR, "h", seconds % HOUR // MINUTE, "min")
    return _two(seconds // DAY, "d", seconds % DAY // HOUR, "h")


def moment(when: datetime, zone: str) -> str:
    """The whole moment: 9 Jul 2021, 11:00 EDT."""
    return f"{day(when, zone)}, {clock(when, zone)} {when.astimezone(of(zone)):%Z}"


def stamp(when: datetime, zone: str, beside: datetime | None = None) -> str:
    """The time, and the date too unless it is the date of `beside`."""
    if beside is not None and day(beside, zone) == day(when, zone):
        return clock(when, zone)
    return f"{short_day(when, zone)} {clock(when, zone)}"


def clock(when: datetime, zone: str) -> str:
    return when.astimezone(of(zone)).strftime("%H:%M")


def day(when: datetime, zone: str) -> str:
    """9 Jul 2021."""
    local = when.astimezone(of(zone))
    return f"{local.day} {local:%b %Y}"


def short_day(when: datetime, zone: str) -> str:
    """9 Jul."""
    local = when.astimezone(of(zone))
    return f"{local.day} {local:%b}"


@lru_cache(maxsize=64)
def of(zone: str) -> tzinfo:
    """A zone that this machine does not know is written in UTC rather than not at all."""
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return UTC


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"
