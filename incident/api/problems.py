"""Refusals as scripts read them: application/problem+json, with a sentence for a person."""

import logging
import secrets
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from flask import Blueprint, Response, request
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy.exc import NoResultFound, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError

from incident.api.models.fields import SOMETHING
from incident.api.models.problems import FieldProblem, Problem
from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed

MEDIA = "application/problem+json"
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
RETRY_AFTER = "2"
SENTENCES = {
    404: "There is nothing at this address.",
    405: "This address cannot be used like that.",
    413: "That is too large: a body is at most 1 MB.",
    415: "Send JSON, with the header Content-Type: application/json.",
    500: "Something broke here, and it has been written down. Nothing was half saved.",
    503: "The desk cannot reach its database just now. Try again in a moment.",
}
MESSAGES = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "string_too_short": "This must not be empty.",
    "string_pattern_mismatch": "This is not in the form that is asked for.",
    "model_type": "An object is asked for.",
    "timezone_aware": "A time needs its zone, such as 2021-07-10T02:00:00Z.",
    "datetime_parsing": "Write a time as 2021-07-10T02:00:00Z.",
    "datetime_from_date_parsing": "Write a time as 2021-07-10T02:00:00Z.",
}

log = logging.getLogger(__name__)


class Unreadable(Exception):
    """The body is not JSON at all. The message says where it stops being so."""


class Invalid(Exception):
    """What was sent is not what the model asks for. An answer of ours that is not is a bug."""

    def __init__(self, cause: ValidationError) -> None:
        super().__init__(str(cause))
        self.errors = [_field_problem(found) for found in cause.errors(include_url=False)]


def hang(bp: Blueprint) -> None:
    bp.register_error_handler(NotAllowed, not_allowed)
    bp.register_error_handler(Wrong, wrong)
    bp.register_error_handler(Invalid, invalid)
    bp.register_error_handler(Unreadable, unreadable)
    bp.register_error_handler(NoResultFound, not_found)
    bp.register_error_handler(OperationalError, unreachable)
    bp.register_error_handler(PoolTimeout, unreachable)
    bp.register_error_handler(HTTPException, http_error)
    bp.register_error_handler(InternalServerError, broken)


def problem(
    status: int,
    detail: str = "",
    *,
    errors: Sequence[FieldProblem] = (),
    headers: Iterable[tuple[str, str]] = (),
    id: str | None = None,
) -> Response:
    told = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail or SENTENCES.get(status, HTTPStatus(status).phrase),
        errors=list(errors),
        id=id,
    )
    response = Response(told.model_dump_json(exclude_none=True), status, mimetype=MEDIA)
    response.headers.extend(headers)
    return response


def not_allowed(refusal: NotAllowed) -> Response:
    return problem(409, str(refusal))


def wrong(refusal: Wrong) -> Response:
    errors = [FieldProblem(field=f, message=m) for f, m in refusal.fields.items()]
    return problem(422, str(refusal), errors=errors)


def invalid(error: Invalid) -> Response:
    words = " ".join(f"{e.field}: {e.message}" for e in error.errors[:5])
    return problem(422, words, errors=error.errors)


def unreadable(error: Unreadable) -> Response:
    return problem(400, str(error))


def not_found(error: NoResultFound) -> Response:
    """Our own questions say what is missing; the library's words are for programmers."""
    said = str(error)
    return problem(404, "" if said.startswith("No row") else said)


def unreachable(error: OperationalError | PoolTimeout) -> Response:
    log.error("%s %s: the database: %s", request.method, request.path, error)
    return problem(503, headers=[("Retry-After", RETRY_AFTER)])


def http_error(error: HTTPException) -> Response:
    status = error.code or 500
    own_words = error.description if error.description != type(error).description else ""
    kept = [(n, v) for n, v in error.get_headers(request.environ) if n in KEPT_HEADERS]
    return problem(status, own_words or "", headers=kept)


def broken(error: InternalServerError) -> Response:
    """Nothing of the cause is told: the id leads to it in the log."""
    number = secrets.token_hex(8)
    cause = error.original_exception
    log.error("%s %s failed [%s]", request.method, request.path, number, exc_info=cause)
    return problem(500, f"{SENTENCES[500]} Its number is {number}.", id=number)


def _field_problem(found: ErrorDetails) -> FieldProblem:
    name = ".".join(str(part) for part in found["loc"]) or "body"
    kind = found["type"]
    message = MESSAGES.get(kind) or found["msg"].removeprefix("Value error, ")
    if found.get("ctx", {}).get("pattern") == SOMETHING:
        message = MESSAGES["string_too_short"]
    return FieldProblem(field=name, message=message if message.endswith(".") else f"{message}.")
