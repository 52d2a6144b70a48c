"""The bell: whoever looks at an incident hears, as server-sent events, that its timeline grew.

An event carries a number, not news: what happened is asked for afterwards. One thread per process
asks the database once per ring for all the incidents that anybody here looks at; each listener
has a queue, so that a slow one delays nobody. Nobody holds a connection while they wait.
While nothing happens they hear when whoever sends last gave a sign of life.
"""

import logging
import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from sqlalchemy.exc import SQLAlchemyError

from incident import clock
from incident.storage import incidents, watch, workers
from incident.storage.db import reading

HEARTBEAT = timedelta(seconds=15)
CHECK = timedelta(seconds=30)
LOOK = 1.0
BEAT = 5.0
RETRY_AFTER = 5
GREETING = b"retry: 2000\n: listening\n\n"
STILL_HERE = b": still here\n\n"
THE_END = -1

log = logging.getLogger(__name__)


class Listener(Iterator[bytes]):
    """One open stream: frames for as long as it is wanted. Close it, or it keeps its place."""

    def __init__(
        self,
        hub: "Hub",
        incident_id: int,
        *,
        after: int,
        still_allowed: Callable[[], bool],
        is_gone: Callable[[], bool],
    ) -> None:
        self.incident_id = incident_id
        self.queue: SimpleQueue[int | bytes] = SimpleQueue()
        self._hub = hub
        self._seen = after
        self._still_allowed = still_allowed
        self._is_gone = is_gone
        self._first = GREETING
        self._wrote_at = self._checked_at = hub.clock()

    def catch_up(self, last_seq: int) -> None:
        """Begin with what was missed. Whoever is ahead of us starts from where we are."""
        self._seen = min(self._seen, last_seq)
        self.queue.put(last_seq)

    def __next__(self) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        while True:
            frames = self._next_frames(self._wait())
            if frames:
                self._wrote_at = self._hub.clock()
                return frames

    def close(self) -> None:
        self._hub.forget(self)

    def _wait(self) -> int | bytes | None:
        """The next number or frame, or None when a moment passed without one."""
        try:
            return self.queue.get(timeout=LOOK)
        except Empty:
            return None

    def _next_frames(self, newest: int | bytes | None) -> bytes:
        if newest == THE_END or self._is_gone() or self._is_shut_out():
            raise StopIteration
        if isinstance(newest, bytes):
            return newest
        if newest is not None and newest > self._seen:
            missed = range(self._seen + 1, newest + 1)
            self._seen = newest
            return b"".join(frame(seq) for seq in missed)
        silent = self._hub.clock() - self._wrote_at >= HEARTBEAT
        return STILL_HERE if silent else b""

    def _is_shut_out(self) -> bool:
        """Asked now and then: a stream may outlast the log-in or the token it began with."""
        now = self._hub.clock()
        if now - self._checked_at < CHECK:
            return False
        self._checked_at = now
        return not self._still_allowed()


class Hub:
    """Everybody who listens in this process, and the thread that rings for them."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        self.clock = now
        self._lock = threading.RLock()
        self._listeners: defaultdict[int, set[Listener]] = defaultdict(set)
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def listen(
        self,
        incident_key: str,
        *,
        after: int = 0,
        limit: int,
        still_allowed: Callable[[], bool] = lambda: True,
        is_gone: Callable[[], bool] = lambda: False,
    ) -> Listener | None:
        """Listen to an incident from the number `after` on.

        The place is taken before the past is looked up, so nothing falls between the two. None
        beyond `limit` listeners: one more would starve the other requests of this process.
        """
        incident_id = incidents.id_of(incident_key)
        listener = Listener(
            self, incident_id, after=after, still_allowed=still_allowed, is_gone=is_gone
        )
        if not self._admit(listener, limit):
            return None
        try:
            with reading() as session:
                listener.catch_up(incidents.get(session, incident_key).last_seq)
        except BaseException:
            self.forget(listener)
            raise
        return listener

    def forget(self, listener: Listener) -> None:
        with self._lock:
            those = self._listeners[listener.incident_id]
            those.discard(listener)
            if not those:
                del self._listeners[listener.incident_id]

    def count(self) -> int:
        with self._lock:
            return sum(len(those) for those in self._listeners.values())

    def stop(self) -> None:
        """End every stream now, so that the process can stop; they come back to the next one."""
        self._stopping.set()
        self._news.set()
        with self._lock:
            for those in self._listeners.values():
                for listener in those:
                    listener.queue.put(THE_END)

    def finish(self) -> None:
        """The same, and wait until the thread is done with the database."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def _admit(self, listener: Listener, limit: int) -> bool:
        with self._lock:
            if self._stopping.is_set() or self.count() >= limit:
                return False
            self._listeners[listener.incident_id].add(listener)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run,
                    args=(watch.on_ring(self._news.set),),
                    name="bell",
                    daemon=True,
                )
                self._thread.start()
            return True

    def _run(self, hang_up: Callable[[], None]) -> None:
        while not self._stopping.is_set():
            rang = self._news.wait(BEAT)
            self._news.clear()
            if not (self._ring() if rang else self._tell_beat()):
                self._stopping.wait(LOOK)
                self._news.set()
        hang_up()

    def _ring(self) -> bool:
        """One question for all, however many listen. Says whether it was answered."""
        with self._lock:
            ids = list(self._listeners)
        if not ids:
            return True
        try:
            with reading() as session:
                newest = incidents.last_seqs(session, ids)
        except SQLAlchemyError as error:
            log.warning("the bell could not ask for news: %s", error)
            return False
        for incident_id, seq in newest.items():
            for listener in self._those(incident_id):
                listener.queue.put(seq)
        return True

    def _tell_beat(self) -> bool:
        """The same for the last sign of life of whoever sends, to everybody."""
        with self._lock:
            everybody = [listener for those in self._listeners.values() for listener in those]
        if not everybody:
            return True
        try:
            with reading() as session:
                told = beat_frame(workers.last_beat(session))
        except SQLAlchemyError as error:
            log.warning("the bell could not ask for a sign of life: %s", error)
            return False
        for listener in everybody:
            listener.queue.put(told)
        return True

    def _those(self, incident_id: int) -> list[Listener]:
        with self._lock:
            return list(self._listeners.get(incident_id, ()))


def frame(seq: int) -> bytes:
    return b"id: %d\nevent: timeline\ndata: %d\n\n" % (seq, seq)


def beat_frame(beat_at: datetime | None) -> bytes:
    """When whoever sends last gave a sign of life. It has no id: missing one misses nothing."""
    told = beat_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if beat_at else "never"
    return b"event: sender\ndata: %s\n\n" % told.encode()


def is_closed(connection: socket.socket | None) -> bool:
    """Whether the other side has hung up, without taking anything that it may have sent."""
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except (BlockingIOError, ValueError):
        return False
    except OSError:
        return True


HUB = Hub()
