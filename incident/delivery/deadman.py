"""Visits an address every minute while all is well, so that somebody else notices our silence."""

import http.client
import logging
import socket
from collections.abc import Callable
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import SplitResult, urlsplit

from incident.delivery import readiness
from incident.delivery.readiness import Readiness
from incident.delivery.rounds import Rounds

EVERY = 60.0
SOCKET_SECONDS = 5.0
DEADLINE = 10.0

log = logging.getLogger(__name__)


class Deadman(Rounds):
    """One thread. Whatever goes wrong with a visit is logged and nothing else: silence tells it."""

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        look: Callable[[datetime], Readiness] = readiness.look,
        every: float = EVERY,
        deadline: float = DEADLINE,
    ) -> None:
        super().__init__("deadman", "the dead man's switch", pause=every, patience=deadline + 1)
        self._address = urlsplit(url)
        self._clock, self._look = clock, look
        self._deadline = deadline

    def turn(self) -> bool:
        """Look, and visit if all is well. Says whether the visit came off."""
        told = self._look(self._clock())
        if told.ready:
            return visit(self._address, deadline=self._deadline)
        log.warning("the dead man's switch is not held: %s", " ".join(told.problems))
        return False


def visit(address: SplitResult, *, deadline: float = DEADLINE) -> bool:
    """One GET that is over in time, whatever the other side does. A redirect is not followed.

    The path may be a secret, so no log names it.
    """
    outcome: SimpleQueue[int | str] = SimpleQueue()
    try:
        connection = _connection(address)
    except ValueError as error:
        outcome.put(str(error))
    else:
        way = Thread(target=lambda: outcome.put(_ask(connection, address)), daemon=True)
        way.start()
    try:
        told = outcome.get(timeout=deadline)
    except Empty:
        _cut(connection)
        told = f"no answer within {deadline:.0f} s"
    if isinstance(told, int) and 200 <= told < 300:
        return True
    said = f"it answered {told}" if isinstance(told, int) else told
    log.warning("the visit to DEADMAN_URL at %s failed: %s", address.hostname, said)
    return False


def _connection(address: SplitResult) -> http.client.HTTPConnection:
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError("it is no http or https address")
    if address.scheme == "https":
        return http.client.HTTPSConnection(address.hostname, address.port, timeout=SOCKET_SECONDS)
    return http.client.HTTPConnection(address.hostname, address.port, timeout=SOCKET_SECONDS)


def _ask(connection: http.client.HTTPConnection, address: SplitResult) -> int | str:
    path = f"{address.path or '/'}{'?' + address.query if address.query else ''}"
    try:
        connection.request("GET", path, headers={"User-Agent": "incident-desk"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    """A server that drips a byte a second never exceeds a timeout; so the line is cut."""
    line = connection.sock
    try:
        if line is not None:
            line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
