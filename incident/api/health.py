"""Whether this process lives, and whether the desk can do what it promises. Anybody may ask."""

import logging
from datetime import datetime, timedelta
from threading import Lock

from flask import Response, current_app
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from incident.api.bodies import JSON
from incident.api.models.health import Alive, Ready
from incident.api.problems import RETRY_AFTER
from incident.api.routes import Call, endpoint
from incident.storage import outbox, workers
from incident.storage.db import reading, transaction
from incident.storage.installs import Install

BEAT_WITHIN = timedelta(seconds=15)
PAGE_WITHIN = timedelta(seconds=30)
LOOK_EVERY = timedelta(seconds=1)

log = logging.getLogger(__name__)


@endpoint("GET", "/healthz", answer=Alive, role="")
def alive(call: Call[None, None]) -> Alive:
    """This process answers. Nothing else is looked at."""
    return Alive()


@endpoint("GET", "/readyz", answer=Ready, role="", also={503: Ready})
def ready(call: Call[None, None]) -> Response:
    """The database can be written, a worker lives, and no page waits. 503 says what is wrong."""
    readiness = current_app.extensions.setdefault("readiness", Readiness())
    told: Ready = readiness.at(call.at)
    response = Response(told.model_dump_json(), 200 if told.ready else 503, mimetype=JSON)
    if not told.ready:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


class Readiness:
    """Looked at once a second at most: whoever asks, it must cost next to nothing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._looked: tuple[datetime, Ready] | None = None

    def at(self, now: datetime) -> Ready:
        with self._lock:
            if self._looked is None or now - self._looked[0] >= LOOK_EVERY:
                self._looked = now, _look(now)
            return self._looked[1]


class _Undone(Exception):
    """The probe has written, and takes it back."""


def _look(now: datetime) -> Ready:
    try:
        _write_nothing()
        with reading() as session:
            return _ask(session, now)
    except (DBAPIError, PoolTimeout) as error:
        log.error("not ready: %s", error)
        sentence = "The database cannot be written."
        return Ready(ready=False, problems=[sentence], last_beat_at=None, oldest_page_at=None)


def _write_nothing() -> None:
    """A write that changes no row: a database that only reads refuses even that."""
    try:
        with transaction() as session:
            session.execute(update(Install).where(Install.id < 0).values(code=Install.code))
            raise _Undone
    except _Undone:
        return


def _ask(session: Session, now: datetime) -> Ready:
    beat, waiting = workers.last_beat(session), outbox.oldest_due_page(session)
    problems = []
    if beat is None:
        problems.append("No worker has given a sign of life: nothing is sent.")
    elif now - beat > BEAT_WITHIN:
        problems.append(f"The worker has been silent for {_seconds(now - beat)}: nothing is sent.")
    if waiting is not None and now - waiting > PAGE_WITHIN:
        problems.append(f"A page has been waiting for {_seconds(now - waiting)} to be sent.")
    return Ready(ready=not problems, problems=problems, last_beat_at=beat, oldest_page_at=waiting)


def _seconds(elapsed: timedelta) -> str:
    return f"{int(elapsed.total_seconds())} seconds"
