"""Whoever settles a step, as the rules need to know them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hand:
    """Who settles a step, when, and what was on their screen.

    `is_lead` is whether they command the incident. `expected_seq` is the timeline's number that
    their screen showed, if they say.
    """

    actor: str
    at: datetime
    is_lead: bool = False
    expected_seq: int | None = None
