"""The ladder of a page: the receipt of each rung that was paged, and who comes next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules import alarms as alarm_rules
from incident.rules import ladder as rules
from incident.storage.outbox import Delivery
from incident.storage.pages import LIVE, RINGING, Page

FAILED = ("refused", "not_sent", "exhausted")
DRILL = "this is a drill"
TAKEN_WITHIN = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Stage:
    """One thing that becomes of a page. `state` is done, waiting, late or open (not yet).

    While it is waited for, `since` counts up; it reads `soon` until `allowed` is over.
    """

    words: str
    state: str
    at: datetime | None = None
    since: datetime | None = None
    allowed: timedelta | None = None
    soon: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Rung:
    """One page. `trouble` says in a sentence why it may wake nobody; `held` counts the pages
    that went out with it; `is_known` is whether PagerDuty's incident for it is known; `owing`
    are those who must still answer."""

    page_id: int
    target: str
    state: str
    stages: tuple[Stage, ...]
    trouble: str = ""
    held: int = 0
    is_known: bool = False
    owing: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def reason(self) -> str:
        """The trouble without its heading in capitals."""
        heading, _, rest = self.trouble.partition(": ")
        words = rest if heading.isupper() and rest else self.trouble
        return alarm_rules.told(words)


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs so far, the newest last. `ahead` are the targets that follow, one after the
    other, the first of them at `due_at` unless somebody answers."""

    rungs: tuple[Rung, ...]
    ahead: tuple[str, ...] = ()
    due_at: datetime | None = None

    @property
    def newest(self) -> Rung:
        return self.rungs[-1]

    @property
    def following(self) -> tuple[str, ...]:
        """Who or what comes next, as a person says it; nobody when nothing happens by itself."""
        return (*self.ahead, "the telephones") if self.due_at is not None else ()


def ladders(
    pages: Sequence[Page], deliveries: Mapping[int | None, Delivery], backups: Mapping[str, str]
) -> Iterator[tuple[Page, Ladder]]:
    """Each ladder with its newest page, oldest first. `backups` is every target's."""
    by_cause: dict[str, list[Page]] = {}
    for page in pages:
        by_cause.setdefault(rules.base_of(page.cause), []).append(page)
    for asked in by_cause.values():
        climbed = rules.since_start(asked)
        yield climbed[-1], _ladder(climbed, deliveries, backups)


def _ladder(
    climbed: Sequence[Page],
    deliveries: Mapping[int | None, Delivery],
    backups: Mapping[str, str],
) -> Ladder:
    newest = climbed[-1]
    after = [*climbed[1:], None]
    rungs = (_rung(p, deliveries.get(p.id), then) for p, then in zip(climbed, after, strict=True))
    waiting = newest.state in LIVE and newest.ack_due_at is not None
    ahead = rules.ahead(climbed, backups) if waiting else ()
    return Ladder(tuple(rungs), ahead, newest.ack_due_at if waiting else None)


def _rung(page: Page, delivery: Delivery | None, then: Page | None) -> Rung:
    return Rung(
        page_id=page.id,
        target=page.target,
        state=page.state,
        stages=tuple(_stages(page, delivery, then)),
        trouble=_trouble(page),
        held=page.held,
        is_known=page.pagerduty_id is not None,
        owing=rules.owing(page.everyone, page.answers) if page.state in RINGING else (),
    )


def _trouble(page: Page) -> str:
    """What must be read at once. Once somebody has it, nothing must."""
    if page.state in FAILED and page.reason != DRILL:
        return page.alarm or (page.reason or "every rung has been tried")
    return page.alarm if page.state in LIVE else ""


def _stages(page: Page, delivery: Delivery | None, then: Page | None) -> Iterator[Stage]:
    yield Stage("Asked for", "done", page.promised_at)
    if page.reason == DRILL:
        yield Stage("DRILL, so nobody was paged", "open")
        return
    if page.state in ("refused", "not_sent"):
        words = "PagerDuty refused it" if page.state == "refused" else "Not sent"
        yield Stage(words, "late", page.ended_at)
        return
    yield from _delivered(page, delivery)
    yield from _answered(page, then)


def _delivered(page: Page, delivery: Delivery | None) -> Iterator[Stage]:
    """What PagerDuty did with it, as far as it told us. The first thing that is late is red."""
    live = page.state in LIVE
    pending = "late" if page.alarm else "waiting"
    if page.accepted_at is not None:
        yield Stage("PagerDuty took it", "done", page.accepted_at)
    elif live:
        yield _untaken(page, delivery, pending)
        return
    if page.seen_at is not None:
        yield Stage("Incident opened", "done", page.seen_at, href=page.pagerduty_url or "")
    elif live and page.notified_at is None:
        yield Stage("nothing heard yet", pending)
        return
    if page.notified_at is not None:
        yield Stage(f"{page.notified_whom or 'Somebody'} notified", "done", page.notified_at)
    elif live:
        yield Stage("nobody notified yet", pending)


def _untaken(page: Page, delivery: Delivery | None, state: str) -> Stage:
    tries = delivery.attempts if delivery is not None and delivery.last_error else 0
    return Stage(
        "PagerDuty has not taken it yet" + (f", {tries} tries" if tries > 1 else ""),
        state,
        since=page.promised_at,
        allowed=TAKEN_WITHIN,
        soon="" if tries > 1 or state == "late" else "Handing it to PagerDuty",
    )


def _answered(page: Page, then: Page | None) -> Iterator[Stage]:
    for answer in page.answers if page.everyone else ():
        yield Stage(f"{answer['name']} answered", "done", _moment(answer.get("at")))
    if page.state == "acknowledged":
        yield Stage(f"{page.acknowledged_by or 'Somebody'} has it", "done", page.acknowledged_at)
    elif page.state in LIVE and then is not None:
        in_time = page.ack_due_at is None or then.promised_at < page.ack_due_at
        yield Stage("no answer" if in_time else "no answer in time", "late", then.promised_at)
    elif page.state in LIVE:
        yield Stage("no answer yet" if not page.answers else "not everybody yet", "waiting")
    elif page.state == "exhausted":
        words = "nothing was done" if alarm_rules.is_asleep(page.alarm) else "nobody answered"
        yield Stage(words, "late", page.ended_at or page.ack_due_at)
    elif page.ended_at is not None:
        yield Stage("held back" if page.held_by_id else "called off", "open", page.ended_at)


def _moment(written: object) -> datetime | None:
    return datetime.fromisoformat(str(written)) if written else None
