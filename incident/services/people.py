"""How people come to have an account, and how they lose it."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import people as rules
from incident.rules.fields import refuse
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor, require
from incident.rules.tokens import hashed
from incident.services import install
from incident.services.profiles import name_taken
from incident.storage import installs, links, logins, people
from incident.storage.links import Link
from incident.storage.people import Person

SETUP_TIME = timedelta(minutes=30)
RESET_TIME = timedelta(minutes=30)
INVITATION_TIME = timedelta(days=7)
STALE = "This link has been used, or it is too old. Ask an admin for a new one."


def setup_link(session: Session, at: datetime) -> str | None:
    """The token of a fresh set-up link while nobody has an account, else None.

    An older one stops working: only the newest, the one on the screen, is good.
    """
    if people.any_yet(session):
        return None
    links.withdraw(session, "setup", at)
    return _link(session, "setup", created_by="Incident desk", at=at, lasts=SETUP_TIME)


def set_up(
    session: Session,
    *,
    token: str,
    name: str,
    email: str,
    zone: str,
    password_hash: str,
    at: datetime,
) -> Person:
    """Make the first admin. Two who try at once are taken one after the other; one wins."""
    install.prepare(session, at)
    installs.lock(session)
    link = require_link(session, "setup", token, at)
    if people.any_yet(session):
        raise NotAllowed("Somebody has set this desk up already. Ask them to invite you.")
    link.used_at = at
    return _add(
        session, name=name, email=email, role="admin", zone=zone, password_hash=password_hash, at=at
    )


def invite(session: Session, *, email: str, role: str, actor: Actor, at: datetime) -> str:
    """The token of a link with which `email` can make an account. A newer one replaces it."""
    require(actor, "admin")
    email = rules.email_of(email)
    wrong = {"email": rules.email_problem(email), "role": rules.role_problem(role)}
    if not wrong["email"] and people.by_email(session, email):
        wrong["email"] = "They have an account already. Give them a new password link instead."
    refuse(wrong)
    links.withdraw(session, "invitation", at, email=email)
    return _link(
        session,
        "invitation",
        email=email,
        role=role,
        created_by=actor.name,
        at=at,
        lasts=INVITATION_TIME,
    )


def offer_link(
    session: Session, *, email: str, role: str, actor: Actor, at: datetime
) -> tuple[str, str]:
    """The way in for this address: the first part of its path, and the token.

    For whoever has the terminal: an invitation, or a new password where there is an account.
    """
    person = people.by_email(session, rules.email_of(email))
    if person is None:
        return "invitations", invite(session, email=email, role=role, actor=actor, at=at)
    return "resets", offer_reset(session, person_id=person.id, actor=actor, at=at)


def join(
    session: Session, *, token: str, name: str, zone: str, password_hash: str, at: datetime
) -> Person:
    """Accept an invitation."""
    link = require_link(session, "invitation", token, at)
    link.used_at = at
    if people.by_email(session, link.email):
        raise NotAllowed("There is an account with this address already. Log in with it.")
    return _add(
        session,
        name=name,
        email=link.email,
        role=link.role,
        zone=zone,
        password_hash=password_hash,
        at=at,
    )


def offer_reset(session: Session, *, person_id: int, actor: Actor, at: datetime) -> str:
    """The token of a link with which this person can choose a new password."""
    require(actor, "admin")
    person = people.get(session, person_id)
    if person.disabled_at is not None:
        raise NotAllowed(f"{person.name} is disabled. Enable the account first.")
    links.withdraw(session, "reset", at, email=person.email)
    return _link(
        session,
        "reset",
        email=person.email,
        person_id=person.id,
        created_by=actor.name,
        at=at,
        lasts=RESET_TIME,
    )


def reset(session: Session, *, token: str, password_hash: str, at: datetime) -> Person:
    """A new password by link. Whoever was logged in with the old one no longer is."""
    link = require_link(session, "reset", token, at)
    link.used_at = at
    person = people.get(session, link.person_id or 0, lock=True)
    if person.disabled_at is not None:
        raise NotAllowed(STALE)
    person.password_hash = password_hash
    logins.end(session, person.id, at)
    return person


def require_link(session: Session, kind: str, token: str, at: datetime) -> Link:
    """The link of this token, or a refusal that says whom to ask."""
    link = links.good(session, kind, hashed(token), at)
    if link is None:
        raise NotAllowed(STALE)
    return link


def withdraw_invitation(session: Session, *, email: str, actor: Actor, at: datetime) -> None:
    require(actor, "admin")
    links.withdraw(session, "invitation", at, email=rules.email_of(email))


def change_role(
    session: Session, *, person_id: int, role: str, actor: Actor, at: datetime
) -> Person:
    require(actor, "admin")
    refuse({"role": rules.role_problem(role)})
    if role != "admin":
        _require_another_admin(session, person_id)
    person = people.get(session, person_id, lock=True)
    person.role = role
    return person


def disable(session: Session, *, person_id: int, actor: Actor, at: datetime) -> Person:
    """Shut somebody out, at once and everywhere. Doing it twice changes nothing."""
    require(actor, "admin")
    _require_another_admin(session, person_id)
    person = people.get(session, person_id, lock=True)
    person.disabled_at = person.disabled_at or at
    logins.end(session, person.id, at)
    links.withdraw(session, "reset", at, email=person.email)
    return person


def enable(session: Session, *, person_id: int, actor: Actor, at: datetime) -> Person:
    require(actor, "admin")
    person = people.get(session, person_id, lock=True)
    person.disabled_at = None
    return person


def end_logins(session: Session, *, person_id: int, actor: Actor, at: datetime) -> Person:
    """Log somebody else out everywhere."""
    require(actor, "admin")
    person = people.get(session, person_id)
    logins.end(session, person.id, at)
    return person


def _link(
    session: Session,
    kind: str,
    *,
    created_by: str,
    at: datetime,
    lasts: timedelta,
    email: str = "",
    role: str = "",
    person_id: int | None = None,
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        Link(
            kind=kind,
            token_hash=hashed(token),
            email=email,
            role=role,
            person_id=person_id,
            created_by=created_by,
            created_at=at,
            expires_at=at + lasts,
        )
    )
    return token


def _add(
    session: Session,
    *,
    name: str,
    email: str,
    role: str,
    zone: str,
    password_hash: str,
    at: datetime,
) -> Person:
    name, email = name.strip(), rules.email_of(email)
    refuse(
        {
            "name": rules.name_problem(name) or name_taken(session, name),
            "email": rules.email_problem(email),
            "zone": rules.zone_problem(zone),
        }
    )
    person = Person(
        name=name, email=email, role=role, zone=zone, password_hash=password_hash, created_at=at
    )
    session.add(person)
    session.flush()
    return person


def _require_another_admin(session: Session, person_id: int) -> None:
    admins = [person.id for person in people.active_admins(session)]
    if rules.is_last_admin(person_id, admins):
        raise NotAllowed("This is the last admin. Make somebody else an admin first.")
