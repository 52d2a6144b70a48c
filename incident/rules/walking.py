"""advance(): where a run stands after something changed, and what is reached on the way.

The walk goes from the top. The first step still to do becomes current and stops it; a step that
sends is reached, waits, and lets it go on. A step is reached once in its life.
"""

from datetime import datetime

from incident.rules.outcome import Event, Notice
from incident.rules.progress import SETTLED, UNTOUCHED, Progress, StepState
from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Scene, Step
from incident.rules.when import answers_itself

ENDINGS = {
    "complete": "Checklist complete",
    "complete_except_deferred": "Checklist complete except deferred steps",
    "overridden": "Checklist complete, with steps overridden",
}


def advance(
    progress: Progress, scene: Scene, *, at: datetime
) -> tuple[tuple[Event, ...], tuple[Notice, ...]]:
    """Move the run to where it now belongs. Exactly one step is current while any is to do."""
    events: list[Event] = []
    notices: list[Notice] = []
    standing = next((s for s in progress.steps if progress.state(s) == StepState.CURRENT), None)
    if standing is not None:
        progress.set(standing, state=StepState.PENDING)
    while (step := _next_to_do(progress)) is not None:
        if KINDS[step.kind].sends:
            events += _arrive(progress, step)
            notices += _send_once(progress, step, scene, at=at)
        elif (choice := answers_itself(step, scene)) is not None:
            events.append(_answer_by_itself(progress, step, choice, at=at))
        else:
            _make_current(progress, step, standing, at=at)
            break
    return tuple(events), tuple(notices)


def run_state(progress: Progress) -> str:
    """active, complete, complete_except_deferred or overridden."""
    active = list(progress.active())
    if not all(progress.is_settled(step) for step in active):
        return "active"
    states = {progress.state(step) for step in active}
    if StepState.DEFERRED in states:
        return "complete_except_deferred"
    return "overridden" if StepState.OVERRIDDEN in states else "complete"


def ending(progress: Progress, state: str) -> tuple[Event, ...]:
    """The completion call, said once when the last step is settled."""
    if state not in ENDINGS:
        return ()
    states = [progress.state(step) for step in progress.active()]
    counts = {str(name): states.count(name) for name in sorted(SETTLED) if name in states}
    told = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
    return (
        Event("run_completed", f"{ENDINGS[state]}: {told}", {"state": state, "counts": counts}),
    )


def _next_to_do(progress: Progress) -> Step | None:
    return next((s for s in progress.active() if progress.state(s) in UNTOUCHED), None)


def _arrive(progress: Progress, step: Step) -> list[Event]:
    if progress.is_reached(step):
        return []
    return [
        Event(
            "step_reached",
            f"Step {step.number} reached: {step.title}",
            {"title": step.title, "kind": step.kind, "target": _target(step)},
            step=step.number,
        )
    ]


def _send_once(progress: Progress, step: Step, scene: Scene, *, at: datetime) -> tuple[Notice, ...]:
    """Reaching sends; coming back to a step that was reached before does not."""
    first_time = not progress.is_reached(step)
    progress.set(step, state=StepState.WAITING)
    if not first_time:
        return ()
    progress.set(step, reached_at=at)
    return KINDS[step.kind].when_reached(step, scene)


def _answer_by_itself(progress: Progress, step: Step, choice: str, *, at: datetime) -> Event:
    progress.set(
        step, state=StepState.DONE, value=choice, settled_by="Incident desk", settled_at=at
    )
    return Event(
        "step_answered",
        f"Step {step.number} answered by itself: {step.title} {choice}",
        {"title": step.title, "value": choice, "when": step.settings["when"]},
        step=step.number,
    )


def _make_current(progress: Progress, step: Step, standing: Step | None, *, at: datetime) -> None:
    progress.set(step, state=StepState.CURRENT)
    if standing is None or standing.number != step.number:
        progress.set(step, current_since=at)


def _target(step: Step) -> str:
    return str(step.settings.get("target") or step.settings.get("channel") or "")
