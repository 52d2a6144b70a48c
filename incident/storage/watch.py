"""Wakes whoever waits for news: senders in this process at once, other processes soon after.

`ring()` follows every commit here. A commit in another process is heard by the one watcher
thread of this process: PostgreSQL tells it (LISTEN), SQLite is asked for its `data_version`.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

CHANNEL = "incident_news"
SQLITE_PAUSE = 0.05
POSTGRES_PAUSE = 1.0
RECONNECT_PAUSE = 1.0

_NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', '')")

log = logging.getLogger(__name__)
_listeners: list[Callable[[], None]] = []
_lock = threading.Lock()


def on_ring(listener: Callable[[], None]) -> Callable[[], None]:
    """Call `listener` after every commit; it must be quick. Returns how to stop it."""
    with _lock:
        _listeners.append(listener)

    def stop() -> None:
        with _lock:
            if listener in _listeners:
                _listeners.remove(listener)

    return stop


def ring() -> None:
    """There may be news."""
    for listener in tuple(_listeners):
        listener()


class Watcher:
    """The thread that hears what other processes commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        listen = self._ask_sqlite if self._engine.dialect.name == "sqlite" else self._hear_postgres
        while not self._stopping.is_set():
            try:
                listen()
            except (SQLAlchemyError, OSError, RuntimeError) as error:
                log.warning("watcher lost the database: %s", error)
                self._stopping.wait(RECONNECT_PAUSE)
                ring()

    def _ask_sqlite(self) -> None:
        """`data_version` changes when any other connection commits; 2 µs a call."""
        connection: Any = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            seen = None
            while not self._stopping.wait(SQLITE_PAUSE):
                version = cursor.execute("PRAGMA data_version").fetchone()[0]
                if seen is not None and version != seen:
                    ring()
                seen = version
        finally:
            connection.close()

    def _hear_postgres(self) -> None:
        import psycopg

        url = self._engine.url.set(drivername="postgresql")
        dsn = url.render_as_string(hide_password=False)
        try:
            with psycopg.connect(dsn, autocommit=True) as connection:
                self._ring_for_notifications(connection)
        except psycopg.Error as error:
            raise OSError(str(error)) from error

    def _ring_for_notifications(self, connection: Any) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        ring()
        while not self._stopping.is_set():
            for _ in connection.notifies(timeout=POSTGRES_PAUSE, stop_after=1):
                ring()


def tell_other_processes(session: Session) -> None:
    """PostgreSQL passes the word on when the transaction commits; SQLite needs no telling."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_NOTIFY)
