"""Five bugs of the kind that lose pages, to plant in a process: trials must catch every one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from incident.delivery import jumps
from incident.delivery.lane import Lane
from incident.integrations.notifier import Delivered
from incident.services import deliveries, record
from incident.services.deliveries import Ready
from incident.storage import claims, db, outbox


def plant(name: str) -> None:
    BUGS[name]()


def mark_before_send() -> None:
    """It is written down as sent before it is sent."""

    def deliver(self: Lane, claimed: Any, sender: Any) -> None:
        with db.reading() as session:
            found = deliveries.guard(session, claimed, public_url="", at=self._clock())
        self._settle(claimed, Delivered())
        if isinstance(found, Ready):
            sender.send(found)

    Lane.deliver = deliver  # type: ignore[method-assign]


def promise_outside_the_transaction() -> None:
    """The outbox row follows in a transaction of its own, after the one that needed it."""
    promise, transaction = record._promise, db.transaction

    def later(session: Any, *args: Any, **named: Any) -> None:
        session.info.setdefault("later", []).append((args, named))

    @contextmanager
    def in_two() -> Iterator[Any]:
        with transaction() as session:
            yield session
        if session.info.get("later"):
            with transaction() as second:
                for (incident, *rest), named in session.info["later"]:
                    promise(second, second.merge(incident), *rest, **named)

    record._promise = later  # type: ignore[assignment]
    _replace_everywhere(transaction, in_two)


def never_reclaim() -> None:
    """A claim whose worker died is nobody's again."""
    next_due = claims._next_due

    def only_due(*args: Any) -> Any:
        return next_due(*args).where(outbox.Delivery.state == "due")

    claims._next_due = only_due


def new_key_per_attempt() -> None:
    """Every attempt has a dedup_key of its own, so a second attempt is a second page."""
    message = deliveries.message_of

    def with_attempt(*args: Any, **named: Any) -> Any:
        made = message(*args, **named)
        return replace(made, dedup_key=f"{made.dedup_key}/{made.attempt}")

    deliveries.message_of = with_attempt


def blind_to_the_clock() -> None:
    """Nobody notices that the clock of the machine was set."""
    jumps.NOTABLE = timedelta(days=10_000)


BUGS: dict[str, Callable[[], None]] = {
    "mark-before-send": mark_before_send,
    "promise-outside-the-transaction": promise_outside_the_transaction,
    "never-reclaim": never_reclaim,
    "new-key-per-attempt": new_key_per_attempt,
    "blind-to-the-clock": blind_to_the_clock,
}


def _replace_everywhere(old: object, new: object) -> None:
    """In every module that has imported it by name."""
    import sys

    for module in list(sys.modules.values()):
        if getattr(module, "transaction", None) is old:
            module.transaction = new  # type: ignore[attr-defined]
