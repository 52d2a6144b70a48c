"""Whether this process lives, and whether the desk can do what it promises. Anybody may ask."""

from dataclasses import asdict
from datetime import datetime, timedelta
from threading import Lock

from flask import Response, current_app

from incident.api.bodies import JSON
from incident.api.models.health import Alive, Ready
from incident.api.problems import RETRY_AFTER
from incident.api.routes import Call, endpoint
from incident.delivery import readiness

LOOK_EVERY = timedelta(seconds=1)


@endpoint("GET", "/healthz", answer=Alive, role="")
def alive(call: Call[None, None]) -> Alive:
    """This process answers. Nothing else is looked at."""
    return Alive()


@endpoint("GET", "/readyz", answer=Ready, role="", also={503: Ready})
def ready(call: Call[None, None]) -> Response:
    """The database can be written, a worker lives, and no page waits. 503 says what is wrong."""
    last_look = current_app.extensions.setdefault("last_look", LastLook())
    told: Ready = last_look.at(call.at)
    response = Response(told.model_dump_json(), 200 if told.ready else 503, mimetype=JSON)
    if not told.ready:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


class LastLook:
    """Looked at once a second at most: whoever asks, it must cost next to nothing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._looked: tuple[datetime, Ready] | None = None

    def at(self, now: datetime) -> Ready:
        with self._lock:
            if self._looked is None or abs(now - self._looked[0]) >= LOOK_EVERY:
                found = readiness.look(now)
                self._looked = now, Ready(ready=found.ready, **asdict(found))
            return self._looked[1]
