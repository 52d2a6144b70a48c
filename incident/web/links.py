"""One-time links: setting the desk up, accepting an invitation, choosing a new password.

Looking at a link does not use it up, for chat programs look at every link they are sent.
"""

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from incident import clock
from incident.rules import people as rules
from incident.services import logins, passwords, people
from incident.storage import people as people_rows
from incident.storage.db import reading, transaction
from incident.storage.links import Link
from incident.storage.people import Person
from incident.web import devices
from incident.web.forms import Errors
from incident.web.guard import public
from incident.web.logins import let_in

bp = Blueprint("links", __name__)


@bp.get("/setup")
@public
def first() -> ResponseReturnValue:
    """What every page leads to while nobody has an account."""
    with reading() as session:
        if people_rows.any_yet(session):
            return redirect("/", 303)
    return render_template("people/first.html")


@bp.get("/setup/<token>")
@public
def setup(token: str) -> ResponseReturnValue:
    _require("setup", token)
    return _form("people/set_up.html", Errors())


@bp.post("/setup/<token>")
@public
def set_up(token: str) -> ResponseReturnValue:
    _require("setup", token)
    errors, form = Errors(), request.form
    with errors.kept():
        password_hash = _new_password(form.get("email", ""), form.get("name", ""))
        with transaction() as session:
            person = people.set_up(
                session,
                token=token,
                name=form.get("name", ""),
                email=form.get("email", ""),
                zone=form.get("zone", ""),
                password_hash=password_hash,
                at=clock.now(),
            )
            login = logins.open_for(session, person, caller=devices.caller(), at=clock.now())
    return _form("people/set_up.html", errors) if errors else _welcome(person, login)


@bp.get("/invitations/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    return _form("people/join.html", Errors(), link=_require("invitation", token))


@bp.post("/invitations/<token>")
@public
def join(token: str) -> ResponseReturnValue:
    link = _require("invitation", token)
    errors, form = Errors(), request.form
    with errors.kept():
        password_hash = _new_password(link.email, form.get("name", ""))
        with transaction() as session:
            person = people.join(
                session,
                token=token,
                name=form.get("name", ""),
                zone=form.get("zone", ""),
                password_hash=password_hash,
                at=clock.now(),
            )
            login = logins.open_for(session, person, caller=devices.caller(), at=clock.now())
    return _form("people/join.html", errors, link=link) if errors else _welcome(person, login)


@bp.get("/resets/<token>")
@public
def new_password(token: str) -> ResponseReturnValue:
    return _form("people/reset.html", Errors(), link=_require("reset", token))


@bp.post("/resets/<token>")
@public
def reset(token: str) -> ResponseReturnValue:
    link = _require("reset", token)
    errors = Errors()
    with errors.kept():
        password_hash = _new_password(link.email)
        with transaction() as session:
            person = people.reset(session, token=token, password_hash=password_hash, at=clock.now())
            login = logins.open_for(session, person, caller=devices.caller(), at=clock.now())
    return _form("people/reset.html", errors, link=link) if errors else _welcome(person, login)


def _require(kind: str, token: str) -> Link:
    with reading() as session:
        return people.require_link(session, kind, token, clock.now())


def _new_password(*known: str) -> str:
    return passwords.made(request.form.get("password", ""), known=known)


def _form(template: str, errors: Errors, *, link: Link | None = None) -> ResponseReturnValue:
    page = render_template(
        template, errors=errors, form=request.form, link=link, zones=rules.zones()
    )
    return make_response(page, 422 if errors else 200)


def _welcome(person: Person, login: str) -> ResponseReturnValue:
    let_in(login)
    response = make_response(redirect("/", 303))
    devices.remember(response, person.id)
    return response
