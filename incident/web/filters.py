"""How times, durations and words are written on a page."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zlib import crc32

from flask import Flask

from incident import clock
from incident.rules import spoken
from incident.web import fragments, markdown

MINUTE, HOUR, DAY = 60, 3600, 86400


def hang(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    fragments.hang(app)
    app.jinja_env.filters.update(
        at=at, day=day, elapsed=spoken.length, countdown=countdown, iso=iso, stamp=stamp,
        words=words, ago=ago, severity_words=severity_words, version=version,
        markdown=markdown.render,
    )  # fmt: skip
    app.jinja_env.globals.update(now=clock.now, new_key=new_key, zone_name=zone_name)


def version(shown: object) -> str:
    """Changes when anything that is drawn changes: the screen leaves alone what is the same."""
    return f"{crc32(repr(shown).encode()):x}"


def new_key() -> str:
    """A name for one press of one button, so that pressing twice is pressing once."""
    return uuid4().hex


def iso(moment: datetime) -> str:
    """For machines: UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(moment: datetime, zone: str = "UTC") -> str:
    """The time of day: 01:49."""
    return spoken.clock(moment, zone)


def day(moment: datetime, zone: str = "UTC") -> str:
    """The date, whole: Fri 9 Jul 2021."""
    local = moment.astimezone(spoken.of(zone))
    return f"{local:%a} {local.day} {local:%b %Y}"


def stamp(moment: datetime, zone: str = "UTC", beside: datetime | None = None) -> str:
    """The time, and the date too unless it is the date of `beside`."""
    if beside is not None and day(moment, zone) == day(beside, zone):
        return at(moment, zone)
    return f"{day(moment, zone)}, {at(moment, zone)}"


def zone_name(zone: str, moment: datetime) -> str:
    """What people call the zone at that moment: EDT."""
    return moment.astimezone(spoken.of(zone)).strftime("%Z")


def countdown(duration: timedelta) -> str:
    """How long until: 0:48 while seconds count, words when they do not."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < 10 * MINUTE:
        return f"{seconds // MINUTE}:{seconds % MINUTE:02}"
    return spoken.length(duration)


def ago(moment: datetime) -> str:
    """How long ago, in its largest unit: 9 days ago."""
    seconds = (clock.now() - moment).total_seconds()
    for unit, length in (("day", DAY), ("h", HOUR), ("min", MINUTE)):
        count = int(seconds // length)
        if count:
            return f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''} ago"
    return "just now"


def severity_words(level: str) -> str:
    """SEV 2."""
    return "SEV not set" if level == "unset" else f"SEV {level[3:]}"


def words(name: str) -> str:
    """A state or a role as people say it: not applicable."""
    return name.replace("_", " ")
