"""Why a step may not be settled now, each time as one sentence that says what to do instead."""

from collections.abc import Sequence

from incident.rules.conditions import matches
from incident.rules.hand import Hand
from incident.rules.outcome import NotAllowed
from incident.rules.progress import UNTOUCHED, Progress, StepState
from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Step
from incident.rules.words import outcome_words, shortened


def require_settleable(
    progress: Progress, step: Step, hand: Hand, *, again_from: Sequence[str] = ()
) -> None:
    require_unchanged(step, hand)
    state = progress.state(step)
    if state not in UNTOUCHED and state not in again_from:
        raise NotAllowed(_already(step))
    if not progress.is_active(step):
        raise NotAllowed(f"Step {step.number} is on a branch that was not taken.")
    if not progress.is_asked(step):
        raise NotAllowed(f"Answer step {step.parent} first: step {step.number} depends on it.")
    hold = progress.hold_before(step)
    if hold is not None:
        raise NotAllowed(f"Step {hold.number} must be done first: {hold.title}")


def _already(step: Step) -> str:
    if step.state == StepState.WAITING:
        return f"Step {step.number} is waiting for an answer. Press “I have it”, or override it."
    return f"Step {step.number} is already settled: {outcome_words(step)}."


def require_unchanged(step: Step, hand: Hand) -> None:
    if hand.expected_seq is not None and step.outcome_seq > hand.expected_seq:
        raise NotAllowed(
            f"Step {step.number} changed while you looked at it: it is {outcome_words(step)} now."
        )


def require_completable(progress: Progress, step: Step) -> None:
    kind = KINDS[step.kind]
    if kind.is_answered:
        raise NotAllowed(f"Step {step.number} is a question. Choose an answer.")
    if kind.sends:
        raise NotAllowed(
            f"Step {step.number} has not been reached, so nothing was sent. "
            "Settle what stands before it, or override it."
        )
    if kind.holds_later_steps:
        _require_nothing_open_above(progress, step)


def _require_nothing_open_above(progress: Progress, hold: Step) -> None:
    open_above = progress.unsettled_above(hold)
    if open_above:
        names = "; ".join(f"step {s.number} {shortened(s.title, 80)}" for s in open_above[:5])
        more = f" and {len(open_above) - 5} more" if len(open_above) > 5 else ""
        raise NotAllowed(f"Step {hold.number} is a hold. It still waits for {names}{more}.")


def require_expected(step: Step, value: str) -> None:
    expected = step.settings.get("expect")
    if not expected:
        return
    if not value:
        raise NotAllowed(f"Step {step.number} asks what you saw. Write it down, then press Done.")
    if not matches(str(expected), value):
        raise NotAllowed(
            f"Step {step.number} expects {expected}, and you saw {shortened(value, 80)}. "
            "Mark it failed, or override it with a reason."
        )


def choice_of(step: Step, value: str) -> str:
    choices = [str(choice) for choice in step.settings.get("choices") or ("yes", "no")]
    for choice in choices:
        if choice.casefold() == value.strip().casefold():
            return choice
    raise NotAllowed(f"Step {step.number} is answered with one of: {', '.join(choices)}.")
