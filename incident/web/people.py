"""Who is at the door: the person behind the cookie, and what they may call themselves."""

import logging
from dataclasses import dataclass
from typing import cast

from flask import Flask, request
from flask_login import LoginManager, current_user
from sqlalchemy.exc import OperationalError

from incident import clock
from incident.rules.permissions import RANK, Actor
from incident.services import logins, visibility
from incident.services.visits import Guest
from incident.storage import incidents
from incident.storage import logins as login_rows
from incident.storage.db import reading, transaction
from incident.storage.logins import SEEN_EVERY

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A logged-in person, as the doors and the pages need them. `token` never leaves the cookie."""

    token: str
    login_id: int
    person_id: int
    name: str
    email: str
    role: str
    zone: str
    shortcuts: bool

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie."""
        return self.token

    def may(self, role: str) -> bool:
        """Whether this person holds `role` or more."""
        return RANK[self.role] >= RANK[role]


@dataclass(frozen=True, slots=True)
class Nobody:
    """Somebody who has not logged in."""

    name = ""
    role = ""
    zone = "UTC"
    shortcuts = False
    is_authenticated = False
    is_active = False
    is_anonymous = True

    def get_id(self) -> None:
        return None

    def may(self, _role: str) -> bool:
        return False


def hang(app: Flask) -> None:
    """No remember cookie: the login itself is a row that lasts, and that can be ended.

    `init_app` would add only the hook for that cookie, which opens the session on every request,
    so that even style sheets would be cached per cookie.
    """
    manager = LoginManager()
    manager.session_protection = None
    manager.anonymous_user = Nobody
    manager.user_loader(load)
    app.login_manager = manager  # type: ignore[attr-defined]
    app.context_processor(lambda: {"current_user": current_user})


def load(token: str) -> Visitor | None:
    """The person whose open login this is, or nobody."""
    at = clock.now()
    with reading() as session:
        found = logins.current(session, token, at)
        if found is None:
            return None
        login, person = found
    if at - login.seen_at >= SEEN_EVERY and request.blueprint != "bell":
        _touch(login.id)
    return Visitor(
        token=token,
        login_id=login.id,
        person_id=person.id,
        name=person.name,
        email=person.email,
        role=person.role,
        zone=person.zone,
        shortcuts=person.shortcuts,
    )


def visitor() -> Visitor:
    """Whoever sent this request. Only for views that are not public."""
    return cast(Visitor, current_user._get_current_object())


def current_actor() -> Actor:
    """The visitor, as the services know them."""
    found = visitor()
    return Actor(found.name, role=found.role, person_id=found.person_id, source="web")


def current_guest() -> Guest:
    """The visitor, as somebody with a page before them."""
    found = visitor()
    return Guest(found.person_id, found.name, found.login_id)


def still_here(token: str) -> bool:
    """Whether this login is still good: a stream that stays open for hours asks now and then."""
    with reading() as session:
        return logins.current(session, token, clock.now()) is not None


def still_sees(actor: Actor, key: str) -> bool:
    """Whether the incident of this key is still there for somebody: it may have become private."""
    with reading() as session:
        return visibility.may_see(session, actor, incidents.get(session, key))


def _touch(login_id: int) -> None:
    """A full disk must not hide a page from somebody who only wants to read it."""
    try:
        with transaction() as session:
            login_rows.touch(session, login_id, clock.now())
    except OperationalError as error:
        log.warning("could not note that login %s was used: %s", login_id, error)
