"""What comes in is kept before it is read, and is never lost by being hard to read.

Slack is answered when its event is kept, and does not wait for what follows from it: where a
`READER` is on duty it reads a moment later, and an inbox keeper whatever it does not come to.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from incident.delivery.net import Net
from incident.delivery.reader import Reader
from incident.services import signals, webhooks
from incident.storage import signals as rows
from incident.storage.db import reading, transaction
from incident.storage.failpoints import failpoint
from incident.storage.signals import Signal

log = logging.getLogger(__name__)

READ: Mapping[str, Callable[[Session, Signal, datetime], None]] = {
    signals.SLACK: signals.read,
    webhooks.PAGERDUTY: webhooks.read,
}


def receive(
    body: bytes, payload: Mapping[str, Any] | None, *, at: datetime, at_once: bool = False
) -> None:
    """Keep it. Whoever sent it may be answered after this: it will be acted upon.

    Where nobody waits for an answer (`at_once`), or no `READER` is on duty, that is done here and
    now, in the same transaction.
    """
    later, key = READER.on_duty and not at_once, _name_of(payload)
    with transaction() as session:
        kept = signals.keep(session, body, payload, key=key, at=at)
        if kept is not None:
            failpoint("signal-kept")
        if kept is not None and not later:
            _read(session, kept, at)
    failpoint("signal-committed")
    if kept is not None and later:
        READER.give(kept.id, of=kept.key, at=at)


def receive_from_pagerduty(session: Session, body: bytes, webhook_id: str, *, at: datetime) -> None:
    """The same for a webhook, in the caller's transaction."""
    kept = webhooks.keep(session, body, webhook_id, at=at)
    if kept is not None:
        failpoint("signal-kept")
        _read(session, kept, at)


def read_waiting(at: datetime, *, leave: timedelta = timedelta()) -> int:
    """Read what was kept but not read, oldest first, each in a transaction of its own. What came
    within `leave` is in good hands still. Says how many there were."""
    with reading() as session:
        waiting = rows.waiting(session, leave_since=at - leave, leave_until=at)
    if waiting and leave:
        log.warning("%d messages have waited: nobody came to read them", len(waiting))
    for signal_id in waiting:
        read_one(signal_id, at)
    return len(waiting)


def read_one(signal_id: int, at: datetime) -> None:
    """Read this signal, unless it was read, or somebody is just reading it."""
    with transaction() as session:
        signal = rows.still_waiting(session, signal_id)
        if signal is not None:
            _read(session, signal, at)


READER = Reader(read_one)


def _name_of(payload: Mapping[str, Any] | None) -> str:
    """By it the sweep knows what was told, though it was not read yet."""
    with Net("naming an event"):
        return signals.name_of(payload or {})
    return ""


def _read(session: Session, signal: Signal, at: datetime) -> None:
    """What goes wrong here undoes the acting, not the keeping."""
    with Net(f"reading signal {signal.id}") as net, session.begin_nested():
        READ[signal.integration](session, signal, at)
    if net.caught is None:
        _follow_up(session, signal, at)
        return
    signals.give_up(session, signal, f"reading it failed ({type(net.caught).__name__})")
    if signal.state == "failed" and signal.integration == signals.SLACK:
        with Net(f"paging for signal {signal.id}") as rescue, session.begin_nested():
            signals.rescue(session, signal, at)
        if rescue.caught is not None:
            signals.forget(signal)
        with Net(f"the receipt of signal {signal.id}"), session.begin_nested():
            signals.answer_rescued(session, signal, at)


def _follow_up(session: Session, signal: Signal, at: datetime) -> None:
    """Beside what was read: failing here changes nothing of it."""
    if signal.integration == signals.SLACK:
        with Net(f"what follows signal {signal.id}"), session.begin_nested():
            signals.follow_up(session, signal, at)
