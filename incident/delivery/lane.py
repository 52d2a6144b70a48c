"""The deliveries of one integration: a slow vendor holds up nobody else's."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import SystemRandom
from threading import Event, Lock, Thread

from incident.delivery.jumps import Watched
from incident.delivery.net import Net
from incident.delivery.sender import Sender
from incident.integrations.notifier import Notifier, Result, TryAgain
from incident.services import deliveries
from incident.services.connections import Given
from incident.services.deliveries import Claimed, Ready
from incident.services.messages import Late, Moot
from incident.storage import claims, outbox, watch
from incident.storage.db import reading, transaction
from incident.storage.failpoints import failpoint

POLL = timedelta(seconds=1)
PAUSE = 0.3

_chance = SystemRandom()


def deliver_one(
    notifier: Notifier,
    *,
    integration: str,
    owner: str,
    clock: Callable[[], datetime],
    public_url: str = "",
) -> bool:
    """Claim one, look again, send it, settle it. Says whether there was one."""
    lane = Lane(integration, lambda: notifier, owner=owner, clock=clock, public_url=public_url)
    claimed = lane.claim(owner)
    if claimed is not None:
        lane.deliver(claimed, Sender(lambda: notifier))
    return claimed is not None


class Lane:
    """Several threads. One of them watches the outbox; the others send."""

    def __init__(
        self,
        integration: str,
        make: Callable[[], Notifier],
        *,
        owner: str,
        clock: Callable[[], datetime],
        public_url: str = "",
        given: Given | None = None,
        threads: int = 1,
    ) -> None:
        self.integration = integration
        self.rounds = 0
        self._make = make
        self._clock = Watched(clock)
        self._public_url = public_url
        self._given = given
        self._watching = Lock()
        self._news = Event()
        self._stopping = Event()
        self._hang_up: Callable[[], None] = self._stopping.set
        self._threads = [
            Thread(target=self._run, args=(f"{owner}/{n}",), name=f"{integration}-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        self._hang_up = watch.on_ring(self._news.set)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Claim nothing more. What is under way is finished; `join` waits for it."""
        self._stopping.set()
        self._news.set()

    def join(self, timeout: float) -> None:
        self._hang_up()
        for thread in self._threads:
            thread.join(timeout)

    def claim(self, owner: str) -> Claimed | None:
        with transaction() as session:
            claimed = deliveries.claim(
                session, integration=self.integration, owner=owner, at=self._clock()
            )
        if claimed is not None:
            failpoint("claim-committed")
        return claimed

    def deliver(self, claimed: Claimed, sender: Sender) -> None:
        """No transaction is open while we talk to the world."""
        found = self._look_again(claimed)
        if found is None:
            return
        failpoint("guard-passed")
        result = sender.send(found) if isinstance(found, Ready) else found
        failpoint("answer-read")
        self._settle(claimed, result)

    def _look_again(self, claimed: Claimed) -> Ready | Result | Moot | Late | None:
        with Net(f"the last look at delivery {claimed.delivery_id}") as net, reading() as session:
            return deliveries.guard(
                session,
                claimed,
                public_url=self._public_url,
                at=self._clock(),
                owed_at=self._clock.owed_at,
            )
        fault = not net.is_outage
        return TryAgain(
            f"A fault of the incident desk ({type(net.caught).__name__})", is_fault=fault
        )

    def _run(self, owner: str) -> None:
        sender = Sender(self._make)
        while not self._stopping.is_set():
            self.rounds += 1
            with Net(f"a delivery to {self.integration}") as net:
                self._deliver_next(owner, sender)
            if net.caught:
                self._stopping.wait(PAUSE)

    def _deliver_next(self, owner: str, sender: Sender) -> None:
        with self._watching:
            claimed = self._next(owner)
        if claimed is not None:
            self.deliver(claimed, sender)

    def _next(self, owner: str) -> Claimed | None:
        """The next delivery, or None after a while without any."""
        if self._stopping.is_set():
            return None
        self._news.clear()
        with reading() as session:
            now = outbox.database_now(session, self._clock())
            due_at = claims.next_due_at(session, self.integration, now)
        claimed = self.claim(owner) if due_at is not None and due_at <= now else None
        if claimed is None and not self._stopping.is_set():
            wait = POLL if due_at is None or due_at <= now else min(POLL, due_at - now)
            self._news.wait(wait.total_seconds())
        return claimed

    def _settle(self, claimed: Claimed, result: Result | Moot | Late) -> None:
        """Three tries, the last one plainly. A row that cannot be settled is set aside.

        While the database is away nothing is decided: the claim lapses, and all is tried again.
        """
        for plainly in (False, False, True):
            with Net(f"settling delivery {claimed.delivery_id}") as net:
                self._write_down(claimed, result, plainly=plainly)
            if net.caught is None:
                return
            self._stopping.wait(PAUSE)
        if net.is_outage:
            return
        with transaction() as session:
            deliveries.set_aside(session, claimed, result, at=self._clock())
        told = Net(f"telling that delivery {claimed.delivery_id} is set aside")
        with told, transaction() as session:
            deliveries.confess(session, claimed, at=self._clock())
        alarmed = Net(f"the alarm about delivery {claimed.delivery_id}")
        with alarmed, transaction() as session:
            deliveries.alarm(session, claimed, at=self._clock())

    def _write_down(self, claimed: Claimed, result: Result | Moot | Late, *, plainly: bool) -> None:
        at, spread = self._clock(), _chance.uniform(-1, 1)
        with transaction() as session:
            deliveries.settle(
                session,
                claimed,
                result,
                at=at,
                spread=spread,
                given=self._given,
                plainly=plainly,
            )
