"""A thread that goes round and round until it is stopped.

    class Sweep(Rounds):
        def __init__(self, *, clock: Callable[[], datetime]) -> None:
            super().__init__("sweep", "the sweep of the channels", pause=10)
            self._clock = clock

        def turn(self) -> object:
            ...

`turn` is one round; what it throws is logged, and the next round comes all the same. Between two
rounds the thread rests for `pause` seconds, which a turn may change. `rounds` counts, so that
`pulse.Pulse` sees whether the thread is stuck; a turn that lasts counts its own signs of life.
`end`, if there is anything to do at the end, is done once in the thread after the last round.

`start`, `stop` and `join` are those of `shift.OnDuty`. A turn that waits for somebody else asks
`stopping` (an Event) whether to give up, or is woken by a `stop` that closes what it waits for.
"""

from abc import ABC, abstractmethod
from threading import Event, Thread

from incident.delivery.net import Net


class Rounds(ABC):
    """One thread, called `name` and doing what `doing` says. `join` waits `patience` seconds."""

    def __init__(
        self, name: str, doing: str, *, pause: float, patience: float | None = None
    ) -> None:
        self.rounds = 0
        self.pause = pause
        self.stopping = Event()
        self._doing = doing
        self._patience = pause * 2 if patience is None else patience
        self._thread = Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def turn(self) -> object:
        """One round. What it says is for whoever calls it without a thread."""

    def end(self) -> None:
        """What is done in the thread after the last round: nothing, unless somebody says so."""
        return

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Begin no further round. Quick enough for a signal handler."""
        self.stopping.set()

    def join(self) -> None:
        """Wait for the round that is under way, but not for ever."""
        self._thread.join(self._patience)

    def _run(self) -> None:
        while not self.stopping.is_set():
            self.rounds += 1
            with Net(self._doing):
                self.turn()
            self.stopping.wait(self.pause)
        with Net(f"the end of {self._doing}"):
            self.end()
