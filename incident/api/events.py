"""The timeline: what happened, what people add to it, and the bell that says it has grown."""

from flask import Response, current_app, request
from werkzeug.exceptions import ServiceUnavailable

from config import Config
from incident.api import callers, shown
from incident.api.models.events import After, Events, EventsTold, EventTold, Remark
from incident.api.routes import Call, Reply, endpoint
from incident.delivery import bell
from incident.services import incidents as services
from incident.storage import incidents, timeline

STREAM = "text/event-stream"
FULL = "So many listen here already. Ask for the events every few seconds instead."


@endpoint("POST", "/api/incidents/{key}/events", body=Remark, answer=EventTold, status=201)
def tell(call: Call[Remark, None], key: str) -> Reply:
    """Write a line on the timeline, about now or about a moment that has passed."""
    seq = services.tell(
        call.session,
        incident_key=key,
        text=call.body.text,
        actor=call.actor,
        at=call.at,
        occurred_at=call.body.occurred_at,
        key_moment=call.body.key_moment,
    )
    incident = incidents.get(call.session, key)
    told = shown.event(timeline.since(call.session, incident.id, seq - 1)[0])
    return Reply(told, location=f"/api/incidents/{incident.key}/events?after={seq - 1}&limit=1")


@endpoint("GET", "/api/incidents/{key}/events", query=Events, answer=EventsTold)
def index(call: Call[None, Events], key: str) -> EventsTold:
    """What happened after a sequence number, oldest first, a thousand lines at a time."""
    incident = incidents.get(call.session, key)
    limit = call.query.limit
    found = timeline.since(call.session, incident.id, call.query.after, limit + 1)
    here = found[:limit]
    seq = here[-1].seq if here else incident.last_seq
    address = f"/api/incidents/{incident.key}/events?after={seq}&limit={limit}"
    return EventsTold(
        events=[shown.event(row) for row in here],
        seq=seq,
        next=address if len(found) > limit else None,
    )


@endpoint("GET", "/api/incidents/{key}/bell", query=After, media=STREAM)
def listen(call: Call[None, After], key: str) -> Response:
    """Server-sent events: one for each new sequence number. A reconnect resumes by itself."""
    token, environ = callers.sent_token(), request.environ
    config: Config = current_app.config["DESK"]
    listener = bell.HUB.listen(
        key,
        after=_last_heard(call.query.after),
        limit=config.stream_limit,
        still_allowed=lambda: callers.is_still_good(token, key),
        is_gone=lambda: bell.is_closed(environ.get("gunicorn.socket")),
    )
    if listener is None:
        raise ServiceUnavailable(FULL, retry_after=bell.RETRY_AFTER)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(listener, mimetype=STREAM, headers=headers)


def _last_heard(after: int) -> int:
    """What the browser says it heard last wins: it is newer than the address it began with."""
    heard = request.headers.get("Last-Event-ID", "")
    return int(heard) if heard.isascii() and heard.isdigit() and len(heard) < 10 else after
