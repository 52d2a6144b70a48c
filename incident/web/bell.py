"""The bell of one incident, for whoever has its page open: server-sent events, numbers only."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import ServiceUnavailable

from incident.delivery import bell
from incident.web.desk import config
from incident.web.people import current_actor, still_here, still_sees, visitor

STREAM = "text/event-stream"

bp = Blueprint("bell", __name__)


@bp.get("/incidents/<key>/bell")
def listen(key: str) -> Response:
    """Beyond the limit the page is told to ask every few seconds instead."""
    token, actor, environ = visitor().token, current_actor(), request.environ
    listener = bell.HUB.listen(
        key,
        after=_last_heard(),
        limit=config().stream_limit,
        still_allowed=lambda: still_here(token) and still_sees(actor, key),
        is_gone=lambda: bell.is_closed(environ.get("gunicorn.socket")),
    )
    if listener is None:
        raise ServiceUnavailable(retry_after=bell.RETRY_AFTER)
    return Response(listener, mimetype=STREAM, headers={"X-Accel-Buffering": "no"})


def _last_heard() -> int:
    """What the browser says it heard last wins: it is newer than the address it began with."""
    heard = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    return int(heard) if heard.isascii() and heard.isdigit() and len(heard) < 10 else 0
