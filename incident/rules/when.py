"""Decisions that answer themselves: `when="severity in sev1,sev2"`."""

import re

from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Scene, Step

SEVERITY = re.compile(r"severity\s+(?:in|is)\s+(?P<names>(?:sev[1-4]\s*,?\s*)+)", re.IGNORECASE)


def answers_itself(step: Step, scene: Scene) -> str | None:
    """The choice that follows from the incident, or None when a person must answer.

    Yes is the choice called yes, else the first; no is the one called no, else the last.
    """
    condition = str(step.settings.get("when") or "")
    if not KINDS[step.kind].is_answered or not condition:
        return None
    match = SEVERITY.fullmatch(condition.strip())
    if match is None or scene.severity == "unset":
        return None
    names = re.findall(r"sev[1-4]", match["names"].lower())
    choices = [str(choice) for choice in step.settings.get("choices") or ("yes", "no")]
    return _named(choices, "yes", 0) if scene.severity in names else _named(choices, "no", -1)


def _named(choices: list[str], name: str, otherwise: int) -> str:
    return next((choice for choice in choices if choice.casefold() == name), choices[otherwise])
