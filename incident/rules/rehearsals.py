"""What a rule would have done with the messages of last week, had it been armed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from incident.rules import cries
from incident.rules.cord import JOINS_WITHIN, WORDLESS
from incident.rules.cries import Ear
from incident.rules.signals import Signal

LOOKS_BACK = timedelta(days=7)
BEFORE = "it was written before anybody listened"
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(7)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A telling of one message, when it was written, and by whom."""

    said: Signal
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Would:
    """What one message would have led to: "opens", "joins" or "nothing", and why nothing.

    What opens also pages, `grace_seconds` later; `at_night` if whoever is woken sleeps then.
    """

    spoken: Spoken
    what: str
    why: str = ""
    grace_seconds: int = 0
    at_night: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    messages: Sequence[Would]

    @property
    def pages(self) -> int:
        return sum(one.what == "opens" for one in self.messages)

    @property
    def at_night(self) -> int:
        return sum(one.what == "opens" and one.at_night for one in self.messages)


@dataclass(frozen=True, slots=True)
class Week:
    """The newest day first; in each the newest message first."""

    days: Sequence[Day]
    zone: str

    @property
    def messages(self) -> int:
        return sum(len(day.messages) for day in self.days)

    @property
    def pages(self) -> int:
        return sum(day.pages for day in self.days)

    @property
    def at_night(self) -> int:
        return sum(day.at_night for day in self.days)


def week(spoken: Sequence[Spoken], ear: Ear, *, zone: str) -> Week:
    """`spoken` in any order, each message told once or more. Nobody is taken to press anything."""
    local = _zone(zone)
    would = list(_would(_each_once(spoken, ear), ear, local))[::-1]
    days = groupby(would, key=lambda one: one.spoken.at.astimezone(local).date())
    return Week([Day(day, list(messages)) for day, messages in days], local.key)


def _each_once(spoken: Sequence[Spoken], ear: Ear) -> list[Spoken]:
    """Of several tellings of one message the first that counts, else the first."""
    found: dict[str, Spoken] = {}
    for one in sorted(spoken, key=lambda one: (one.at, one.said.kind != "call")):
        name = one.said.ts or one.said.key
        kept = found.get(name)
        if _is_nobody(one, ear) or (kept is not None and cries.counts(ear, _words(kept))):
            continue
        if kept is None or cries.counts(ear, _words(one)):
            found[name] = one
    return sorted(found.values(), key=lambda one: one.at)


def _is_nobody(one: Spoken, ear: Ear) -> bool:
    """What is not shown at all: bots that may not cry, deletions, and talk in threads."""
    said = one.said
    is_bot = bool(said.bots) and bool(cries.why_deaf(ear, said))
    in_thread = said.thread_ts not in ("", said.ts) and said.kind != "call" and not ear.threads
    return is_bot or in_thread or said.kind == "deletion"


def _would(spoken: Sequence[Spoken], ear: Ear, zone: ZoneInfo) -> Iterator[Would]:
    opened_at: datetime | None = None
    for one in spoken:
        why = cries.why_deaf(ear, one.said)
        if not why and not cries.counts(ear, _words(one)):
            why = WORDLESS
        if why:
            yield Would(one, "nothing", why)
        elif opened_at is not None and one.at - opened_at < JOINS_WITHIN:
            yield Would(one, "joins")
        else:
            opened_at = one.at
            grace = cries.grace(ear, _words(one), one.at)
            yield Would(one, "opens", grace_seconds=grace, at_night=_is_night(one.at, zone))


def _words(one: Spoken) -> str:
    return cries.words_of(one.said)


def _is_night(at: datetime, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone).time()
    return local >= NIGHT_BEGINS or local < NIGHT_ENDS


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
