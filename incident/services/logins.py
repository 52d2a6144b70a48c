"""Coming in and going out. The password itself is compared between `begin` and `complete`,
with no transaction open, for that takes a tenth of a second and must not hold up a page."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy.orm import Session

from incident.rules import logins as rules
from incident.rules import people as people_rules
from incident.rules.logins import ACCOUNT, ADDRESS, PAIR, Patience
from incident.rules.tokens import hashed
from incident.storage import logins, people, throttles
from incident.storage.logins import Login
from incident.storage.people import Person

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who knocks: the network address, what the browser is, and its device mark if it has one.

    `device` is the mark, and `device_of` the person whom it was given to at an earlier log-in.
    """

    address: str
    browser: str = ""
    device: str = ""
    device_of: int | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What there is to compare with. An empty hash is that of somebody who is not there."""

    email: str
    wait: timedelta
    person_id: int | None = None
    password_hash: str = ""


def begin(session: Session, *, email: str, caller: Caller, at: datetime) -> Attempt:
    """Count this try as a failure before looking at it, so that many at once all count."""
    email = people_rules.email_of(email)
    person = people.by_email(session, email)
    counters = [
        (throttles.lock(session, key, at), patience)
        for key, patience in _counters(email, person, caller)
    ]
    wait = max((counter.until - at for counter, _ in counters), default=timedelta())
    if wait > timedelta():
        return Attempt(email, wait)
    for counter, patience in counters:
        remembered = at - counter.tried_at < patience.memory
        counter.tries = counter.tries + 1 if remembered else 1
        counter.tried_at = at
        counter.until = at + rules.wait_after(counter.tries, patience)
    if person is None or person.disabled_at is not None:
        return Attempt(email, timedelta())
    return Attempt(email, timedelta(), person.id, person.password_hash)


def complete(
    session: Session,
    attempt: Attempt,
    *,
    caller: Caller,
    at: datetime,
    new_hash: str = "",
) -> str | None:
    """The password was right: forgive the tries, and open a login. Returns its token."""
    person = people.find(session, attempt.person_id) if attempt.person_id else None
    if person is None or person.disabled_at is not None:
        return None
    for key, _ in _counters(attempt.email, person, caller):
        counter = throttles.lock(session, key, at)
        counter.tries = max(0, counter.tries - 1)
        counter.until = at
    throttles.forget(session, _pair(attempt.email, person, caller))
    throttles.sweep(session, at - timedelta(days=1))
    if new_hash:
        person.password_hash = new_hash
    return open_for(session, person, caller=caller, at=at)


def open_for(session: Session, person: Person, *, caller: Caller, at: datetime) -> str:
    """A new login with a new token. The token is told once and kept only as its hash."""
    token = secrets.token_urlsafe(32)
    session.add(
        Login(
            person_id=person.id,
            token_hash=hashed(token),
            device=caller.browser,
            address=caller.address,
            began_at=at,
            seen_at=at,
        )
    )
    log.info("%s logged in from %s", person.email, caller.address)
    return token


def current(session: Session, token: str, at: datetime) -> tuple[Login, Person] | None:
    """Whose login this is, unless it was ended, has expired, or they were shut out."""
    found = logins.current(session, hashed(token))
    if found is None:
        return None
    login, person = found
    ends_at = rules.ends_at(person.role, began_at=login.began_at, seen_at=login.seen_at)
    return found if at < ends_at else None


def log_out(session: Session, *, person_id: int, login_id: int, at: datetime) -> None:
    """End one login of this person's own; anybody else's is not touched."""
    logins.end(session, person_id, at, only=[login_id])


def log_out_everywhere(
    session: Session, *, person_id: int, at: datetime, but: int | None = None
) -> None:
    """End every login of this person, or every other one."""
    logins.end(session, person_id, at, but=but)


def _counters(email: str, person: Person | None, caller: Caller) -> list[tuple[str, Patience]]:
    """What is counted, always in the same order, so that two tries never wait for each other.

    A browser that this person logged in with before has a counter of its own: whatever
    a stranger does from elsewhere, or from the same office, cannot keep the owner out.
    """
    pair = (_pair(email, person, caller), PAIR)
    if _known(person, caller):
        return [pair]
    return [
        (f"login/account/{_short(email)}", ACCOUNT),
        (f"login/address/{_network(caller.address)}", ADDRESS),
        pair,
    ]


def _pair(email: str, person: Person | None, caller: Caller) -> str:
    if _known(person, caller):
        return f"login/device/{_short(caller.device)}/{_short(email)}"
    return f"login/pair/{_network(caller.address)}/{_short(email)}"


def _known(person: Person | None, caller: Caller) -> bool:
    return bool(caller.device) and person is not None and caller.device_of == person.id


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _network(address: str) -> str:
    """An IPv6 caller owns a whole /64: all of it counts as one."""
    return ":".join(address.split(":")[:4]) if address.count(":") > 3 else address
