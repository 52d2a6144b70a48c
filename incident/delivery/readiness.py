"""Whether the desk can do what it promises: written to, sending, and not behind."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from incident.rules import slack_health
from incident.rules.slack_health import DEGRADED, SLACK, SOCKET
from incident.services.proofs import EVERY, PROVER
from incident.storage import outbox, proofs, signals, slack_rules, workers
from incident.storage.db import reading, transaction
from incident.storage.installs import Install
from incident.storage.proofs import ROUND, Proof

BEAT_WITHIN = timedelta(seconds=15)
PAGE_WITHIN = timedelta(seconds=30)
PROVED_WITHIN = 3 * EVERY
JUMP_FOR = timedelta(hours=1)
CLOCKS_APART = timedelta(seconds=30)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """`problems` are sentences; ready means that there are none. `warnings` leave it ready."""

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    last_beat_at: datetime | None = None
    oldest_page_at: datetime | None = None

    @property
    def ready(self) -> bool:
        return not self.problems


def look(process_now: datetime) -> Readiness:
    """Cheap enough to be asked once a second: eight short questions, and a write of nothing."""
    try:
        _write_nothing()
        with reading() as session:
            return _ask(session, process_now)
    except (DBAPIError, PoolTimeout) as error:
        log.error("not ready: %s", error)
        return Readiness(problems=("The database cannot be written.",))


class _Undone(Exception):
    """The probe has written, and takes it back."""


def _write_nothing() -> None:
    """A write that changes no row: a database that only reads refuses even that."""
    try:
        with transaction() as session:
            session.execute(update(Install).where(Install.id < 0).values(code=Install.code))
            raise _Undone
    except _Undone:
        return


def _ask(session: Session, process_now: datetime) -> Readiness:
    """Signs of life are dated by the database's clock where it has one, so they are read by it."""
    now = outbox.database_now(session, process_now)
    of_slack = proofs.of_subject(session, SLACK)
    beat, waiting = workers.last_beat(session), outbox.oldest_due_page(session)
    return Readiness(
        problems=(
            *_silence(beat, now),
            *_lateness("A page", waiting, "sent", process_now),
            *_lateness("A message", signals.oldest_unread(session), "read", process_now),
            *_trust(proofs.find(session, PROVER, ROUND), process_now),
        ),
        warnings=(
            *_unsteadiness(workers.last_jump(session), process_now),
            *_difference(process_now, now),
            *_deafness(of_slack),
            *slack_health.deaf(slack_rules.armed(session), of_slack, at=process_now),
        ),
        last_beat_at=beat,
        oldest_page_at=waiting,
    )


def _silence(beat: datetime | None, now: datetime) -> tuple[str, ...]:
    """A sign of life from the future is none: it is from before the clock was set back."""
    if beat is None:
        return ("No worker has given a sign of life: nothing is sent.",)
    if abs(now - beat) <= BEAT_WITHIN:
        return ()
    silent = _seconds(abs(now - beat))
    return (f"The worker has been silent for {silent}: it has ended, or part of it is stuck.",)


def _lateness(what: str, waiting: datetime | None, done: str, now: datetime) -> tuple[str, ...]:
    if waiting is None or now - waiting <= PAGE_WITHIN:
        return ()
    return (f"{what} has been waiting for {_seconds(now - waiting)} to be {done}.",)


def _trust(last_round: Proof | None, now: datetime) -> tuple[str, ...]:
    """Where nothing was ever proven, nothing claims to be."""
    if last_round is None or abs(now - last_round.checked_at) <= PROVED_WITHIN:
        return ()
    since = _seconds(abs(now - last_round.checked_at))
    return (f"The path to the pager has not been checked for {since}.",)


def _unsteadiness(jump: tuple[datetime, int] | None, now: datetime) -> tuple[str, ...]:
    if jump is None or abs(now - jump[0]) > JUMP_FOR:
        return ()
    way = "forward" if jump[1] > 0 else "back"
    length = _seconds(timedelta(seconds=abs(jump[1])))
    return (f"The clock of the worker's machine was set {way} by {length}: check it.",)


def _difference(process_now: datetime, database_now: datetime) -> tuple[str, ...]:
    """Timers go by the clocks of processes, claims by the database's, if it has one."""
    apart = abs(process_now - database_now)
    if apart <= CLOCKS_APART:
        return ()
    return (
        f"The clocks of this process and of the database differ by {_seconds(apart)}: pages may "
        "climb early or late. Set them right.",
    )


def _deafness(found: Sequence[Proof]) -> tuple[str, ...]:
    """Without Slack the desk does what it promises, but people should know."""
    return tuple(row.sentence for row in found if row.name in (SOCKET, DEGRADED) and not row.ok)


def _seconds(elapsed: timedelta) -> str:
    return f"{int(elapsed.total_seconds())} seconds"
