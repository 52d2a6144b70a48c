"""The live incident page: everything on it, put together from rows that were read once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.rules.incidents import possible_moves
from incident.rules.resume import Resume
from incident.storage.effects import Effect
from incident.storage.incident_channels import IncidentChannel
from incident.storage.incidents import Incident
from incident.storage.overviews import Overview
from incident.storage.timers import Timer
from incident.web.screens import alarms, cards, messages, people, strip, timeline
from incident.web.screens.alarms import Alarm
from incident.web.screens.cards import Card
from incident.web.screens.messages import Message
from incident.web.screens.people import Seat, Viewer
from incident.web.screens.runs import RunView, run_view
from incident.web.screens.steps import StepView
from incident.web.screens.timeline import Entry
from incident.web.screens.wakes import Wake, wakes


@dataclass(frozen=True, slots=True)
class Live:
    """The page. `cards` are the steps in hand, one per run; the first is the one for the keys.
    `resume` is for whoever comes back."""

    incident: Incident
    viewer: Viewer
    now: datetime
    seats: tuple[Seat, ...]
    awake: tuple[str, ...]
    runs: tuple[RunView, ...]
    cards: tuple[Card, ...]
    by_hand: tuple[tuple[int, Message], ...]
    waiting: tuple[StepView, ...]
    deferred: tuple[StepView, ...]
    effects: tuple[Effect, ...]
    strip: tuple[strip.Item, ...]
    alarm: Alarm | None
    entries: tuple[Entry, ...]
    wakes: tuple[Wake, ...]
    phones: tuple[tuple[str, str, str], ...]
    grace: Timer | None
    channel: IncidentChannel | None = None
    resume: Resume | None = None

    @property
    def address(self) -> str:
        return f"/incidents/{self.incident.key}"

    @property
    def moves(self) -> tuple[str, ...]:
        return tuple(possible_moves(self.incident.status))

    @property
    def pages_at(self) -> datetime | None:
        """When the silence after a cry for help pages somebody."""
        return self.grace.due_at if self.grace else None

    @property
    def pages_whom(self) -> str:
        return str(self.grace.data.get("target", "")) if self.grace else ""

    @property
    def seq(self) -> int:
        return self.incident.last_seq

    @property
    def drill(self) -> bool:
        return self.incident.mode == "drill"

    @property
    def since(self) -> datetime:
        """What the clock at the top counts from: when the trouble began, as far as we know."""
        row = self.incident
        return row.started_at or row.first_signal_at or row.declared_at or row.created_at

    @property
    def until(self) -> datetime | None:
        return self.incident.resolved_at or self.incident.closed_at

    @property
    def channel_now(self) -> tuple[str, ...]:
        """What the page tells of the channel in Slack: as soon as it changes, that is told anew."""
        row = self.channel
        return (row.state, row.shown, row.reason, str(row.archives)) if row is not None else ()

    @property
    def left_step(self) -> StepView | None:
        """The step that whoever comes back was on."""
        number = self.resume.step if self.resume else None
        steps = (step for run in self.runs for step in run.steps)
        return next((step for step in steps if step.number == number), None)

    def card_of(self, number: int) -> Card:
        """The card of a step that is in hand in its run."""
        return next(card for card in self.cards if card.step.number == number)

    @property
    def more_before(self) -> int | None:
        """The number before which there are lines that are not on this page."""
        first = self.entries[0].seq if self.entries else 0
        return first if first > 1 else None

    @property
    def i_command(self) -> bool:
        return any(seat.name == "commander" and seat.mine for seat in self.seats)


def live(
    found: Overview,
    viewer: Viewer,
    *,
    now: datetime,
    troubles: Mapping[str, str],
    focus: int | None = None,
    after: int | None = None,
) -> Live:
    """`focus` is the step somebody asked to see; otherwise the first current one is in hand.

    `troubles` says by target why a page to it would wake nobody.
    """
    row, said = found.incident, messages.by_step(found)
    drawn = cards.in_hand(found, said, focus=focus)
    runs = _runs(found, said, drawn)
    by_hand = messages.by_hand(found) if row.open else ()
    counting = [step for run in runs for step in run.steps if not step.inactive]
    waiting = tuple(step for step in counting if step.state == "waiting")
    asked = _asked(waiting, by_hand)
    return Live(
        incident=row,
        viewer=viewer,
        now=now,
        seats=people.seats(found.roles, viewer),
        awake=people.awake(found.roles, found.pages),
        runs=runs,
        cards=drawn,
        by_hand=by_hand,
        waiting=waiting,
        deferred=tuple(step for step in counting if step.state == "deferred"),
        effects=tuple(found.effects),
        strip=strip.items(found, runs, asked, now=now),
        alarm=alarms.alarm(asked, found),
        entries=_entries(found, now, after),
        wakes=wakes(found.targets, troubles),
        phones=tuple(_phones(found)),
        grace=found.grace,
        channel=found.channel,
    )


def _phones(found: Overview) -> Iterator[tuple[str, str, str]]:
    """Name, number, and the target behind which they stand."""
    for target in found.targets:
        for name, phone in alarms.kept_phones(target):
            yield name, phone, target.name


def _asked(
    waiting: Sequence[StepView], by_hand: Sequence[tuple[int, Message]]
) -> list[tuple[str, Message]]:
    """Every page that somebody should answer, with the place on this page where it stands."""
    of_steps = [
        (f"#step-{step.number}", step.message)
        for step in waiting
        if step.kind == "page" and step.message is not None
    ]
    return [*of_steps, *((f"#page-{id}", message) for id, message in by_hand)]


def _runs(
    found: Overview, said: Mapping[int, Message], drawn: Sequence[Card]
) -> tuple[RunView, ...]:
    """What is still followed stands first."""
    numbers = {card.step.number for card in drawn}
    shown = (run_view(run, steps, said, in_hand=numbers) for run, steps in found.runs)
    return tuple(sorted(shown, key=lambda run: not run.active))


def _entries(found: Overview, now: datetime, after: int | None) -> tuple[Entry, ...]:
    """The line before the first new one is only there to see where a day begins."""
    shown = timeline.entries(found.events, found.incident.zone, now=now)
    return tuple(entry for entry in shown if after is None or entry.seq > after)
