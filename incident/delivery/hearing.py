"""One socket to Slack and the thread that listens at it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock, Thread
from typing import Any, Protocol

from incident.delivery.net import Net
from incident.integrations.slack import envelopes
from incident.integrations.slack.envelopes import Envelope, Goodbye, Hello

Take = Callable[..., Mapping[str, Any] | None]


class Socket(Protocol):
    """What is read from and sent to. integrations.slack.websocket.WebSocket is one."""

    def read(self) -> str | None: ...

    def send(self, text: str) -> None: ...

    def close(self) -> None: ...

    def end(self) -> None: ...


class Hearing:
    """Listens from the beginning until the socket is `over`, whoever ends it.

    `greeted`: Slack said hello, so that it may send. `leaving` is why it is about to hang up.
    An envelope is acknowledged once it is taken, and one that could not be taken never: then
    Slack sends it again, over this socket or another one.
    """

    def __init__(self, socket: Socket, take: Take, *, clock: Callable[[], datetime]) -> None:
        self.greeted, self.over, self.leaving = False, False, ""
        self._socket, self._take, self._clock = socket, take, clock
        self._retired, self._at_work = False, Lock()
        self._thread = Thread(target=self._run, name="socket", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def retire(self) -> None:
        """Hang up, after the envelope that is under way. Quick enough for a signal handler."""
        self._retired = True
        if not self._at_work.locked():
            self._socket.close()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            while not self._retired and (said := self._socket.read()) is not None:
                with self._at_work, Net("what came over Slack's socket"):
                    self._hear(envelopes.read(said))
        finally:
            self.over = True
            self._socket.end()

    def _hear(self, said: Hello | Goodbye | Envelope | None) -> None:
        match said:
            case Hello():
                self.greeted = True
            case Goodbye(reason):
                self.leaving = reason or "it says goodbye"
            case Envelope():
                self._answer(said)

    def _answer(self, envelope: Envelope) -> None:
        answer = self._take(envelope, at=self._clock())
        try:
            self._socket.send(envelopes.acknowledgement(envelope, answer))
        except OSError:
            return
