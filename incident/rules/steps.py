"""When a step may be settled, and what follows when it is.

The states and moves are those of `docs/rules.md`. Every function takes the steps of one run and
answers with an Outcome; `actor` is the name that stands on the timeline.
"""

from collections.abc import Sequence
from datetime import datetime

from incident.rules import refusals, walking
from incident.rules.hand import Hand
from incident.rules.outcome import Event, Measure, NotAllowed, Outcome
from incident.rules.progress import SETTLED, Progress, StepState
from incident.rules.step_claims import NOBODY
from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Scene, Step
from incident.rules.words import outcome_words, shortened

NEEDS_REASON = (StepState.NOT_APPLICABLE, StepState.OVERRIDDEN)
PAUSE_POINTS = ("before stand-down", "before close", "next working day")
TEXT_LENGTH = 5000


def complete(
    step: Step, steps: Sequence[Step], scene: Scene, hand: Hand, *, value: str = ""
) -> Outcome:
    """Done. `value` is what was seen, where the step asks for it."""
    progress = Progress(steps)
    refusals.require_settleable(progress, step, hand, again_from=(StepState.DEFERRED,))
    refusals.require_completable(progress, step)
    value = shortened(value, TEXT_LENGTH)
    refusals.require_expected(step, value)
    seen = f" ({value})" if value else ""
    done = Event(
        "step_completed",
        f"{hand.actor} completed step {step.number}: {step.title}{seen}",
        {"title": step.title, "value": value},
        step=step.number,
    )
    _settle(progress, step, StepState.DONE, hand, value=value or None, reason=None)
    return _follow(progress, scene, hand, (done,), measures=_measures(step))


def answer(step: Step, steps: Sequence[Step], scene: Scene, hand: Hand, *, value: str) -> Outcome:
    """Answer a question, or change the answer: the branch follows it."""
    progress = Progress(steps)
    if not KINDS[step.kind].is_answered:
        raise NotAllowed(f"Step {step.number} is not a question. Complete it instead.")
    refusals.require_settleable(progress, step, hand, again_from=tuple(SETTLED))
    choice = refusals.choice_of(step, value)
    before = progress.value(step) if progress.state(step) == StepState.DONE else None
    if before == choice:
        raise NotAllowed(f"Step {step.number} is already answered: {choice}.")
    was = f" (was {before})" if before else ""
    answered = Event(
        "step_answered",
        f"{hand.actor} answered step {step.number}: {_asked(step)} {choice}{was}",
        {"title": step.title, "value": choice, "before": before},
        step=step.number,
    )
    _settle(progress, step, StepState.DONE, hand, value=choice, reason=None)
    return _follow(progress, scene, hand, (answered,))


def _asked(step: Step) -> str:
    return step.title if step.title.endswith("?") else f"{step.title}:"


def not_applicable(
    step: Step, steps: Sequence[Step], scene: Scene, hand: Hand, *, reason: str
) -> Outcome:
    """It does not concern this incident."""
    return _set_aside(step, steps, scene, hand, StepState.NOT_APPLICABLE, reason=reason)


def override(
    step: Step, steps: Sequence[Step], scene: Scene, hand: Hand, *, reason: str
) -> Outcome:
    """Go on without it, on somebody's word. A hold and a killer item need the commander's."""
    needs_lead = KINDS[step.kind].holds_later_steps or bool(step.settings.get("killer"))
    if needs_lead and not hand.is_lead:
        raise NotAllowed(
            f"Only the commander may override step {step.number}. "
            "Take command first, or ask whoever has it."
        )
    return _set_aside(step, steps, scene, hand, StepState.OVERRIDDEN, reason=reason)


def defer(
    step: Step, steps: Sequence[Step], scene: Scene, hand: Hand, *, reason: str, until: str = ""
) -> Outcome:
    """Later. The incident cannot be closed while it is owed."""
    if KINDS[step.kind].holds_later_steps:
        raise NotAllowed(f"Step {step.number} is a hold. It cannot be deferred.")
    until = until or "before close"
    if until not in PAUSE_POINTS:
        raise NotAllowed(f"A step is deferred until one of: {', '.join(PAUSE_POINTS)}.")
    reason = f"{until}: {reason}" if reason.strip() else until
    return _set_aside(step, steps, scene, hand, StepState.DEFERRED, reason=reason)


def fail(step: Step, steps: Sequence[Step], scene: Scene, hand: Hand, *, reason: str) -> Outcome:
    """Tried, and it did not work. Its failure path, if it has one, comes next."""
    if KINDS[step.kind].holds_later_steps:
        raise NotAllowed(f"Step {step.number} is a hold. It cannot fail: see what it waits for.")
    return _set_aside(step, steps, scene, hand, StepState.FAILED, reason=reason)


def reopen(step: Step, steps: Sequence[Step], scene: Scene, hand: Hand) -> Outcome:
    """Back to pending. What it sent stays sent."""
    progress = Progress(steps)
    refusals.require_unchanged(step, hand)
    if progress.state(step) not in SETTLED:
        raise NotAllowed(f"Step {step.number} is {outcome_words(step)} already.")
    stays = " What it sent stays sent." if progress.is_reached(step) else ""
    reopened = Event(
        "step_reopened",
        f"{hand.actor} reopened step {step.number}: {step.title}.{stays}",
        {"title": step.title, "before": step.state},
        step=step.number,
    )
    progress.set(
        step, state=StepState.PENDING, value=None, reason=None, settled_by=None, settled_at=None
    )
    return _follow(progress, scene, hand, (reopened,))


def acknowledge(
    step: Step,
    steps: Sequence[Step],
    scene: Scene,
    hand: Hand,
    *,
    occurred_at: datetime | None = None,
) -> Outcome:
    """Somebody is awake: the page step is done. `occurred_at` is when they said so, if before."""
    if step.kind != "page":
        raise NotAllowed(f"Step {step.number} pages nobody, so there is nothing to take.")
    progress = Progress(steps)
    refusals.require_unchanged(step, hand)
    if progress.state(step) != StepState.WAITING:
        raise NotAllowed(f"Step {step.number} is {outcome_words(step)}; nobody is being paged.")
    taken = Event(
        "page_acknowledged",
        f"{hand.actor} has it: {step.title}",
        {"title": step.title, "target": step.settings.get("target")},
        step=step.number,
        occurred_at=occurred_at,
        key_moment=True,
    )
    _settle(progress, step, StepState.DONE, hand, value=None, reason=None)
    return _follow(progress, scene, hand, (taken,))


def settle_by_itself(
    step: Step, steps: Sequence[Step], scene: Scene, hand: Hand, *, state: str, reason: str = ""
) -> Outcome:
    """What the vendor said settles a waiting step. Anything else is left as it is."""
    progress = Progress(steps)
    if progress.state(step) != StepState.WAITING:
        return Outcome()
    _settle(progress, step, StepState(state), hand, value=None, reason=reason or None)
    return _follow(progress, scene, hand, ())


def begin(steps: Sequence[Step], scene: Scene, hand: Hand) -> Outcome:
    """The first walk of a run: its first step becomes current, or is reached."""
    return _follow(Progress(steps), scene, hand, ())


def what_follows(step: Step, steps: Sequence[Step], scene: Scene, *, at: datetime) -> list[Step]:
    """The steps that would be reached, and would send, if `step` were done now."""
    progress = Progress(steps)
    before = {other.number for other in steps if progress.is_reached(other)}
    if not KINDS[step.kind].is_answered:
        progress.set(step, state=StepState.DONE)
    walking.advance(progress, scene, at=at)
    return [s for s in progress.steps if progress.is_reached(s) and s.number not in before]


def waits_for(hold: Step, steps: Sequence[Step]) -> list[Step]:
    """What must be settled before this hold can be completed."""
    return Progress(steps).unsettled_above(hold)


def _set_aside(
    step: Step,
    steps: Sequence[Step],
    scene: Scene,
    hand: Hand,
    state: StepState,
    *,
    reason: str,
) -> Outcome:
    progress = Progress(steps)
    waiting = StepState.WAITING
    refusals.require_settleable(progress, step, hand, again_from=(StepState.DEFERRED, waiting))
    reason = shortened(reason, TEXT_LENGTH)
    if not reason and state in NEEDS_REASON:
        raise NotAllowed("Say why, in a few words: the retro will ask.")
    if KINDS[step.kind].holds_later_steps and state != StepState.OVERRIDDEN:
        raise NotAllowed(f"Step {step.number} is a hold: complete it, or let the lead override it.")
    words = state.replace("_", " ")
    because = f" ({reason})" if reason else ""
    event = Event(
        f"step_{state}",
        f"{hand.actor} marked step {step.number} {words}: {step.title}{because}",
        {"title": step.title, "reason": reason},
        step=step.number,
    )
    _settle(progress, step, state, hand, value=None, reason=reason or None)
    return _follow(progress, scene, hand, (event,))


def _measures(step: Step) -> tuple[Measure, ...]:
    effect = str(step.settings.get("effect") or "")
    if not effect:
        return ()
    longest = step.settings.get("max")
    undo = str(step.settings.get("undo") or "")
    return (Measure(effect, step=step.number, undo=undo, max_seconds=longest),)


def _settle(
    progress: Progress,
    step: Step,
    state: StepState,
    hand: Hand,
    *,
    value: str | None,
    reason: str | None,
) -> None:
    progress.set(
        step,
        state=state,
        value=value,
        reason=reason,
        settled_by=hand.actor,
        settled_at=hand.at,
        **NOBODY,
    )


def _follow(
    progress: Progress,
    scene: Scene,
    hand: Hand,
    events: tuple[Event, ...],
    *,
    measures: tuple[Measure, ...] = (),
) -> Outcome:
    """What happened, then where that leaves the run."""
    was = walking.run_state(Progress(progress.steps))
    arrivals, notices = walking.advance(progress, scene, at=hand.at)
    now = walking.run_state(progress)
    ending = walking.ending(progress, now) if now != was else ()
    began = tuple(
        Event("effect_began", f"In effect: {m.text}", {"undo": m.undo}, step=m.step)
        for m in measures
    )
    return Outcome(
        events=(*events, *began, *arrivals, *ending),
        notices=notices,
        changes=progress.changes(),
        measures=measures,
        run_state=now,
    )
