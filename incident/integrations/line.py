"""One attempt's connection to a vendor, which another thread may cut."""

import contextlib
import socket
from threading import Lock


class Line:
    """Cutting it ends whatever the attempt is waiting for, and it can never send again.

    A timeout on a socket watches the pause between two bytes, so a vendor who drips one byte
    a second is never too slow for it. Only somebody else can end that: whoever watches the clock.
    Once it is `reached`, the vendor may have heard us.
    """

    def __init__(self) -> None:
        self.reached = False
        self._cut = False
        self._lock = Lock()
        self._socket: socket.socket | None = None

    def take(self, connected: socket.socket) -> socket.socket:
        """Watch over a socket that has just connected; refuse it if we were cut meanwhile."""
        with self._lock:
            if self._cut:
                connected.close()
                raise ConnectionAbortedError("This attempt is past its deadline")
            self._let_go()
            # A second handle: TLS takes the first one away, and shutting either shuts both.
            self._socket = connected.dup()
        return connected

    def cut(self) -> None:
        with self._lock:
            self._cut = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """The attempt is over."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
