"""API tokens: how scripts come in. A token is told once; we keep its hash."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import people as people_rules
from incident.rules import tokens as rules
from incident.rules.fields import refuse
from incident.rules.permissions import Actor, require
from incident.storage import tokens
from incident.storage.logins import SEEN_EVERY
from incident.storage.tokens import Token


def create(
    session: Session,
    *,
    name: str,
    role: str,
    actor: Actor,
    at: datetime,
    expires_at: datetime | None = None,
) -> str:
    """A new token, as it is written in a header. This is the only time that it is seen."""
    require(actor, "admin")
    name = name.strip()
    refuse(
        {
            "name": people_rules.name_problem(name) and "Say what will use it, in 80 characters.",
            "role": people_rules.role_problem(role),
            "expires_at": "That is past." if expires_at and expires_at <= at else "",
        }
    )
    secret = secrets.token_urlsafe(32)
    row = Token(
        name=name,
        role=role,
        secret_hash=rules.hashed(secret),
        created_by=actor.name,
        created_at=at,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    return rules.written(row.id, secret)


def authenticate(session: Session, token: str, at: datetime) -> Actor | None:
    """Who sends this token, if it is good. Only looks: `reading` is enough."""
    row = _good(session, token, at)
    return Actor(row.name, role=row.role, source="api") if row else None


def is_use_noted(session: Session, token: str, at: datetime) -> bool:
    """Whether its use was noted in the last minute, so that nothing needs writing."""
    row = _good(session, token, at)
    return row is None or (row.used_at is not None and at - row.used_at < SEEN_EVERY)


def note_use(session: Session, token: str, at: datetime) -> None:
    """Note that it was used, at most once a minute."""
    row = _good(session, token, at)
    if row is not None:
        tokens.touch(session, row.id, at)


def revoke(session: Session, *, token_id: int, actor: Actor, at: datetime) -> Token:
    """It stops working now. Doing it twice changes nothing."""
    require(actor, "admin")
    row = tokens.get(session, token_id)
    row.revoked_at = row.revoked_at or at
    return row


def _good(session: Session, token: str, at: datetime) -> Token | None:
    read = rules.read(token)
    row = tokens.find(session, read[0]) if read else None
    if read is None or row is None or not rules.matches(read[1], row.secret_hash):
        return None
    dead = row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= at)
    return None if dead else row
