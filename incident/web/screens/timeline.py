"""The timeline on the page: a word for what happened, the rest, and who did it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.rules import alarms, spoken
from incident.rules.permissions import DESK
from incident.storage.timeline import TimelineEvent
from incident.web.filters import day, severity_words

LEADS = {
    "step_completed": "Done",
    "step_answered": "Answered",
    "step_not_applicable": "Not applicable",
    "step_overridden": "Overridden",
    "step_deferred": "Deferred",
    "step_failed": "Failed",
    "step_reopened": "Reopened",
    "step_reached": "Reached",
}
SPOKEN = ("note_added", "step_noted", "reply_received")
SOURCES = {"slack": "Slack", "pagerduty": "PagerDuty", "api": "API", "cli": "terminal"}
LOUD = (
    "page_not_sent",
    "page_refused",
    "page_overdue",
    "page_alarm",
    "page_exhausted",
    "page_unattended",
    "post_not_sent",
    "post_refused",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `by` is who and from where, unless the words say it already.

    `day` is set where a day begins; `late` where it was written down afterwards.
    """

    seq: int
    kind: str
    lead: str
    text: str
    by: str
    occurred_at: datetime
    recorded_at: datetime
    step: int | None
    day: str
    late: bool
    loud: bool
    key_moment: bool
    spoken: bool


def entries(events: Sequence[TimelineEvent], zone: str, *, now: datetime) -> tuple[Entry, ...]:
    """A day is named where it begins, and at the top unless all of it is today's."""
    place = spoken.of(zone)
    days = [event.occurred_at.astimezone(place).date() for event in events]
    before = [now.astimezone(place).date(), *days]
    return tuple(
        _entry(event, day(event.occurred_at, zone) if today != yesterday else "")
        for event, today, yesterday in zip(events, days, before, strict=False)
    )


def _entry(event: TimelineEvent, new_day: str) -> Entry:
    lead, text = _words(event)
    return Entry(
        seq=event.seq,
        kind=event.kind,
        lead=lead,
        text=text,
        by=_by(event, text),
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        step=event.step,
        day=new_day,
        late=(event.recorded_at - event.occurred_at).total_seconds() >= 60,
        loud=event.kind in LOUD and "this is a drill" not in event.text,
        key_moment=event.key_moment,
        spoken=event.kind in SPOKEN,
    )


def _words(event: TimelineEvent) -> tuple[str, str]:
    """Lines about a step lead with the outcome; the others are sentences already."""
    if event.kind == "severity_changed":
        levels = [severity_words(event.data[name]) for name in ("before", "after")]
        return "Severity", " to ".join(level.removeprefix("SEV ") for level in levels)
    if event.kind not in LEADS or not event.data.get("title"):
        return "", alarms.told(event.text) if event.kind == "page_alarm" else event.text
    detail = event.data.get("value") or event.data.get("reason") or ""
    title = str(event.data["title"])
    return LEADS[event.kind], _joined(title, str(detail))


def _joined(title: str, detail: str) -> str:
    """A question is followed by its answer, anything else by a colon."""
    return f"{title}{'' if title.endswith('?') else ':'} {detail}" if detail else title


def _by(event: TimelineEvent, text: str) -> str:
    """Nobody is named twice in a line; what somebody said is always theirs."""
    source, named = SOURCES.get(event.source, ""), text.split(":")[0]
    if event.kind not in SPOKEN:
        names = (event.actor, source)
        who, source = ("" if name in named else name for name in names)
    else:
        who = event.actor
    return ", ".join(filter(None, ("" if who == DESK.name else who, source)))
