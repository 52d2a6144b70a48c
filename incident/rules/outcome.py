"""What a rule answers with. Nothing in an Outcome has happened yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


class NotAllowed(Exception):
    """The rule said no. The message is a sentence for the responder."""


@dataclass(frozen=True, slots=True)
class Event:
    """One timeline entry, not yet written. `step` is the number of the step it is about."""

    kind: str
    text: str
    data: Mapping[str, object] = field(default_factory=dict)
    step: int | None = None
    occurred_at: datetime | None = None
    key_moment: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One message for the outside world, not yet sent.

    `integration` is "pagerduty" or "slack"; `action` is the vendor's ("trigger", "post", ...).
    `target` is a page target's name or a channel. `cause` says what asked for it, and with
    `generation` makes the intent unique within the incident: the same cause and generation
    is the same message, however often it is asked for. `turn` is for what is said of one page
    more than once, such as a second "I have it" after the first one lapsed.
    Of a page, `rung` is its place on the ladder, `follows` the id of the page it takes over from,
    `then` who comes next and `ack_seconds` after how long; the rules of the ladder fill in the
    rest.
    """

    integration: str
    action: str
    target: str
    subject: str
    cause: str
    generation: int = 1
    step: int | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    turn: int = 1
    rung: int = 1
    follows: int | None = None
    then: str = ""
    ack_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """New values for some fields of one step, by its number."""

    number: int
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Measure:
    """A temporary measure that is in force from now on, until somebody undoes it."""

    text: str
    step: int | None = None
    undo: str = ""
    max_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that follows from one command. `run_state` is that of the run it was about."""

    events: tuple[Event, ...] = ()
    notices: tuple[Notice, ...] = ()
    changes: tuple[Change, ...] = ()
    measures: tuple[Measure, ...] = ()
    run_state: str | None = None
