"""Who is calling: a token in the Authorization header, and nothing else."""

import logging

from flask import request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import BadRequest, Forbidden, Unauthorized

from incident import clock
from incident.rules import tokens as rules
from incident.rules.permissions import RANK, Actor
from incident.services import tokens, visibility
from incident.storage import incidents
from incident.storage import tokens as rows
from incident.storage.db import reading, transaction
from incident.storage.tokens import Token

MISPLACED = ("token", "access_token", "api_key")

log = logging.getLogger(__name__)


def require_caller(role: str) -> Actor:
    """Whoever's token this is, if it is good for `role`."""
    _refuse_misplaced_tokens()
    token = sent_token()
    at = clock.now()
    with reading() as session:
        row = _row(session, token)
        actor = tokens.authenticate(session, token, at)
        noted = row is None or tokens.is_use_noted(session, token, at)
    if actor is None:
        raise _unauthorized("This token is unknown, or it has ended.", error="invalid_token")
    require_role(actor, role)
    if not noted:
        _note_use(token)
    return actor


def require_role(actor: Actor, role: str) -> None:
    if RANK[actor.role] < RANK[role]:
        raise Forbidden(f"This needs a token with the role {role}; {actor.name} is {actor.role}.")


def sent_token() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _unauthorized("Send a token: Authorization: Bearer ic_...")
    return token.strip()


def is_still_good(token: str, incident_key: str) -> bool:
    """Asked again and again by a stream about one incident that stays open for hours."""
    with reading() as session:
        actor = tokens.authenticate(session, token, clock.now())
        if actor is None:
            return False
        return visibility.may_see(session, actor, incidents.get(session, incident_key))


def _row(session: Session, token: str) -> Token | None:
    """Held for as long as the session asks about it, so that it is read only once."""
    read = rules.read(token)
    return rows.find(session, read[0]) if read else None


def _refuse_misplaced_tokens() -> None:
    """What stands in an address ends up in logs."""
    if any(name in request.args for name in MISPLACED):
        raise BadRequest("A token belongs in the Authorization header, never in the address.")


def _unauthorized(sentence: str, **words: str) -> Unauthorized:
    challenge = WWWAuthenticate("bearer", {"realm": "incident desk", **words})
    return Unauthorized(sentence, www_authenticate=challenge)


def _note_use(token: str) -> None:
    """A database that cannot be written must not keep a script from reading."""
    try:
        with transaction() as session:
            tokens.note_use(session, token, clock.now())
    except OperationalError as error:
        log.warning("could not note that a token was used: %s", error)
