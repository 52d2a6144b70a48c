"""The step in hand on a card in Slack: its words, and what can be pressed about it from there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.rules import card_parts as parts
from incident.rules.card_parts import Element, Part, Span
from incident.rules.words import shortened

TITLE_LENGTH = 300
BODY_LENGTH = 600
NAME_LENGTH = 80
WAITS_AT_MOST = 5
CHOICES_AT_MOST = 25
# Whatever is done from Slack has to be safe there: anything else leads to the desk.
SETTLED_IN_SLACK = ("do", "hold")
OUTCOMES = {
    "not_applicable": "Not applicable…",
    "overridden": "Override…",
    "deferred": "Defer…",
    "failed": "Failed…",
    "note": "Note…",
}
OF_A_HOLD = ("overridden", "note")


@dataclass(frozen=True, slots=True)
class StepSeen:
    """The current step. `seq` is the timeline's number of its last outcome: whoever presses has
    seen the step as it was then. `press` says what its button does, `wakes` whether that pages
    somebody; `waits_for` is what a hold still waits for, as (number, title). `on_it` is who
    said that they are doing it."""

    number: int
    kind: str
    title: str
    body: str = ""
    seq: int = 0
    press: str = "Done"
    wakes: bool = False
    expect: str = ""
    choices: Sequence[str] = ()
    effect: str = ""
    waits_for: Sequence[tuple[int, str]] = ()
    on_it: str = ""
    on_it_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A checklist that is followed: how many of its steps that count are settled, and the step
    in hand, if there is one."""

    title: str
    settled: int
    counting: int
    step: StepSeen | None = None


def told(run: RunSeen, key: str) -> Iterator[Part]:
    """The run and its step in hand, with the buttons of that step."""
    where = f"{shortened(run.title, TITLE_LENGTH)}: {run.settled} of {run.counting} steps settled"
    yield parts.note(parts.plain(where))
    step = run.step
    if step is None:
        yield parts.text(parts.plain("No step is left to do; what waits, waits for an answer."))
        return
    yield parts.text(*_words(step, key))
    elements = tuple(_elements(step, key))
    if elements:
        yield parts.row(*elements)


def value_of(key: str, number: int, seq: int, rest: str = "") -> str:
    """What a button about a step carries: which one, as of when, and perhaps an answer."""
    return f"{key}:{number}:{seq}" + (f":{rest}" if rest else "")


def _words(step: StepSeen, key: str) -> Iterator[Span]:
    yield parts.bold(f"Step {step.number}")
    yield parts.plain(" · ")
    yield parts.way(f"/incidents/{key}#step-{step.number}", shortened(step.title, TITLE_LENGTH))
    if step.body.strip():
        yield parts.plain("\n")
        yield parts.markdown(shortened(step.body, BODY_LENGTH))
    for line in _said(step):
        yield parts.plain(f"\n{line}")
    if step.on_it and step.on_it_since:
        yield parts.plain(f"\n{shortened(step.on_it, NAME_LENGTH)} has been on it since ")
        yield parts.moment(step.on_it_since)


def _said(step: StepSeen) -> Iterator[str]:
    """What the step asks for, and what doing it leads to."""
    if step.waits_for:
        names = "; ".join(f"step {n} {shortened(t, 80)}" for n, t in step.waits_for[:WAITS_AT_MOST])
        more = len(step.waits_for) - WAITS_AT_MOST
        yield f"Nothing passes here. It still waits for {names}" + (
            f" and {more} more" if more > 0 else ""
        )
    elif step.kind == "hold":
        yield "Nothing passes here until this is done"
    if step.expect:
        yield f"Asks what you see, and expects {shortened(step.expect, 80)}"
    if step.effect:
        yield f"Puts in effect: {shortened(step.effect, 200)}"
    if step.kind not in (*SETTLED_IN_SLACK, "decide"):
        yield "This step is settled in the desk: follow its title"


def _elements(step: StepSeen, key: str) -> Iterator[Element]:
    value = value_of(key, step.number, step.seq)
    if step.kind == "decide":
        yield from _answers(step, key)
    elif step.kind in SETTLED_IN_SLACK and not step.waits_for:
        yield _done(step, value)
    if not step.waits_for:
        yield _claim(step, value)
    offered = OF_A_HOLD if step.kind == "hold" else tuple(OUTCOMES)
    of_step = [(f"{value}:{outcome}", OUTCOMES[outcome]) for outcome in offered]
    yield parts.menu("step_more", of_step)


def _done(step: StepSeen, value: str) -> Element:
    if step.expect:
        return parts.button(f"{step.press}…", "step_value", value, style="primary")
    asked = {"asks": f"{step.press}?", "because": "This wakes somebody"} if step.wakes else {}
    return parts.button(step.press, "step_done", value, style="primary", **asked)


def _claim(step: StepSeen, value: str) -> Element:
    """Whoever takes it over says from whom: the card may be older than the claim."""
    if not step.on_it:
        return parts.button("I'm on it", "step_claim", value)
    asks = f"{shortened(step.on_it, NAME_LENGTH)} is on step {step.number}. Take it over?"
    taken = f"{value}:{step.on_it}"
    return parts.button("Take over", "step_claim", taken, asks=asks, because="Somebody is on it")


def _answers(step: StepSeen, key: str) -> Iterator[Element]:
    """An answer is told by its place: its words may be longer than a button's value."""
    options = [
        (value_of(key, step.number, step.seq, str(place)), choice)
        for place, choice in enumerate(step.choices)
    ]
    if len(options) <= parts.BUTTONS_AT_MOST:
        yield from (parts.button(label, "step_answer", value) for value, label in options)
    else:
        offered = options[:CHOICES_AT_MOST]
        yield parts.choice("Choose an answer", "step_answer", offered)
