"""The scripts' door: JSON in, JSON out, a token in the header. `docs/api.md` is its page."""

from flask import Blueprint, Flask, Response, request
from werkzeug.exceptions import HTTPException

from incident.api import (
    channels,
    checklists,
    effects,
    events,
    health,
    incidents,
    metrics,
    openapi,
    pages,
    posts,
    problems,
    retros,
    roles,
    routes,
    slack_rules,
    steps,
    targets,
    triggers,
    updates,
)

ROOMS = (
    channels,
    checklists,
    effects,
    events,
    health,
    incidents,
    openapi,
    pages,
    posts,
    retros,
    roles,
    slack_rules,
    steps,
    targets,
    triggers,
    updates,
)
OURS = ("/api/", "/healthz", "/readyz", "/metrics")


def hang(app: Flask) -> None:
    bp = Blueprint("api", __name__)
    problems.hang(bp)
    routes.hang(bp)
    metrics.hang(bp)
    app.register_blueprint(bp)
    app.before_request(strangers)


def strangers() -> Response | None:
    """An address or a method that is nowhere: below our addresses that, too, is said in JSON."""
    astray = request.routing_exception
    if isinstance(astray, HTTPException) and request.path.startswith(OURS):
        return problems.http_error(astray)
    return None
