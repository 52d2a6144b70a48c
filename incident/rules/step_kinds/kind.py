"""What makes one kind of step different from a plain tick box."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from incident.rules.outcome import Notice


class Step(Protocol):
    """A step as the rules see it: a row satisfies it, and so does a dataclass in a test."""

    number: int
    position: int
    kind: str
    title: str
    state: str
    section_slug: str
    parent: int | None
    branch: str | None
    value: str | None
    settled_by: str | None
    settled_at: datetime | None
    reached_at: datetime | None
    outcome_seq: int

    @property
    def settings(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Scene:
    """The incident around a step, as far as a message about it needs to know."""

    key: str
    title: str
    severity: str = "unset"

    def path_to(self, step: Step) -> str:
        """The address of the step, below the public address of the desk."""
        return f"/incidents/{self.key}#step-{step.number}"


def _nothing(_step: Step, _scene: Scene) -> tuple[Notice, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """`sends` means that reaching it sends something, and that it then waits for an answer."""

    name: str
    sends: bool = False
    holds_later_steps: bool = False
    is_answered: bool = False
    when_reached: Callable[[Step, Scene], tuple[Notice, ...]] = _nothing
