"""What somebody sees when something cannot be done: one plain sentence, and a way on.

A script that fetches gets the sentence as a fragment, never a whole page that it might insert.
`X-Login` tells it to ask for a log-in (`required`) or to reload the page (`stale`).
"""

import logging
from collections.abc import Mapping

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import NoResultFound
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.urls import iri_to_uri

from incident.rules.addresses import our_own
from incident.rules.outcome import NotAllowed
from incident.web import kept

log = logging.getLogger(__name__)

SENTENCES: Mapping[int, str] = {
    400: "We could not read what your browser sent.",
    401: "Log in first.",
    403: "You may not do this.",
    404: "There is nothing here. It may have been renamed, or the address may be mistyped.",
    405: "This address cannot be used like that.",
    413: "That is too large: at most 1 MB can be sent at once.",
    429: "Too many tries. Wait a moment, then try again.",
    500: "Something broke here, and it has been written down. Try again; nothing was half saved.",
    503: "Too busy just now. Try again in a few seconds.",
}
EXPIRED = "You are logged out, so nothing was saved."
STALE = "This form was out of date, so nothing was saved."


def hang(app: Flask) -> None:
    app.register_error_handler(NotAllowed, not_allowed)
    app.register_error_handler(NoResultFound, not_found)
    app.register_error_handler(CSRFError, stale_form)
    app.register_error_handler(HTTPException, any_other)
    app.register_error_handler(InternalServerError, broken)


def not_allowed(refusal: NotAllowed) -> Response:
    return answer(409, str(refusal))


def not_found(_error: NoResultFound) -> Response:
    return answer(404, SENTENCES[404])


def any_other(error: HTTPException) -> Response:
    """Werkzeug's own words are for programmers; ours say what to do. A 403 brings its own."""
    status = error.code or 500
    sentence = SENTENCES.get(status, "This did not work.")
    if status == 403 and error.description != type(error).description:
        sentence = error.description or sentence
    response = answer(status, sentence)
    for name, value in error.get_headers(request.environ):
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def broken(error: InternalServerError) -> Response:
    """Nothing of the cause is told; it is in the log."""
    log.error("%s %s failed", request.method, request.path, exc_info=error.original_exception)
    return answer(500, SENTENCES[500])


def stale_form(_error: CSRFError) -> Response:
    """Not one of our forms, or one from before a log-in. What was typed can be sent again."""
    if is_fetch():
        return answer(403, f"{STALE} Reload the page, then try again.", login="stale")
    fields = [] if kept.lost_a_secret() else kept.fields(kept.typed())
    return make_response(
        render_template("people/again.html", sentence=STALE, fields=fields, send_to=here()), 403
    )


def log_in_again() -> Response:
    """The log-in has ended. A form comes back with what was typed, to be sent after logging in."""
    if is_fetch():
        return answer(401, EXPIRED, login="required")
    page = render_template(
        "people/log_in.html", sentence=EXPIRED, next="/", kept=kept.typed(), send_to=here()
    )
    return make_response(page, 401)


def answer(status: int, sentence: str, *, login: str = "") -> Response:
    """The sentence as a page, or as a fragment for a script that fetches."""
    name = "errors/_error.html" if is_fetch() else "errors/error.html"
    page = render_template(name, status=status, sentence=sentence, login=login)
    response = make_response(page, status)
    if login:
        response.headers["X-Login"] = login
    return response


def is_fetch() -> bool:
    """Whether a script asks, rather than somebody who opens a page or sends a form."""
    if request.headers.get("X-Requested-With"):
        return True
    return request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"


def here() -> str:
    """The address of this request, as one of our own."""
    return our_own(iri_to_uri(request.full_path.removesuffix("?")))
