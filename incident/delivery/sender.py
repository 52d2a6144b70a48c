"""One attempt at one message, with an end: whatever the vendor does, it is over in time."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread

from incident.delivery.net import Net
from incident.delivery.rehearsal import Rehearsal
from incident.integrations.notifier import Message, Notifier, Result, TryAgain
from incident.services.deliveries import Ready


class Sender:
    """Belongs to one thread. A notifier that did not come back in time is not used again."""

    def __init__(self, make: Callable[[], Notifier]) -> None:
        self._make = make
        self._notifier: Notifier | None = None

    def send(self, ready: Ready) -> Result:
        """The attempt runs in a thread of its own, which is left behind when time is up.

        Timeouts on a socket cannot promise this: a vendor who drips one byte a second
        never exceeds them.
        """
        notifier = self._notifier_for(ready.message)
        answers: SimpleQueue[Result] = SimpleQueue()
        attempt = Thread(
            target=lambda: answers.put(_try(notifier, ready.message)), name="attempt", daemon=True
        )
        attempt.start()
        seconds = ready.within.total_seconds()
        try:
            return answers.get(timeout=seconds)
        except Empty:
            self._notifier = None
            notifier.close()
            return TryAgain(f"No answer within {seconds:.0f} s", ambiguous=True)

    def _notifier_for(self, message: Message) -> Notifier:
        """A drill never comes near one that could send."""
        if message.drill:
            return Rehearsal()
        self._notifier = self._notifier or self._make()
        return self._notifier


def _try(notifier: Notifier, message: Message) -> Result:
    with Net(f"the notifier of delivery {message.delivery_id}") as net:
        return notifier.send(message)
    fault = type(net.caught).__name__
    return TryAgain(f"A fault of the incident desk ({fault})", ambiguous=True, is_fault=True)
