"""One step, as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from incident.rules.progress import SETTLED, UNTOUCHED, Progress
from incident.storage.steps import Step
from incident.web.screens.messages import Message


@dataclass(frozen=True, slots=True)
class Claim:
    """Who is on a step, since when, and when they last gave a sign of it."""

    by: str
    since: datetime
    active_at: datetime


@dataclass(frozen=True, slots=True)
class StepView:
    """Everything about a step that any viewer may see. Equal views are drawn once. The claim is no
    part of its version: it never takes a step away from under the fingers."""

    number: int
    kind: str
    title: str
    body: str
    section: str
    depth: int
    state: str
    inactive: bool
    promise: str
    marks: tuple[str, ...]
    docs: str
    value: str
    reason: str
    settled_by: str
    settled_at: datetime | None
    reached_at: datetime | None
    claim: Claim | None = field(default=None, repr=False)
    message: Message | None = None

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    @property
    def untouched(self) -> bool:
        return self.state in UNTOUCHED


def view(step: Step, progress: Progress, message: Message | None = None) -> StepView:
    return StepView(
        number=step.number,
        kind=step.kind,
        title=step.title,
        body=step.body,
        section=step.section,
        depth=step.depth,
        state=step.state,
        inactive=not progress.is_active(step),
        promise=promise(step.kind, step.settings),
        marks=marks(step.settings),
        docs=str(step.settings.get("docs") or ""),
        value=step.value or "",
        reason=step.reason or "",
        settled_by=step.settled_by or "",
        settled_at=step.settled_at,
        reached_at=step.reached_at,
        claim=_claim(step),
        message=message,
    )


def _claim(step: Step) -> Claim | None:
    if not (step.claimed_by and step.claimed_at and step.claim_active_at):
        return None
    return Claim(step.claimed_by, step.claimed_at, step.claim_active_at)


def promise(kind: str, settings: Mapping[str, Any]) -> str:
    """What reaching or completing the step will do, for whoever reads ahead."""
    if kind == "page":
        return f"pages {settings.get('target', '')} when reached{_rung(settings)}"
    if kind == "post":
        return f"posts to {settings.get('channel', '')} when reached"
    if kind == "hold":
        return "nothing passes until this is done"
    if kind == "decide":
        return " / ".join(str(c) for c in settings.get("choices") or ("yes", "no"))
    if settings.get("expect"):
        return f"asks for a value ({settings['expect']})"
    return ""


def marks(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """What else is said about the step, each in a word or two."""
    said = []
    if settings.get("killer"):
        said.append("killer")
    if settings.get("role"):
        said.append(f"for {settings['role']}")
    if settings.get("optional"):
        said.append("optional")
    if settings.get("written_kind"):
        said.append(f"{settings['written_kind']}: not automatic, do it by hand")
    return tuple(said)


def _rung(settings: Mapping[str, Any]) -> str:
    then, seconds = settings.get("then"), settings.get("ack")
    if not then:
        return ""
    wait = f"after {int(seconds) // 60} min" if seconds else "answers"
    return f"; nobody {wait}: pages {then}"
