"""Callers with tokens that are not good: how often from one address, and how long they wait.

A good token is never held up by the bad ones that came from the same address.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules.logins import ADDRESS, wait_after
from incident.storage import throttles
from incident.storage.throttles import Throttle


def wait(session: Session, address: str, at: datetime) -> timedelta:
    """How long this address has to wait before its next bad token is looked at."""
    counter = session.get(Throttle, _key(address))
    return max(counter.until - at, timedelta()) if counter else timedelta()


def count(session: Session, address: str, at: datetime) -> None:
    """One more bad token. The first few are free: somebody mistyped, or a token ran out."""
    counter = throttles.lock(session, _key(address), at)
    remembered = at - counter.tried_at < ADDRESS.memory
    counter.tries = counter.tries + 1 if remembered else 1
    counter.tried_at = at
    counter.until = at + wait_after(counter.tries, ADDRESS)


def _key(address: str) -> str:
    return f"token/{address}"
