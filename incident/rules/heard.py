"""What PagerDuty tells us of a page, in our words, and how a line of the timeline says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

KINDS = (
    *("triggered", "notified", "acknowledged", "unacknowledged", "resolved", "reopened"),
    *("escalated", "reassigned", "annotated", "exhausted", "other"),
)
THERE = "in PagerDuty"
# The channels of a notification, as a person says them.
CHANNELS: Mapping[str, str] = {
    "push": "push",
    "phone": "telephone",
    "sms": "text message",
    "email": "e-mail",
}
TEXT_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that happened to an incident of PagerDuty's.

    `who` did it, was notified, or is asked now; empty when no person did. `people` are those it
    was given to. `text` is what somebody wrote. `dedup_key` may be empty: then only
    `pagerduty_id` says which page it is about.
    """

    kind: str
    dedup_key: str = ""
    pagerduty_id: str = ""
    url: str = ""
    who: str = ""
    channel: str = ""
    occurred_at: datetime | None = None
    people: tuple[str, ...] = ()
    text: str = ""


def seen(target: str) -> str:
    return f"PagerDuty opened an incident for the page to {target}"


def whom(heard: Heard) -> str:
    """`Maya (push)`: who was notified first, and how."""
    way = CHANNELS.get(heard.channel, heard.channel)
    return f"{heard.who} ({way})" if heard.who and way else heard.who


def woken(heard: Heard) -> tuple[str, ...]:
    """The names of those who are being woken, or are about to be."""
    if heard.kind == "notified":
        return (heard.who,) if heard.who else ()
    return heard.people if heard.kind in ("triggered", "escalated", "reassigned") else ()


def notified(heard: Heard, target: str) -> str:
    """`PagerDuty notified Maya by push`."""
    way = CHANNELS.get(heard.channel, heard.channel)
    whom = heard.who or f"somebody behind {target}"
    return f"PagerDuty notified {whom}{f' by {way}' if way else ''}"


def resolved(heard: Heard, target: str, *, answered: bool) -> str:
    by = heard.who or "itself"
    if answered:
        return f"The page to {target} was resolved {THERE} by {by}. The incident goes on here"
    return f"NOBODY HAS IT: the page to {target} was resolved {THERE} by {by}, unanswered"


def ended(heard: Heard) -> str:
    return f"it was resolved {THERE}{_by(heard)}"


def reopened(heard: Heard, target: str) -> str:
    return f"The page to {target} was reopened {THERE}{_by(heard)}: it rings again"


def moved(heard: Heard, target: str) -> str:
    """It was escalated, or given to somebody else."""
    verb = "escalated" if heard.kind == "escalated" else "given"
    to = f" to {_joined(heard.people)}" if heard.people else " to the next level"
    return f"The page to {target} was {verb}{to} {THERE}{_by(heard)}"


def noted(heard: Heard) -> str:
    return f"{heard.who or 'Somebody'} noted {THERE}: {heard.text[:TEXT_LENGTH]}"


def exhausted(target: str) -> str:
    return f"NOBODY HAS ANSWERED: PagerDuty has asked everybody behind {target}. Telephone"


def lapsed_already(target: str) -> str:
    return f"An “I have it” for the page to {target} has lapsed {THERE} already: it rings again"


def another(target: str, why: str) -> str:
    return (
        f"PagerDuty opened another incident for the page to {target}, although {why}. "
        "It is told to resolve that one too"
    )


def _by(heard: Heard) -> str:
    return f" by {heard.who}" if heard.who else ""


def _joined(names: tuple[str, ...]) -> str:
    return " and ".join(names)
