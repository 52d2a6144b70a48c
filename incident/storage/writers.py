"""SQLite lets one writer in at a time. Here writers queue for it, within and across processes.

Waiting in `busy_timeout` is a lottery: with 16 writers the slowest one waits thirty times
the median. A lock in the process, and `flock` on a side file between processes, make it a queue.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine


class WriterQueue:
    """One turn at a time on SQLite; no waiting at all on PostgreSQL, which has row locks."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._path: str | None = None
        self._file: int | None = None
        self._owner = 0

    def serve(self, engine: Engine) -> None:
        """Queue for this engine's database from now on."""
        self._drop()
        sqlite = engine.dialect.name == "sqlite" and engine.url.database
        self._path = f"{engine.url.database}.writers" if sqlite else None

    @contextmanager
    def turn(self) -> Iterator[None]:
        if self._path is None:
            yield
            return
        with self._turn:
            side_file = self._open(self._path)
            fcntl.flock(side_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(side_file, fcntl.LOCK_UN)

    def _open(self, path: str) -> int:
        """A descriptor of our own: one inherited over a fork would share its parent's lock."""
        if self._file is None or self._owner != os.getpid():
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._owner = os.getpid()
        return self._file

    def _drop(self) -> None:
        if self._file is not None and self._owner == os.getpid():
            os.close(self._file)
        self._file = None
