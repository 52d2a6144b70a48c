"""Decisions that answer themselves: `when="severity in sev1,sev2"`."""

from incident.rules.conditions import Unreadable, holds
from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Scene, Step


def answers_itself(step: Step, scene: Scene) -> str | None:
    """The choice that follows from the incident, or None when a person must answer.

    Yes is the choice called yes, else the first; no is the one called no, else the last.
    """
    condition = str(step.settings.get("when") or "")
    if not KINDS[step.kind].is_answered or not condition:
        return None
    truth = _truth(condition, scene)
    if truth is None:
        return None
    choices = [str(choice) for choice in step.settings.get("choices") or ("yes", "no")]
    return _named(choices, "yes", 0) if truth else _named(choices, "no", -1)


def _truth(condition: str, scene: Scene) -> bool | None:
    """Nothing is known of a severity that nobody has set."""
    known = {} if scene.severity == "unset" else {"severity": scene.severity}
    try:
        return holds(condition, known)
    except Unreadable:
        return None


def _named(choices: list[str], name: str, otherwise: int) -> str:
    return next((choice for choice in choices if choice.casefold() == name), choices[otherwise])
