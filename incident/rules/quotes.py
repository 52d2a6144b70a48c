"""Somebody's words in Slack, as a timeline quotes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.rules.words import shortened

LONGEST = 4_000
PLACES = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """One message. `pictures` and `files` are names; `said_at` is the message's own time."""

    channel: str
    ts: str
    thread_ts: str = ""
    text: str = ""
    said_by: str = ""
    said_by_name: str = ""
    link: str = ""
    pictures: Sequence[str] = ()
    files: Sequence[str] = ()
    said_at: datetime | None = None


def line(author: str, quote: Quote) -> str:
    """How it stands on the timeline: who, what, and what hung on it."""
    said = shortened(quote.text, LONGEST) or "(no words)"
    return f"{author} in Slack: {said}{_hanging_on(quote)}"


def changed(author: str, was_said: str, now: str) -> str:
    """`was_said` is the time of the message, in words."""
    return f"{author} changed the message of {was_said} to: {shortened(now, LONGEST)}"


def deleted(author: str, was_said: str) -> str:
    return f"{author} deleted the message of {was_said} in Slack; what it said stays here"


def missing(keeper: str) -> str:
    return f"{keeper} wanted a message from Slack kept here, but Slack has no such message"


def hidden(keeper: str) -> str:
    return (
        f"{keeper} wanted a message from Slack kept here, but not everybody may read its channel. "
        "Use “Add to the timeline” on the message itself"
    )


def _hanging_on(quote: Quote) -> str:
    kinds = (("picture", quote.pictures), ("file", quote.files))
    told = [_named(kind, names) for kind, names in kinds if names]
    return f" ({'; '.join(told)})" if told else ""


def _named(kind: str, names: Sequence[str]) -> str:
    shown = ", ".join(names[:PLACES])
    more = f" and {len(names) - PLACES} more" if len(names) > PLACES else ""
    return f"{kind}{'s' if len(names) > 1 else ''}: {shown}{more}"
