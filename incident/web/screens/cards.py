"""The step in hand: what it asks for, and what pressing its button will do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incident.rules import step_claims
from incident.rules import steps as rules
from incident.rules.progress import SETTLED, Progress
from incident.rules.step_kinds import KINDS
from incident.rules.step_kinds.kind import Scene
from incident.rules.step_kinds.kind import Step as AnyStep
from incident.storage.overviews import Overview
from incident.storage.steps import Step
from incident.web.screens.messages import Message
from incident.web.screens.steps import StepView, view

NUMERIC = ("<", ">", "=")


@dataclass(frozen=True, slots=True)
class Card:
    """One per run. `press` is what the button says, `wakes` are the targets it would page."""

    step: StepView
    press: str
    wakes: tuple[str, ...] = ()
    expect: str = ""
    numeric: bool = False
    choices: tuple[str, ...] = ()
    effect: str = ""
    undo: str = ""
    since: datetime | None = None
    allowed: timedelta | None = None
    waits_for: tuple[tuple[int, str], ...] = ()
    needs_lead: bool = False
    may_defer: bool = True
    is_current: bool = True
    may_claim: bool = False
    stale: timedelta = step_claims.STALE

    @property
    def blocked(self) -> bool:
        return bool(self.waits_for)


def in_hand(found: Overview, said: Mapping[int, Message], *, focus: int | None) -> tuple[Card, ...]:
    """The step asked for, and in every other run that is followed the current one."""
    row = found.incident
    scene = Scene(key=row.key, title=row.title, severity=row.severity)
    drawn = []
    for run, steps in found.runs:
        step = _chosen(steps, focus) if run.state != "abandoned" else None
        if step is None:
            continue
        progress = Progress(steps)
        follows = _sent(rules.what_follows(step, steps, scene, at=row.created_at), row.open)
        shown = view(step, progress, said.get(step.number))
        drawn.append(card(step, shown, progress, follows=follows))
    return tuple(sorted(drawn, key=lambda one: one.step.number != focus))


def card(step: Step, shown: StepView, progress: Progress, *, follows: Sequence[AnyStep]) -> Card:
    """`follows` are the steps that would be reached, and would send, once this one is done."""
    settings = step.settings
    kind = KINDS[step.kind]
    expect = str(settings.get("expect") or "")
    choices = tuple(str(c) for c in settings.get("choices") or ("yes", "no"))
    waits_for = progress.unsettled_above(step) if kind.holds_later_steps else []
    within = settings.get("within")
    return Card(
        step=shown,
        press=press(follows),
        wakes=tuple(str(s.settings.get("target", "")) for s in follows if s.kind == "page"),
        expect=expect,
        numeric=_is_numeric(expect),
        choices=choices if kind.is_answered else (),
        effect=str(settings.get("effect") or ""),
        undo=str(settings.get("undo") or ""),
        since=step.current_since,
        allowed=timedelta(seconds=within) if within else None,
        waits_for=tuple((s.number, s.title) for s in waits_for),
        needs_lead=kind.holds_later_steps or bool(settings.get("killer")),
        may_defer=not kind.holds_later_steps,
        is_current=step.state == "current",
        may_claim=step_claims.is_offered(step, progress) and not waits_for,
    )


def press(follows: Sequence[AnyStep]) -> str:
    """What the button says, so that nobody sends anything by surprise."""
    if not follows:
        return "Done"
    return "Done, then " + " and ".join(_sending(s.kind, s.settings) for s in follows)


def _sent(follows: Sequence[AnyStep], is_open: bool) -> list[AnyStep]:
    """An incident that is over pages nobody any more."""
    return [step for step in follows if is_open or step.kind != "page"]


def _chosen(steps: Sequence[Step], focus: int | None) -> Step | None:
    """A settled step is only taken in hand again where there is something to do about it."""
    asked = next((step for step in steps if step.number == focus), None)
    if asked is not None and (
        asked.state not in SETTLED or asked.state == "deferred" or KINDS[asked.kind].is_answered
    ):
        return asked
    return next((step for step in steps if step.state == "current"), None)


def _sending(kind: str, settings: Mapping[str, Any]) -> str:
    if kind == "page":
        return f"page {settings.get('target', '')}"
    return f"post to {settings.get('channel', '')}"


def _is_numeric(expect: str) -> bool:
    return bool(expect) and (expect.startswith(NUMERIC) or expect[0].isdigit() or expect[0] == "-")
