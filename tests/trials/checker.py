"""Judges by what PagerDuty heard and what clients were answered, and by nothing else."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol


class Alert(Protocol):
    """What wakes somebody, and for which intent of ours."""

    intent: str


@dataclass(frozen=True)
class Verdict:
    """How many pages there should be, and which of them are missing, double or uncalled for."""

    expected: int
    lost: tuple[str, ...] = ()
    duplicated: tuple[str, ...] = ()
    uncalled_for: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return not (self.lost or self.duplicated or self.uncalled_for)


def intent_of(incident_key: str, cause: str) -> str:
    """The end of the intent of a first page; before it stand `ic` and the installation."""
    return f"{incident_key.removeprefix('INC-')}/{cause}/g1/trigger"


def judge(alerts: Iterable[Alert], expected: Collection[str]) -> Verdict:
    """Exactly one alert that woke somebody, for each page that a client was promised."""
    woken = Counter(alert.intent.split("/", 2)[-1] for alert in alerts)
    return Verdict(
        expected=len(expected),
        lost=tuple(sorted(intent for intent in expected if not woken[intent])),
        duplicated=tuple(sorted(intent for intent, times in woken.items() if times > 1)),
        uncalled_for=tuple(sorted(intent for intent in woken if intent not in expected)),
    )
