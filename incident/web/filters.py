"""How times, durations and words are written on a page."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Flask

from incident import clock
from incident.web import markdown

MINUTE, HOUR, DAY = 60, 3600, 86400


def hang(app: Flask) -> None:
    app.jinja_env.filters.update(
        at=at, day=day, elapsed=elapsed, countdown=countdown, iso=iso, stamp=stamp, words=words,
        markdown=markdown.render,
    )  # fmt: skip
    app.jinja_env.globals.update(now=clock.now, new_key=new_key, zone_name=zone_name)


def new_key() -> str:
    """A name for one press of one button, so that pressing twice is pressing once."""
    return uuid4().hex


def iso(moment: datetime) -> str:
    """For machines: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(moment: datetime, zone: str = "UTC") -> str:
    """The time of day: 01:49."""
    return moment.astimezone(_zone(zone)).strftime("%H:%M")


def day(moment: datetime, zone: str = "UTC") -> str:
    """The date, whole: Fri 9 Jul 2021."""
    local = moment.astimezone(_zone(zone))
    return f"{local:%a} {local.day} {local:%b %Y}"


def stamp(moment: datetime, zone: str = "UTC", beside: datetime | None = None) -> str:
    """The time, and the date too unless it is the date of `beside`."""
    if beside is not None and day(moment, zone) == day(beside, zone):
        return at(moment, zone)
    return f"{day(moment, zone)}, {at(moment, zone)}"


def zone_name(zone: str, moment: datetime) -> str:
    """What people call the zone at that moment: EDT."""
    return moment.astimezone(_zone(zone)).strftime("%Z")


def elapsed(duration: timedelta) -> str:
    """How long, never written like a clock: 1 h 47 min."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < 2 * DAY:
        return _two(seconds // HOUR, "h", seconds % HOUR // MINUTE, "min")
    return _two(seconds // DAY, "d", seconds % DAY // HOUR, "h")


def countdown(duration: timedelta) -> str:
    """How long until: 0:48 while seconds count, words when they do not."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < 10 * MINUTE:
        return f"{seconds // MINUTE}:{seconds % MINUTE:02}"
    return elapsed(duration)


def words(name: str) -> str:
    """A state or a role as people say it: not applicable."""
    return name.replace("_", " ")


def _two(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large} {large_unit} {small} {small_unit}" if small else f"{large} {large_unit}"


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    """A zone that this machine does not know is written in UTC rather than not at all."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
