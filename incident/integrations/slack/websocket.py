"""A WebSocket to Slack: texts come in and go out, and a silent line is found to be dead.

Spoken by `websockets`: the client in slack_sdk spins when the other side hangs up, sends no more
than 64 kB at once, and can be cut by nobody.
"""

import logging
import socket
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection, connect

from incident.integrations.slack.web import trust

CONNECT_SECONDS = 5.0
QUIET_SECONDS = 10.0
CLOSE_SECONDS = 1.0
LONGEST_TEXT = 4_000_000

# It logs what we tell in better words.
_quiet = logging.getLogger("websockets.client")
_quiet.setLevel(logging.CRITICAL)


class Broken(OSError):
    """The other side does not speak as it should."""


class WebSocket:
    """Open from the beginning, or there is none: what hinders it is an OSError.

    One thread reads. Any thread may send, and `close` ends the reading.
    """

    def __init__(
        self,
        address: str,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> None:
        self._opened = ExitStack()
        self._connection = _connected(self._opened, address, connect_seconds, quiet_seconds)

    def read(self) -> str | None:
        """The next text, or None once the connection is over, whoever ended it."""
        try:
            said = self._connection.recv()
        except (ConnectionClosed, OSError, ValueError):
            return None
        return said if isinstance(said, str) else said.decode(errors="replace")

    def send(self, text: str) -> None:
        try:
            self._connection.send(text)
        except ConnectionClosed as error:
            raise Broken("it hung up") from error

    def close(self) -> None:
        """Quick enough for a signal handler: nobody is waited for."""
        with suppress(OSError):
            self._connection.socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """By whoever read from it, when there is nothing more to read."""
        self._opened.close()


def _connected(
    opened: ExitStack, address: str, connect_seconds: float, quiet_seconds: float
) -> ClientConnection:
    """Through the same proxy as every other request, if there is one. After a long silence the
    other side is asked whether it is there, and then given up."""
    if any(not character.isprintable() for character in address):
        raise Broken("its address is none")
    try:
        return opened.enter_context(
            connect(
                address,
                ssl=trust() if urlsplit(address).scheme == "wss" else None,
                open_timeout=connect_seconds,
                ping_interval=quiet_seconds,
                ping_timeout=quiet_seconds,
                close_timeout=CLOSE_SECONDS,
                max_size=LONGEST_TEXT,
                compression=None,
                logger=_quiet,
            )
        )
    except WebSocketException as error:
        raise Broken(f"it answered otherwise: {error}") from error
