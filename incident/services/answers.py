"""A request that is repeated with its key gets the first answer, and changes nothing again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from incident.rules.fields import Wrong
from incident.rules.permissions import Actor
from incident.storage import answers
from incident.storage.answers import Answer

KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Answered:
    """What a door answers with. `repeated` says that it was answered before."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    location: str = ""
    repeated: bool = False


def once(
    session: Session,
    *,
    actor: Actor,
    key: str,
    request: str,
    at: datetime,
    do: Callable[[], Answered],
) -> Answered:
    """The answer of `do`, or the one it gave when this actor first sent this key.

    `request` is all that was asked (method, address, body): the same key with another request is
    refused. The key is taken before `do` runs, so that of two requests at once the second waits
    here for the first. What `do` refuses is rolled back with its key: it may be tried again.
    An empty key means: do it.
    """
    if not key:
        return do()
    key = _checked(key)
    mine = Answer(
        actor=identity(actor), key=key, request=fingerprint(request), status=0, created_at=at
    )
    before = _taken(session, mine)
    if before is not None:
        return _again(before, mine)
    answered = do()
    mine.status, mine.location = answered.status, answered.location
    mine.body = dict(answered.body)
    return answered


def identity(actor: Actor) -> str:
    """Who repeats themselves: the account where there is one, else the name at its door."""
    if actor.person_id is not None:
        return f"person/{actor.person_id}"
    return f"{actor.source}/{actor.name}"


def fingerprint(request: str) -> str:
    return sha256(request.encode("utf-8", "surrogatepass")).hexdigest()


def _checked(key: str) -> str:
    if len(key) > KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise Wrong({"Idempotency-Key": f"At most {KEY_LENGTH} plain characters."})
    return key


def _taken(session: Session, mine: Answer) -> Answer | None:
    """Take the key; or who had it. The database lets one in, and makes the others wait."""
    before = answers.find(session, actor=mine.actor, key=mine.key)
    if before is not None:
        return before
    try:
        with session.begin_nested():
            session.add(mine)
    except IntegrityError:
        return answers.find(session, actor=mine.actor, key=mine.key)
    return None


def _again(before: Answer, mine: Answer) -> Answered:
    if before.request != mine.request:
        raise Wrong({"Idempotency-Key": "This key was used for another request. Take a new one."})
    first = Answered(before.status, before.body, before.location)
    return replace(first, repeated=True)
