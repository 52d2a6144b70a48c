"""The live incident page: everything on it, put together from rows that were read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.rules import steps as step_rules
from incident.rules.incidents import possible_moves
from incident.rules.progress import Progress
from incident.rules.step_kinds.kind import Scene
from incident.storage.effects import Effect
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import Page
from incident.storage.roles import Role
from incident.storage.runs import Run
from incident.storage.steps import Step
from incident.storage.targets import Target
from incident.storage.timeline import TimelineEvent
from incident.web.screens import messages, strip, timeline
from incident.web.screens.messages import Message
from incident.web.screens.runs import RunView, run_view
from incident.web.screens.steps import Card, StepView, card, view

SEATS = ("commander", "deputy", "scribe", "comms")


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks at the page."""

    name: str
    id: int | None = None
    may_act: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one incident, as read."""

    incident: Incident
    roles: Sequence[Role] = ()
    effects: Sequence[Effect] = ()
    runs: Sequence[tuple[Run, Sequence[Step]]] = ()
    pages: Sequence[Page] = ()
    deliveries: Sequence[Delivery] = ()
    events: Sequence[TimelineEvent] = ()
    targets: Sequence[Target] = ()
    checklists: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """A role and whoever holds it."""

    name: str
    person: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    """Somebody should have been woken and was not. Whom to telephone, in order."""

    heading: str
    sentences: tuple[str, ...]
    phones: tuple[tuple[str, str], ...]
    phones_at: datetime | None


@dataclass(frozen=True, slots=True)
class Live:
    """The page. `card` is the step in hand; `opened` says that somebody chose to look at it."""

    incident: Incident
    viewer: Viewer
    now: datetime
    address: str
    seats: tuple[Seat, ...]
    runs: tuple[RunView, ...]
    card: Card | None
    others: tuple[Card, ...]
    waiting: tuple[StepView, ...]
    deferred: tuple[StepView, ...]
    effects: tuple[Effect, ...]
    strip: tuple[strip.Item, ...]
    alarm: Alarm | None
    entries: tuple[timeline.Entry, ...]
    moves: tuple[str, ...]
    targets: tuple[Target, ...]
    awake: tuple[str, ...]
    checklists: tuple[tuple[str, str, str], ...]
    more_before: int | None = None

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

    def card_of(self, number: int) -> Card:
        """The card of a step that is in hand in its run."""
        cards = (self.card, *self.others)
        return next(card for card in cards if card is not None and card.step.number == number)

    @property
    def i_command(self) -> bool:
        return any(seat.name == "commander" and seat.mine for seat in self.seats)


def live(
    found: Found,
    viewer: Viewer,
    *,
    now: datetime,
    focus: int | None = None,
    after: datetime | None = None,
) -> Live:
    """`focus` is the step somebody asked to see; otherwise the first current one is in hand."""
    row = found.incident
    said = _messages(found)
    in_hand = _in_hand(found.runs, focus)
    cards = _cards(found, said, focus=focus)
    runs = tuple(run_view(run, steps, said, focus=in_hand.get(run.id)) for run, steps in found.runs)
    shown = [s for run in runs for s in run.steps if not s.inactive]
    waiting = tuple(s for s in shown if s.state == "waiting")
    ongoing = tuple(e for e in found.effects if e.ended_at is None)
    first = next((c for c in cards if c.step.number == focus), cards[0] if cards else None)
    return Live(
        incident=row,
        viewer=viewer,
        now=now,
        address=f"/incidents/{row.key}",
        seats=_seats(found.roles, viewer),
        runs=runs,
        card=first,
        others=tuple(c for c in cards if c is not first),
        waiting=waiting,
        deferred=tuple(s for s in shown if s.state == "deferred"),
        effects=ongoing,
        strip=strip.items(ongoing, runs, waiting, found.targets, now=now),
        alarm=_alarm(waiting, found.targets),
        entries=timeline.entries(found.events, row.zone, after=after or now),
        moves=tuple(possible_moves(row.status)),
        targets=tuple(found.targets),
        awake=_awake(found),
        checklists=tuple(found.checklists),
    )


def _in_hand(runs: Sequence[tuple[Run, Sequence[Step]]], focus: int | None) -> dict[int, int]:
    """Per run, the step whose card is drawn: the one asked for, else the current one."""
    chosen = {}
    for run, steps in runs:
        asked = next((s for s in steps if s.number == focus), None)
        step = asked or next((s for s in steps if s.state == "current"), None)
        if step is not None:
            chosen[run.id] = step.number
    return chosen


def _cards(found: Found, said: Mapping[int, Message], *, focus: int | None) -> list[Card]:
    row = found.incident
    scene = Scene(key=row.key, title=row.title, severity=row.severity)
    in_hand = _in_hand(found.runs, focus)
    drawn = []
    for run, steps in found.runs:
        progress = Progress(steps)
        for step in steps:
            if step.number == in_hand.get(run.id):
                follows = step_rules.what_follows(step, steps, scene, at=row.created_at)
                shown = view(step, progress, said.get(step.number))
                drawn.append(card(step, shown, progress, follows=list(follows)))
    return drawn


def _messages(found: Found) -> dict[int, Message]:
    """The newest message of each step that sent one."""
    settings = {s.number: s.settings for _, steps in found.runs for s in steps}
    triggers = {d.page_id: d for d in found.deliveries if d.action == "trigger"}
    said = {
        d.step: messages.of_post(d)
        for d in found.deliveries
        if d.step is not None and d.integration == "slack" and d.action == "post"
    }
    for page in found.pages:
        if page.step is not None:
            delivery = triggers.get(page.id)
            said[page.step] = messages.of_page(page, delivery, settings=settings.get(page.step, {}))
    return said


def _seats(roles: Sequence[Role], viewer: Viewer) -> tuple[Seat, ...]:
    held = {role.name: role for role in roles}
    return tuple(
        Seat(
            name,
            held[name].person if name in held else "",
            name in held and held[name].person == viewer.name,
        )
        for name in SEATS
    )


def _awake(found: Found) -> tuple[str, ...]:
    """Whoever answered a page, beside those who hold a role."""
    seated = {role.person for role in found.roles}
    answered = (page.acknowledged_by for page in found.pages if page.acknowledged_by)
    return tuple(name for name in dict.fromkeys(answered) if name not in seated)


def _alarm(waiting: Sequence[StepView], targets: Sequence[Target]) -> Alarm | None:
    """Only what nobody has dealt with yet: settling the step takes the banner away."""
    asked = (s.message for s in waiting if s.kind == "page")
    pages = [message for message in asked if message is not None and message.failed]
    if not pages:
        return None
    named = {message.target for message in pages}
    behind = [t for t in targets if t.name in named] or list(targets)
    phones = [(str(p["name"]), str(p["phone"])) for t in behind for p in t.phones]
    ages = [t.phones_at for t in behind if t.phones_at is not None]
    heading = pages[0].sentence.partition(":")[0]
    sentences = tuple(message.sentence.partition(": ")[2].rstrip(".") for message in pages)
    return Alarm(heading, sentences, tuple(dict.fromkeys(phones)), min(ages, default=None))
