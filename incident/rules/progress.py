"""The steps of one run while a command is being decided: as they are, with what would change."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from incident.rules.outcome import Change
from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Step


class StepState(StrEnum):
    PENDING = "pending"
    CURRENT = "current"
    WAITING = "waiting"
    DONE = "done"
    NOT_APPLICABLE = "not_applicable"
    OVERRIDDEN = "overridden"
    DEFERRED = "deferred"
    FAILED = "failed"


SETTLED = frozenset(
    {
        StepState.DONE,
        StepState.NOT_APPLICABLE,
        StepState.OVERRIDDEN,
        StepState.DEFERRED,
        StepState.FAILED,
    }
)
UNTOUCHED = frozenset({StepState.PENDING, StepState.CURRENT})


class Progress:
    """The steps in order. Nothing in them changes: new values are collected beside them."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = sorted(steps, key=lambda step: step.position)
        self._by_number = {step.number: step for step in self.steps}
        self._new: dict[int, dict[str, Any]] = {}
        self._paths = {_path(step) for step in self.steps if _path(step)}

    def set(self, step: Step, **fields: Any) -> None:
        self._new.setdefault(step.number, {}).update(fields)

    def changes(self) -> tuple[Change, ...]:
        """What differs from the rows now."""
        differing = (
            (number, {k: v for k, v in fields.items() if getattr(self._by_number[number], k) != v})
            for number, fields in self._new.items()
        )
        return tuple(Change(number, fields) for number, fields in differing if fields)

    def state(self, step: Step) -> str:
        return str(self._get(step, "state"))

    def value(self, step: Step) -> str | None:
        value: str | None = self._get(step, "value")
        return value

    def is_reached(self, step: Step) -> bool:
        return self._get(step, "reached_at") is not None

    def is_active(self, step: Step) -> bool:
        """Whether the step counts: on a branch taken, and not on a failure path unopened."""
        if step.section_slug in self._paths and not self._failed_into(step.section_slug):
            return False
        parent = self._by_number.get(step.parent) if step.parent is not None else None
        if parent is None:
            return True
        return self.is_active(parent) and self._is_taken(parent, step.branch)

    def is_asked(self, step: Step) -> bool:
        """Whether every question above the step has its answer."""
        parent = self._by_number.get(step.parent) if step.parent is not None else None
        if parent is None:
            return True
        unanswered = step.branch is not None and self.state(parent) not in SETTLED
        return not unanswered and self.is_asked(parent)

    def is_settled(self, step: Step, above: frozenset[int] = frozenset()) -> bool:
        """A failed step is settled when its failure path is. Paths may lead back: `above` is
        where we come from."""
        state = self.state(step)
        if state != StepState.FAILED:
            return state in SETTLED
        above |= {step.number}
        ahead = (other for other in self._path_of(step) if other.number not in above)
        return all(self.is_settled(other, above) for other in ahead)

    def active(self) -> Iterator[Step]:
        """The steps that count, an opened failure path first: it is why we stopped."""
        counting = [step for step in self.steps if self.is_active(step)]
        yield from (step for step in counting if step.section_slug in self._paths)
        yield from (step for step in counting if step.section_slug not in self._paths)

    def hold_before(self, step: Step) -> Step | None:
        """The first unsettled hold above `step`. An opened failure path passes below those of
        other sections."""
        own = step.section_slug if step.section_slug in self._paths else None
        above = (other for other in self.steps if other.position < step.position)
        holds = (other for other in above if own is None or other.section_slug == own)
        return next((other for other in holds if self._holds(other)), None)

    def unsettled_above(self, hold: Step) -> list[Step]:
        """What a hold waits for."""
        return [
            step
            for step in self.active()
            if (step.position < hold.position or step.section_slug in self._paths)
            and step.number != hold.number
            and not self.is_settled(step)
        ]

    def _holds(self, step: Step) -> bool:
        if not KINDS[step.kind].holds_later_steps or self.state(step) in SETTLED:
            return False
        return self.is_active(step) and self.is_asked(step)

    def _is_taken(self, parent: Step, branch: str | None) -> bool:
        if branch is None or self.state(parent) not in SETTLED:
            return True
        answer = self.value(parent) if self.state(parent) == StepState.DONE else None
        return answer is not None and answer.casefold() == branch.casefold()

    def _failed_into(self, section_slug: str) -> bool:
        return any(
            _path(step) == section_slug and self.state(step) == StepState.FAILED
            for step in self.steps
        )

    def _path_of(self, step: Step) -> list[Step]:
        path = _path(step)
        if not path or step.section_slug == path:
            return []
        return [s for s in self.steps if s.section_slug == path and self.is_active(s)]

    def _get(self, step: Step, name: str) -> Any:
        return self._new.get(step.number, {}).get(name, getattr(step, name))


def _path(step: Step) -> str:
    """The slug of the section to follow when the step fails, if it names one."""
    fail = str(step.settings.get("fail") or "")
    return fail[1:] if fail.startswith("#") else ""
