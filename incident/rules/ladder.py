"""The ladder of a page: who comes next, after how long, and when an answer is enough.

The first rung is the target that was asked for, the second what the step names in `then=`. From
there each target's own backup follows, until there is none. Nobody comes twice.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from incident.rules import spoken
from incident.rules.permissions import DESK

ACK_SECONDS: Mapping[str, int | None] = {
    "sev1": 300,
    "sev2": 600,
    "sev3": 1800,
    "sev4": None,
    "unset": 300,
}
SET_ASIDE = ("not_applicable", "overridden", "deferred", "failed")
PAGED = ("page_requested", "page_climbed", "page_repeated")
RUNG = "-rung-"
NOBODY_ACTS = ("worker", "pagerduty")
ONLY_SAID = (
    "report_received",
    "report_joined",
    "report_questioned",
    "report_edited",
    "report_deleted",
    "reply_received",
)


class Rung(Protocol):
    """A page, as far as its place on the ladder goes."""

    target: str
    rung: int
    generation: int
    requested_by: str
    then: str


class Line(Protocol):
    """A line of the timeline."""

    kind: str
    actor: str
    source: str


AnyRung = TypeVar("AnyRung", bound=Rung)


def ack_seconds(severity: str, asked: int | None = None) -> int | None:
    """How long a page may stay unanswered before the next one is paged. None: for ever."""
    return asked or ACK_SECONDS.get(severity, ACK_SECONDS["unset"])


def base_of(cause: str) -> str:
    """The cause of the first rung: every page of a ladder shares it."""
    return cause.partition(RUNG)[0]


def cause_of(cause: str, rung: int) -> str:
    """`step-7`, and for its second rung `step-7-rung-2`."""
    return base_of(cause) if rung == 1 else f"{base_of(cause)}{RUNG}{rung}"


def since_start(pages: Sequence[AnyRung]) -> list[AnyRung]:
    """Of all pages of one cause, oldest first: those since somebody last asked for the first rung.

    What the desk repeats, because an answer went stale, begins no new ladder.
    """
    begun = [number for number, page in enumerate(pages) if _begins(page)]
    return list(pages[begun[-1] :]) if begun else list(pages)


def ahead(climbed: Sequence[Rung], backups: Mapping[str, str]) -> tuple[str, ...]:
    """The targets still to come after the pages of this ladder, without those tried before."""
    if not climbed:
        return ()
    newest, passed = climbed[-1], list[str]()
    following = newest.then or backups.get(newest.target, "")
    while following and following not in passed:
        passed.append(following)
        following = backups.get(following, "")
    tried = {page.target for page in climbed}
    return tuple(name for name in passed if name not in tried)


def is_repeat(climbed: Sequence[Rung]) -> bool:
    """Whether the newest page of this ladder pages the same people a second time."""
    return any(page.target == climbed[-1].target for page in climbed[:-1])


def everyone(
    all_of_them: bool,
    on_call: Iterable[Mapping[str, Any]],
    phones: Iterable[Mapping[str, Any]],
) -> list[str]:
    """Who all must answer: whoever is on call, else whoever stands on the telephone list."""
    if not all_of_them:
        return []
    return _names(on_call) or _names(phones)


def owing(names: Iterable[str], answers: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Who of these has not answered yet. Nobody has to, once anybody will do."""
    answered = _answered(answers)
    return tuple(name for name in names if _folded(name) not in answered)


def has_answered(who: str, answers: Iterable[Mapping[str, Any]]) -> bool:
    return _folded(who) in _answered(answers)


def joined(names: Sequence[str]) -> str:
    """`Maya`, `Maya and Tom`, `Maya, Tom and Ada`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def acts(line: Line, holders: Collection[str]) -> bool:
    """Whether this line proves that somebody is at work. A cry for help does not, unless it
    comes from one of those who said that they have it."""
    if line.source in NOBODY_ACTS or line.actor == DESK.name:
        return False
    return line.kind not in ONLY_SAID or line.actor in holders


def is_overdue(owed_at: datetime, at: datetime, stale_seconds: int) -> bool:
    """Whether it comes so late that a person should be asked before anybody is woken."""
    return at - owed_at > timedelta(seconds=stale_seconds)


def unanswered(target: str, seconds: int | None, missing: Sequence[str] = ()) -> str:
    """`Nobody answered primary in 5 min`, or `Tom has not answered in 5 min`."""
    within = f" in {_length(seconds)}" if seconds else ""
    if not missing:
        return f"Nobody answered {target}{within}"
    return f"{joined(missing)} {'has' if len(missing) == 1 else 'have'} not answered{within}"


def _length(seconds: int) -> str:
    return f"{seconds} s" if seconds % 60 else spoken.length(timedelta(seconds=seconds))


def _begins(page: Rung) -> bool:
    is_repeated = page.generation > 1 and page.requested_by == DESK.name
    return page.rung == 1 and not is_repeated


def _names(people: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(str(p["name"]) for p in people if p.get("name")))


def _answered(answers: Iterable[Mapping[str, Any]]) -> set[str]:
    """By the names that they have here, and by those that they have in PagerDuty."""
    names = (answer.get(known) for answer in answers for known in ("name", "as"))
    return {_folded(str(name)) for name in names if name}


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
