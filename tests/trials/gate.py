"""A way to the other side that can be shut: nobody refuses, and nobody ever answers."""

import contextlib
import socket
import threading
from typing import Self

KNOCKS = 8
PIECE = 65536


class Gate:
    """Shut, its queue is full, so the kernel drops whoever knocks. Opened, it leads to `port`."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(0)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._waiting = [self._knock() for _ in range(KNOCKS)]

    def open(self) -> None:
        for waiting in self._waiting:
            waiting.close()
        self._socket.listen(128)
        threading.Thread(target=self._let_in, daemon=True).start()

    def close(self) -> None:
        for waiting in self._waiting:
            waiting.close()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _knock(self) -> socket.socket:
        waiting = socket.socket()
        waiting.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            waiting.connect(self._socket.getsockname())
        return waiting

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._socket.accept()
                threading.Thread(target=_lead, args=(caller, self._behind), daemon=True).start()


def _lead(caller: socket.socket, port: int) -> None:
    """Both ways, until both are done."""
    with (
        caller,
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port)) as host,
    ):
        back = threading.Thread(target=_carry, args=(host, caller), daemon=True)
        back.start()
        _carry(caller, host)
        back.join()


def _carry(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := one.recv(PIECE):
            other.sendall(piece)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
