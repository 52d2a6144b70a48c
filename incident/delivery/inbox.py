"""What comes in is kept before it is read, and is never lost by being hard to read."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.delivery.net import Net
from incident.services import signals, webhooks
from incident.storage import signals as rows
from incident.storage.db import reading, transaction
from incident.storage.failpoints import failpoint
from incident.storage.signals import Signal

READ: Mapping[str, Callable[[Session, Signal, datetime], None]] = {
    signals.SLACK: signals.read,
    webhooks.PAGERDUTY: webhooks.read,
}


def receive(body: bytes, payload: Mapping[str, Any] | None, *, at: datetime) -> None:
    """Keep it and act on it in one transaction. Whoever sent it may be answered after this.

    If acting fails, it is kept all the same, and `read_waiting` tries again.
    """
    with transaction() as session:
        kept = signals.keep(session, body, payload, at=at)
        if kept is not None:
            failpoint("signal-kept")
            _read(session, kept, at)
    failpoint("signal-committed")


def receive_from_pagerduty(session: Session, body: bytes, webhook_id: str, *, at: datetime) -> None:
    """The same for a webhook, in the caller's transaction."""
    kept = webhooks.keep(session, body, webhook_id, at=at)
    if kept is not None:
        failpoint("signal-kept")
        _read(session, kept, at)


def read_waiting(at: datetime) -> int:
    """Read what was kept but not read. Says how many there were."""
    with reading() as session:
        if not rows.any_waiting(session):
            return 0
    with transaction() as session:
        waiting = rows.waiting(session)
        for signal in waiting:
            _read(session, signal, at)
    return len(waiting)


def _read(session: Session, signal: Signal, at: datetime) -> None:
    """What goes wrong here undoes the acting, not the keeping."""
    with Net(f"reading signal {signal.id}") as net, session.begin_nested():
        READ[signal.integration](session, signal, at)
    if net.caught is None:
        _follow_up(session, signal, at)
        return
    signals.give_up(session, signal, f"reading it failed ({type(net.caught).__name__})")
    if signal.state == "failed" and signal.integration == signals.SLACK:
        with Net(f"paging for signal {signal.id}"), session.begin_nested():
            signals.rescue(session, signal, at)
        with Net(f"the receipt of signal {signal.id}"), session.begin_nested():
            signals.answer_rescued(session, signal, at)


def _follow_up(session: Session, signal: Signal, at: datetime) -> None:
    """Beside what was read: failing here changes nothing of it."""
    if signal.integration == signals.SLACK:
        with Net(f"what follows signal {signal.id}"), session.begin_nested():
            signals.follow_up(session, signal, at)
