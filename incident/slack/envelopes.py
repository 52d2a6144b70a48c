"""What every request from Slack has in common: its signature, its answers, its deadline."""

import json
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Response, current_app, jsonify, make_response, request
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from incident import clock
from incident.delivery.slack_access import Known
from incident.integrations.slack.signature import verify

RETRY_AFTER = "1"

log = logging.getLogger(__name__)


def signed_by_slack(view: Callable[[], Response]) -> Callable[[], Response]:
    """Let nothing in but what Slack signed just now; ask for it again while we cannot write.

    Slack repeats what is not answered with success, so nothing is lost by saying no.
    """

    @wraps(view)
    def guarded() -> Response:
        if not _is_signed(request.get_data(cache=True)):
            return make_response("not signed by Slack", 401)
        try:
            return view()
        except (SQLAlchemyError, OSError) as error:
            log.error("Slack has to try again: %s", type(error).__name__)
            return _try_again()

    return guarded


def _is_signed(body: bytes) -> bool:
    """With a secret that is live now: what was typed a moment ago counts, and what was dropped
    counts no longer than that moment."""
    config: Config = current_app.config["DESK"]
    known: Known = current_app.extensions.setdefault("slack_access", Known(config))
    headers, at = dict(request.headers), clock.now()
    before = known.now().signing_secrets
    if verify(headers, body, before, at):
        return True
    since = known.anew().signing_secrets
    return since != before and verify(headers, body, since, at)


def as_object(text: str | bytes) -> Mapping[str, Any] | None:
    """The JSON object written there, or None if there is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def heard() -> Response:
    """All that Slack wants to know within its three seconds."""
    return make_response("", 200)


def answered(body: Mapping[str, Any] | None) -> Response:
    """What Slack shows at once, or only that it was heard."""
    return heard() if body is None else jsonify(body)


def _try_again() -> Response:
    response = make_response("try again", 503)
    response.headers["Retry-After"] = RETRY_AFTER
    return response
