"""What a fresh installation starts with: a name of its own, and one page target."""

import secrets
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from incident.storage import installs
from incident.storage.installs import Install
from incident.storage.targets import Target

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 8
FIRST_TARGET = "primary"


def prepare(session: Session, at: datetime) -> None:
    """Done once; again changes nothing. Of two processes that start together, one does it."""
    if installs.find(session) is not None:
        return
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    with suppress(IntegrityError), session.begin_nested():
        session.add(Install(id=1, code=code, created_at=at))
        session.flush()
        session.add(
            Target(
                name=FIRST_TARGET,
                description="Whoever is on call first.",
                created_at=at,
                updated_at=at,
            )
        )
