"""What Slack is asked besides the deliveries, at once and once: dialogs, and answers to one person.

Nothing here is kept. Whoever asked is looking at their screen, sees that nothing came, and asks
again; whatever matters was written down before. So no page ever waits for any of it.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from queue import Empty, Full, Queue
from threading import Event, Lock
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from config import Config
from incident.delivery.net import Net
from incident.delivery.rounds import Rounds
from incident.integrations.slack.client import Answer, Client
from incident.integrations.slack.errors import CROWDED
from incident.services import connections
from incident.storage import sealed
from incident.storage.db import reading

THREADS, WAITING = 3, 100
LOOK_AGAIN = 1.0
CONNECT_TIMEOUT, READ_TIMEOUT = 1.0, 2.5
A_BREATH = timedelta(seconds=3)

log = logging.getLogger(__name__)


class Reach:
    """How an aside gets at Slack: with the token of this moment, or while the database is away
    with that of the environment, so that somebody is told."""

    def __init__(self, config: Config) -> None:
        self.api_url, self.public_url = config.slack_api_url, config.public_url
        self._config = config

    def client(self) -> Client | None:
        """None while Slack is not connected: then nothing at all is asked."""
        token = self._token()
        timeouts = {"connect_timeout": CONNECT_TIMEOUT, "read_timeout": READ_TIMEOUT}
        return Client(self.api_url, token, **timeouts) if token else None

    def _token(self) -> str:
        try:
            with reading() as session:
                return connections.slack(session, self._config).bot_token
        except (sealed.Unreadable, SQLAlchemyError):
            return self._config.slack_bot_token


Aside = Callable[[Reach], object]


def ask_twice(client: Client, method: str, **arguments: Any) -> Answer:
    """Once more after what Slack asked for, if whoever looks at the screen can wait for that."""
    answer = client.ask(method, **arguments)
    if answer.error not in CROWDED or answer.after is None or answer.after > A_BREATH:
        return answer
    Event().wait(answer.after.total_seconds())
    return client.ask(method, **arguments)


class Asides:
    """A few threads, made for the first aside that is given while this is on duty: so never
    before a process forks, and not at all where nobody uses Slack."""

    def __init__(self) -> None:
        self._reach: Reach | None = None
        self._queue: Queue[Aside] = Queue(WAITING)
        self._hands: list[_Hand] = []
        self._lock = Lock()
        self._on_duty = False

    def serve(self, config: Config) -> None:
        """Whose Slack is asked from now on."""
        self._reach = Reach(config)

    @property
    def public_url(self) -> str:
        return self._reach.public_url if self._reach else ""

    def give(self, aside: Aside) -> None:
        """Have it done in a moment. One too many is dropped, and said so in the log."""
        try:
            self._queue.put_nowait(aside)
        except Full:
            log.warning("Slack is too slow: a dialog or an answer was dropped")
            return
        with self._lock:
            if self._on_duty and not self._hands:
                self._hands = [_Hand(self, number) for number in range(1, THREADS + 1)]
                for hand in self._hands:
                    hand.start()

    def do_one(self, patience: float = 0) -> bool:
        """Whether there was one to do. It is done, or has failed, when this returns."""
        try:
            aside = self._queue.get(timeout=patience) if patience else self._queue.get_nowait()
        except Empty:
            return False
        if self._reach is not None:
            with Net("something asked of Slack aside"):
                aside(self._reach)
        return True

    def start(self) -> None:
        self._hands = [hand for hand in self._hands if not hand.stopping.is_set()]
        self._on_duty = True

    def stop(self) -> None:
        """Quick enough for a signal handler: what is under way ends by itself."""
        self._on_duty = False
        for hand in self._hands:
            hand.stop()

    def join(self) -> None:
        for hand in self._hands:
            hand.join()
        self._hands = []


class _Hand(Rounds):
    def __init__(self, asides: Asides, number: int) -> None:
        doing = "what Slack is asked aside"
        super().__init__(
            f"asides-{number}", doing, pause=0, patience=CONNECT_TIMEOUT + READ_TIMEOUT
        )
        self._asides = asides

    def turn(self) -> object:
        return self._asides.do_one(LOOK_AGAIN)


ASIDES = Asides()
