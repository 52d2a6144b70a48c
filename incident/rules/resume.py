"""Coming back to an incident: where somebody was, and what happened since, told in a few lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from incident.rules import alarms
from incident.rules.words import shortened

AWAY = timedelta(seconds=90)
AT_MOST = 5
LENGTH = 160
ONE_BY_ONE = 2
# What is worth a line, the most important first. Everything else is only counted.
STANDING = (
    "incident_accepted",
    "incident_declined",
    "incident_merged",
    "incident_identified",
    "incident_mitigated",
    "incident_resolved",
    "incident_reopened",
    "incident_closed",
)
SEVERITY = "severity_changed"
TROUBLE = (
    "page_alarm",
    "page_exhausted",
    "page_not_sent",
    "page_overdue",
    "page_refused",
    "page_unacknowledged",
    "page_unattended",
)
TAKEN = ("page_acknowledged", "incident_taken")
UNDONE = ("step_reopened", "step_failed")
ROLES = ("role_taken", "role_handed_over", "role_ended")
CLAIMS = ("step_claimed", "step_released")
MEASURES = ("effect_began", "effect_ended", "step_overridden", "step_deferred")
SAID = ("note_added", "step_noted", "reply_received")
SETTLED = ("step_completed", "step_answered", "step_not_applicable")
RANKS: tuple[tuple[str, ...], ...] = (
    (*STANDING, SEVERITY),
    TROUBLE,
    (*TAKEN, *UNDONE),
    (*ROLES, *CLAIMS),
    MEASURES,
    (*SAID, "message_kept", "update_written"),
    (*SETTLED, "checklist_attached", "checklist_abandoned", "run_completed"),
    ("page_requested", "page_climbed", "page_repeated"),
)
RANK = {kind: rank for rank, kinds in enumerate(RANKS) for kind in kinds}
KINDS = tuple(RANK)
THEIR_OWN_STEP = 1


class Visit(Protocol):
    """What is known of somebody who had the page: from where, up to which line, on which step."""

    login_id: int
    seq: int
    step: int | None
    since: datetime
    seen_at: datetime


class Event(Protocol):
    seq: int
    kind: str
    text: str
    actor: str
    step: int | None
    occurred_at: datetime

    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the card. `lines` is how many lines of the timeline it stands for."""

    text: str
    at: datetime
    seq: int
    rank: int
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Resume:
    """The card. `more` is how many lines of the timeline it does not tell."""

    step: int | None
    since: datetime
    left_at: datetime
    told: tuple[Told, ...]
    more: int


def is_back(visit: Visit, *, login_id: int, now: datetime, by_link: bool = False) -> bool:
    """After a while away, or at once on another device or by a link from somewhere else."""
    return by_link or visit.login_id != login_id or now - visit.seen_at > AWAY


def resume(visit: Visit, events: Sequence[Event], *, me: str, newest: int) -> Resume | None:
    """What to tell `me`, who saw everything up to `visit.seq` of `newest` lines.

    `events` are those after it, oldest first. What somebody did is no news to them, and of what
    was changed twice only the end is told. None when there is nothing to tell.
    """
    found = sorted(_lines(visit, events, me), key=lambda line: (line.rank, -line.seq))[:AT_MOST]
    if not found:
        return None
    mine = sum(event.actor == me for event in events)
    more = newest - visit.seq - mine - sum(line.lines for line in found)
    told = sorted(found, key=lambda line: (line.rank, line.seq))
    return Resume(visit.step, visit.since, visit.seen_at, tuple(told), max(more, 0))


def _lines(visit: Visit, events: Sequence[Event], me: str) -> Iterator[Told]:
    last = {_subject(event): event for event in events if event.kind in RANK}
    news = [event for event in last.values() if event.actor != me and not _is_moot(event, last)]
    settled = [e for e in news if e.kind in SETTLED and e.step != visit.step]
    if len(settled) > ONE_BY_ONE:
        yield _together(settled)
        news = [event for event in news if event not in settled]
    levels = [event.data.get("before") for event in events if event.kind == SEVERITY]
    for event in news:
        is_theirs = event.step is not None and event.step == visit.step
        rank = RANK[event.kind]
        if is_theirs and event.kind.startswith("step_"):
            rank = min(rank, THEIR_OWN_STEP)
        if event.kind == SEVERITY and levels[0] == event.data.get("after"):
            continue
        yield Told(_words(event, levels), event.occurred_at, event.seq, rank)


def _is_moot(event: Event, last: Mapping[Any, Event]) -> bool:
    """Who was on a step is no news once they let it go, or something became of it."""
    if event.kind not in CLAIMS:
        return False
    since = last.get(("step", event.step))
    is_past = since is not None and since.seq > event.seq
    return is_past or event.kind == "step_released"


def _subject(event: Event) -> tuple[Any, ...]:
    """What an event is about: of two about the same, the later one is what counts."""
    if event.kind in STANDING:
        return ("standing",)
    if event.kind == SEVERITY:
        return (SEVERITY,)
    if event.kind in TROUBLE or event.kind in TAKEN:
        return ("page", event.step, event.data.get("target"))
    if event.kind in ROLES:
        return ("role", event.data.get("role"))
    if event.kind in CLAIMS:
        return ("claim", event.step)
    if event.kind.startswith("step_") and event.kind not in SAID:
        return ("step", event.step)
    return (event.seq,)


def _words(event: Event, levels: Sequence[object]) -> str:
    if event.kind == SEVERITY:
        after = _level(event.data.get("after"))
        text = f"{event.actor} set the severity to {after}, it was {_level(levels[0])}"
    elif event.kind in SAID:
        text = f"{event.actor}: {event.text}"
    elif event.kind == "page_alarm":
        text = alarms.told(event.text)
    else:
        text = event.text
    return shortened(" ".join(text.split()), LENGTH)


def _level(level: object) -> str:
    """As people say it: SEV1."""
    return str(level).upper().replace("UNSET", "not set")


def _together(settled: Sequence[Event]) -> Told:
    numbers = [str(number) for number in sorted({e.step for e in settled if e.step is not None})]
    people = list(dict.fromkeys(event.actor for event in settled))
    text = shortened(f"Steps {_joined(numbers)} settled by {_joined(people)}", LENGTH)
    last = max(settled, key=lambda event: event.seq)
    return Told(text, last.occurred_at, last.seq, RANK[last.kind], lines=len(settled))


def _joined(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
