"""Where what was done differs from what was written: what the checklist can learn from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from incident.rules import spoken
from incident.rules.permissions import DESK
from incident.rules.progress import SETTLED, Progress, StepState
from incident.rules.retros.facts import Facts, Line
from incident.rules.retros.rows import Run, Step
from incident.rules.step_kinds import KINDS

SET_ASIDE = {
    "overridden": "Overridden",
    "not_applicable": "Not applicable",
    "failed": "Failed",
}
MANY = 3
UNSENT = ("page_not_sent", "page_refused", "post_not_sent", "post_refused")

History = Mapping[int, Sequence[Line]]


@dataclass(frozen=True, slots=True)
class Deviation:
    """`step` is None for what no checklist asked for. `slug` is the checklist's."""

    kind: str
    title: str
    what: str
    step: int | None = None
    slug: str = ""


def deviations(facts: Facts) -> tuple[Deviation, ...]:
    """Step by step, then what was done beside the checklists."""
    linked = [
        replace(found, title=f"{other.incident.key}: {found.title}", step=None)
        for other in facts.linked
        for found in _of_checklists(other)
    ]
    return (*_of_checklists(facts), *linked, *_beside(facts))


def _of_checklists(facts: Facts) -> list[Deviation]:
    history = _by_step(facts.lines)
    found = [
        deviation
        for run in facts.runs
        for deviation in _of_run(
            run, [s for s in facts.steps if s.run_id == run.id], history, over=facts.over
        )
    ]
    return sorted(found, key=lambda d: (d.step is None, d.step or 0))


def _by_step(lines: Sequence[Line]) -> History:
    found: dict[int, list[Line]] = {}
    for line in lines:
        if line.step is not None:
            found.setdefault(line.step, []).append(line)
    return found


def _of_run(
    run: Run, steps: Sequence[Step], history: History, *, over: bool
) -> Iterator[Deviation]:
    ordered = sorted(steps, key=lambda step: step.position)
    for step in ordered:
        for kind, what in _of_step(step, history.get(step.number, ())):
            yield Deviation(kind, step.title, what, step.number, run.slug)
    for step, skipped in _out_of_order(ordered, history):
        yield Deviation(
            "out_of_order", step.title, f"Done before {_numbered(skipped)}", step.number, run.slug
        )
    if run.state == "abandoned":
        yield Deviation("abandoned", run.title, "Given up before its end", slug=run.slug)
    elif over:
        progress = Progress(steps)
        left = [s for s in ordered if s.state not in SETTLED and progress.is_active(s)]
        yield from _left_undone(run, left)


def _of_step(step: Step, lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    reason = f": {step.reason}" if step.reason else ""
    if step.state in SET_ASIDE:
        yield step.state, f"{SET_ASIDE[step.state]} by {step.settled_by}{reason}"
    if step.state == StepState.DEFERRED:
        yield "deferred", f"Deferred by {step.settled_by}, still owed{reason}"
    for line in lines:
        said = _of_line(step, line)
        if said is not None:
            yield said
    late = _too_long(step)
    if late:
        yield "too_long", late


def _of_line(step: Step, line: Line) -> tuple[str, str] | None:
    if line.kind == "step_deferred" and step.state == StepState.DONE and step.settled_at:
        took = spoken.length(step.settled_at - line.at)
        return "deferred", f"Deferred by {line.actor}, done {took} later"
    if line.kind == "step_answered" and line.data.get("before"):
        was, became = line.data["before"], line.data.get("value")
        return "answered_again", f"Answered “{was}”, later “{became}”"
    if line.kind == "step_reopened":
        return "reopened", f"Reopened by {line.actor}"
    if line.kind in UNSENT:
        return "not_sent", line.text
    return None


def _too_long(step: Step) -> str:
    """`30 min, allowed 10 min`, or nothing."""
    allowed, since = step.settings.get("within"), step.current_since or step.reached_at
    if not allowed or since is None or step.settled_at is None or step.state != StepState.DONE:
        return ""
    took = step.settled_at - since
    if took.total_seconds() <= float(allowed):
        return ""
    return f"{spoken.length(took)}, allowed {spoken.length(timedelta(seconds=float(allowed)))}"


def _out_of_order(ordered: Sequence[Step], history: History) -> Iterator[tuple[Step, list[Step]]]:
    """Steps done by hand before some that stand above them and were done only once."""
    once = [s for s in ordered if _is_done_once(s, history.get(s.number, ()))]
    for place, step in enumerate(once):
        skipped = [above for above in once[:place] if _settled(above) > _settled(step)]
        if skipped:
            yield step, skipped


def _is_done_once(step: Step, lines: Sequence[Line]) -> bool:
    """Done by a person, and neither put off nor taken back before."""
    if step.state != StepState.DONE or KINDS[step.kind].sends or step.settled_by == DESK.name:
        return False
    return not any(
        line.kind in ("step_deferred", "step_reopened") or line.data.get("before") for line in lines
    )


def _settled(step: Step) -> datetime:
    if step.settled_at is None:
        raise ValueError(f"Step {step.number} is done, but nobody knows when.")
    return step.settled_at


def _left_undone(run: Run, left: Sequence[Step]) -> Iterator[Deviation]:
    if len(left) > MANY:
        yield Deviation("undone", run.title, f"Never done: {_numbered(left)}", slug=run.slug)
        return
    for step in left:
        what = "Never answered" if step.state == StepState.WAITING else "Never done"
        yield Deviation("undone", step.title, what, step.number, run.slug)


def _beside(facts: Facts) -> Iterator[Deviation]:
    """Nobody wrote these down beforehand: the checklist may be missing a step."""
    for page in facts.pages:
        if page.step is None:
            yield Deviation("missing", f"Page {page.target}", _missing(page.requested_by, "paged"))
    for effect in facts.effects:
        if effect.step is None:
            yield Deviation("missing", effect.text, _missing(effect.began_by, "put in force"))


def _missing(who: str, did: str) -> str:
    return f"Missing from the checklist: {did} by hand by {who}"


def _numbered(steps: Sequence[Step]) -> str:
    numbers = [str(step.number) for step in steps]
    if len(numbers) == 1:
        return f"step {numbers[0]}"
    return f"steps {', '.join(numbers[:-1])} and {numbers[-1]}"
