"""What the desk's own watchmen count: a fixed number of questions, however much there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from incident.storage import outbox, slack_figures, timers, workers
from incident.storage.incidents import ENDED, Incident
from incident.storage.outbox import Delivery
from incident.storage.pages import LIVE, Page
from incident.storage.proofs import Proof, TestEvent
from incident.storage.signals import Signal
from incident.storage.slack_figures import SlackFigures

LATELY = timedelta(days=1)
ALIVE = timedelta(seconds=15)

Counts = dict[tuple[str, ...], int]


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it at one moment. Ages are seconds; none means that there is nothing of an age.

    `deliveries` is by integration and state, `incidents` (the open ones) by severity and mode.
    `accept` and `answer` are the seconds that the pages of the last day took.
    """

    deliveries: Counts
    incidents: Counts
    pages: dict[str, int]
    alarms: int
    alarms_standing: int
    oldest_page: float | None
    accept: Sequence[float]
    answer: Sequence[float]
    timers_overdue: int
    oldest_timer: float | None
    workers: int
    beat: float | None
    jumped: int
    signals_failed: int
    oldest_signal: float | None
    proofs_failed: int
    oldest_proof: float | None
    path_heard: float | None
    slack: SlackFigures


def at(session: Session, process_now: datetime) -> Figures:
    now = outbox.database_now(session, process_now)
    accept, answer = _times_of_pages(session, process_now - LATELY)
    overdue, oldest_timer = timers.overdue(session, process_now)
    alarms, standing = _alarms(session)
    failed, oldest_proof = _proofs(session)
    unreadable, unread = _signals(session)
    return Figures(
        deliveries=_counted(session, Delivery.integration, Delivery.state),
        incidents=_open_incidents(session),
        pages=_pages(session),
        alarms=alarms,
        alarms_standing=standing,
        oldest_page=_age(outbox.oldest_due_page(session), process_now),
        accept=accept,
        answer=answer,
        timers_overdue=overdue,
        oldest_timer=_age(oldest_timer, process_now),
        workers=workers.count(session, now - ALIVE),
        beat=_age(workers.last_beat(session), now),
        jumped=_jumped(session, process_now),
        signals_failed=unreadable,
        oldest_signal=_age(unread, process_now),
        proofs_failed=failed,
        oldest_proof=_age(oldest_proof, process_now),
        path_heard=_age(session.scalar(select(func.max(TestEvent.heard_at))), process_now),
        slack=slack_figures.at(session, process_now),
    )


def _counted(session: Session, one: Any, other: Any) -> Counts:
    rows = session.execute(select(one, other, func.count()).group_by(one, other))
    return {(first, second): count for first, second, count in rows}


def _open_incidents(session: Session) -> Counts:
    by = (Incident.severity, Incident.mode)
    query = select(*by, func.count()).where(Incident.status.not_in(ENDED)).group_by(*by)
    return {(severity, mode): count for severity, mode, count in session.execute(query)}


def _pages(session: Session) -> dict[str, int]:
    rows = session.execute(select(Page.state, func.count()).group_by(Page.state))
    return {state: count for state, count in rows}


def _alarms(session: Session) -> tuple[int, int]:
    """How many pages ever raised one, and how many of them still look for somebody."""
    standing = func.count().filter(Page.state.in_(LIVE))
    query = select(func.count(), standing).where(Page.alarm_at.is_not(None))
    ever, now = session.execute(query).one()
    return ever, now


def _times_of_pages(session: Session, since: datetime) -> tuple[list[float], list[float]]:
    query = select(Page.promised_at, Page.accepted_at, Page.acknowledged_at)
    rows = session.execute(query.where(Page.promised_at >= since)).all()
    accept = [_seconds(row.accepted_at - row.promised_at) for row in rows if row.accepted_at]
    answer = [
        _seconds(row.acknowledged_at - row.promised_at) for row in rows if row.acknowledged_at
    ]
    return sorted(accept), sorted(answer)


def _jumped(session: Session, now: datetime) -> int:
    """By how many seconds a clock jumped within the last day."""
    jump = workers.last_jump(session)
    return jump[1] if jump is not None and abs(now - jump[0]) < LATELY else 0


def _signals(session: Session) -> tuple[int, datetime | None]:
    """How many could not be read, and since when the oldest waits to be."""
    rows = session.execute(
        select(Signal.state, func.count(), func.min(Signal.received_at))
        .where(Signal.state.in_(("failed", "new")))
        .group_by(Signal.state)
    )
    found = {state: (count, oldest) for state, count, oldest in rows}
    none = (0, None)
    return found.get("failed", none)[0], found.get("new", none)[1]


def _proofs(session: Session) -> tuple[int, datetime | None]:
    failed = func.count().filter(Proof.ok.is_(False))
    count, oldest = session.execute(select(failed, func.min(Proof.checked_at))).one()
    return count, oldest


def _age(moment: datetime | None, now: datetime) -> float | None:
    return _seconds(now - moment) if moment is not None else None


def _seconds(length: timedelta) -> float:
    """What lies in the future, by a clock that differs, is of no age."""
    return max(length.total_seconds(), 0.0)
