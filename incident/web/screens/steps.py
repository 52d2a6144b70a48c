"""One step, as a page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from incident.rules.progress import SETTLED, UNTOUCHED, Progress
from incident.rules.step_kinds import KINDS
from incident.storage.steps import Step
from incident.web.screens.messages import Message

NUMERIC = ("<", ">", "=")


@dataclass(frozen=True, slots=True)
class StepView:
    """Everything about a step that any viewer may see. Equal views are drawn once."""

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
    changed_seq: int
    message: Message | None = None

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    @property
    def untouched(self) -> bool:
        return self.state in UNTOUCHED

    @property
    def version(self) -> str:
        """Changes when anything that is drawn changes: the screen leaves alone what is the same."""
        return f"{crc32(repr(self).encode()):x}"


@dataclass(frozen=True, slots=True)
class Card:
    """The step in hand, with what it asks for and what pressing the button will do."""

    step: StepView
    press: str
    sends: bool = False
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

    @property
    def blocked(self) -> bool:
        return bool(self.waits_for)

    @property
    def version(self) -> str:
        return f"{crc32(repr(self).encode()):x}"


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
        changed_seq=step.changed_seq,
        message=message,
    )


def card(step: Step, shown: StepView, progress: Progress, *, follows: list[Step]) -> Card:
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
        sends=bool(follows),
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
    )


def press(follows: list[Step]) -> str:
    """What the button says, so that nobody sends anything by surprise."""
    if not follows:
        return "Done"
    return "Done, then " + " and ".join(_sending(s.kind, s.settings) for s in follows)


def promise(kind: str, settings: Mapping[str, Any]) -> str:
    """What reaching or completing the step will do, for whoever reads ahead."""
    if kind == "page":
        return " ".join(
            filter(None, (f"pages {settings.get('target', '')} when reached", _rung(settings)))
        )
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


def _sending(kind: str, settings: Mapping[str, Any]) -> str:
    if kind == "page":
        return f"page {settings.get('target', '')}"
    return f"post to {settings.get('channel', '')}"


def _rung(settings: Mapping[str, Any]) -> str:
    then, seconds = settings.get("then"), settings.get("ack")
    if not then or not seconds:
        return ""
    return f", then {then} after {int(seconds) // 60} min"


def _is_numeric(expect: str) -> bool:
    return bool(expect) and (expect.startswith(NUMERIC) or expect[0].isdigit() or expect[0] == "-")
