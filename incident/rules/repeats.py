"""Whether the words of an update that did not arrive can be sent again."""

from dataclasses import dataclass

from incident.rules.deliveries import FAILED


@dataclass(frozen=True, slots=True)
class Unheard:
    """What an update said to one audience. `state` is that of its newest post, "" where there is
    none; `overtaken` is whether they were told something newer. Without a `channel` they can be
    told nowhere."""

    audience: str
    channel: str
    state: str
    overtaken: bool


def problem(unheard: Unheard, *, key: str, status: str, mode: str) -> str:
    """Why they cannot be sent, as a sentence; or nothing."""
    if mode == "drill":
        return "In a drill nothing is posted."
    if status == "merged":
        return f"{key} is merged. Write the update for the other one."
    if unheard.state == "sent":
        return "It is there already."
    if unheard.state and unheard.state not in FAILED:
        return "It is on its way already."
    if unheard.overtaken:
        return f"A newer update was written for {unheard.audience}."
    return "" if unheard.channel else f"There is no channel for {unheard.audience}."


def line(*, by: str, written: str, place: str, again: bool) -> str:
    """For the timeline."""
    return f"{by} sends the update of {written} to {place}{' again' if again else ''}"
