"""One run on the page: its steps in order, what is settled folded into a line."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from incident.rules.progress import Progress
from incident.storage.runs import Run
from incident.storage.steps import Step
from incident.web.screens.messages import Message
from incident.web.screens.steps import StepView, view

SAID_FIRST = ("done", "not_applicable", "overridden", "failed", "deferred")


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a section that is not wholly behind us."""

    text: str
    look: str = "heading"


@dataclass(frozen=True, slots=True)
class Fold:
    """Several settled steps in one line: Stop the bleeding: 2 done, 1 deferred."""

    text: str
    counts: tuple[tuple[str, int], ...]
    steps: tuple[StepView, ...]
    look: str = "fold"


@dataclass(frozen=True, slots=True)
class Line:
    """A step of its own: settled, waiting or still to come."""

    step: StepView
    look: str = "step"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the card of the step in hand stands."""

    step: StepView
    look: str = "card"


Row = Heading | Fold | Line | Place


@dataclass(frozen=True, slots=True)
class RunView:
    """A checklist being followed. `states` has one entry per step that counts."""

    id: int
    title: str
    slug: str
    revision: int
    state: str
    states: tuple[str, ...]
    rows: tuple[Row, ...]
    steps: tuple[StepView, ...]

    @property
    def active(self) -> bool:
        return self.state == "active"

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        return _counted(self.states)

    @property
    def place(self) -> int:
        """The number of the current step among those that count, from 1."""
        return self.states.index("current") + 1 if "current" in self.states else len(self.states)


def run_view(
    run: Run, steps: Sequence[Step], messages: Mapping[int, Message], *, in_hand: Collection[int]
) -> RunView:
    """`in_hand` are the numbers of the steps whose cards are drawn."""
    progress = Progress(steps)
    shown = [view(step, progress, messages.get(step.number)) for step in steps]
    return RunView(
        id=run.id,
        title=run.title,
        slug=run.slug,
        revision=run.revision,
        state=run.state,
        states=tuple(step.state for step in shown if not step.inactive),
        rows=tuple(_rows(shown, in_hand)),
        steps=tuple(shown),
    )


def _rows(steps: Sequence[StepView], in_hand: Collection[int]) -> Iterator[Row]:
    for section, group in groupby(steps, key=lambda step: step.section):
        yield from _section(section, list(group), in_hand)


def _section(name: str, steps: list[StepView], in_hand: Collection[int]) -> Iterator[Row]:
    behind_us = all(_at_rest(step, in_hand) or step.state == "waiting" for step in steps)
    if name and not behind_us:
        yield Heading(name)
    title = name if behind_us else ""
    for at_rest, group in groupby(steps, key=lambda step: _at_rest(step, in_hand)):
        found = list(group)
        if not at_rest:
            yield from (Place(s) if s.number in in_hand else Line(s) for s in found)
        elif len(found) == 1 and not title and not found[0].inactive:
            yield Line(found[0])
        else:
            yield _fold(title, found)
            title = ""


def _at_rest(step: StepView, in_hand: Collection[int]) -> bool:
    """Nothing more is expected of it, and nobody is looking at it."""
    return (step.settled or step.inactive) and step.number not in in_hand


def _fold(title: str, steps: list[StepView]) -> Fold:
    states = ["not taken" if step.inactive else step.state for step in steps]
    return Fold(title, _counted(states), tuple(steps))


def _counted(states: Sequence[str]) -> tuple[tuple[str, int], ...]:
    counts = Counter(states)
    named = [name for name in SAID_FIRST if name in counts]
    return tuple((name, counts[name]) for name in [*named, *sorted(set(counts) - set(named))])
