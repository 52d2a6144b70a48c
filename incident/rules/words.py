"""Sentences about a step, in the words that people see."""

from incident.rules.step_kinds.kind import Step


def shortened(text: str, length: int) -> str:
    """At most `length` characters, trimmed, with an ellipsis where something was cut."""
    text = text.replace("\x00", "").strip()
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def outcome_words(step: Step) -> str:
    """`done by Maya at 02:14 UTC`, `waiting`, `not applicable by Tom at …`."""
    state = step.state.replace("_", " ")
    if step.settled_by is None or step.settled_at is None:
        return state
    return f"{state}, by {step.settled_by} at {step.settled_at:%H:%M} UTC"
