"""A step as plain values, for tests of the rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from incident.rules.hand import Hand
from incident.rules.outcome import Outcome
from incident.rules.step_kinds.kind import Scene

AT = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)
SCENE = Scene("INC-42", "Runaway push notifications", "sev2")
MAYA = Hand("Maya", AT)
TOM_LEADS = Hand("Tom", AT, is_lead=True)


@dataclass
class Line:
    number: int
    title: str = "Look at the dashboard"
    kind: str = "do"
    state: str = "pending"
    settings: dict[str, Any] = field(default_factory=dict)
    position: int = -1
    section_slug: str = ""
    parent: int | None = None
    branch: str | None = None
    value: str | None = None
    reason: str | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    reached_at: datetime | None = None
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    claim_active_at: datetime | None = None
    current_since: datetime | None = None
    outcome_seq: int = 0

    def __post_init__(self) -> None:
        if self.position < 0:
            self.position = self.number


def a_page(number: int, title: str = "Page the mobile on-call", **fields: Any) -> Line:
    return Line(number, title, kind="page", settings={"target": "mobile"}, **fields)


def a_post(number: int, title: str = "Tell support", **fields: Any) -> Line:
    settings = {"channel": "#support", "text": "We are on it."}
    return Line(number, title, kind="post", settings=settings, **fields)


def a_hold(number: int, title: str = "Stop: is it safe?", **fields: Any) -> Line:
    return Line(number, title, kind="hold", **fields)


def a_question(number: int, *choices: str, **fields: Any) -> Line:
    settings = {"choices": list(choices or ("yes", "no")), **fields.pop("settings", {})}
    return Line(number, "Is Android affected?", kind="decide", settings=settings, **fields)


def apply(outcome: Outcome, steps: Sequence[Line], seq: int = 0) -> Outcome:
    """What `services/record.py` does with the changes of an outcome."""
    by_number = {step.number: step for step in steps}
    for change in outcome.changes:
        for name, value in change.fields.items():
            setattr(by_number[change.number], name, value)
        by_number[change.number].outcome_seq = seq
    return outcome


def states(steps: Sequence[Line]) -> list[str]:
    return [str(step.state) for step in steps]
