"""Everybody who has an account: inviting, roles, new passwords, shutting out. For admins."""

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incident import clock
from incident.services import people
from incident.storage import links as link_rows
from incident.storage import people as people_rows
from incident.storage.db import reading, transaction
from incident.storage.people import Person
from incident.web.desk import config
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor

bp = Blueprint("accounts", __name__, url_prefix="/settings/people")


@bp.get("")
@role_required("admin")
def index() -> ResponseReturnValue:
    return _page(Errors())


@bp.post("/invitations")
@role_required("admin")
def invite() -> ResponseReturnValue:
    """The link is on the answer, and nowhere else ever again."""
    errors, form = Errors(), request.form
    with errors.kept(), transaction() as session:
        token = people.invite(
            session,
            email=form.get("email", ""),
            role=form.get("role", ""),
            actor=current_actor(),
            at=clock.now(),
        )
    if errors:
        return _page(errors)
    return _link("invitations", token, email=form["email"].strip(), lasts="7 days")


@bp.post("/invitations/withdrawal")
@role_required("admin")
def withdraw() -> ResponseReturnValue:
    email = request.form.get("email", "")
    with transaction() as session:
        people.withdraw_invitation(session, email=email, actor=current_actor(), at=clock.now())
    return _back(f"The invitation of {email} no longer works.")


@bp.post("/<int:person_id>/reset")
@role_required("admin")
def reset(person_id: int) -> ResponseReturnValue:
    with transaction() as session:
        token = people.offer_reset(
            session, person_id=person_id, actor=current_actor(), at=clock.now()
        )
        email = people_rows.get(session, person_id).email
    return _link("resets", token, email=email, lasts="30 minutes")


@bp.post("/<int:person_id>/role")
@role_required("admin")
def change_role(person_id: int) -> ResponseReturnValue:
    with transaction() as session:
        person = people.change_role(
            session,
            person_id=person_id,
            role=request.form.get("role", ""),
            actor=current_actor(),
            at=clock.now(),
        )
    return _back(f"{person.name} is {person.role} now.")


@bp.post("/<int:person_id>/disabling")
@role_required("admin")
def disable(person_id: int) -> ResponseReturnValue:
    return _change(people.disable, person_id, "{} is shut out, everywhere.")


@bp.post("/<int:person_id>/enabling")
@role_required("admin")
def enable(person_id: int) -> ResponseReturnValue:
    return _change(people.enable, person_id, "{} can log in again.")


@bp.post("/<int:person_id>/logout")
@role_required("admin")
def end_logins(person_id: int) -> ResponseReturnValue:
    return _change(people.end_logins, person_id, "{} is logged out everywhere.")


def _change(command: Callable[..., Person], person_id: int, sentence: str) -> ResponseReturnValue:
    with transaction() as session:
        person = command(session, person_id=person_id, actor=current_actor(), at=clock.now())
    return _back(sentence.format(person.name))


def _back(sentence: str) -> ResponseReturnValue:
    flash(sentence, "done")
    return redirect(url_for("accounts.index"), 303)


def _link(kind: str, token: str, *, email: str, lasts: str) -> ResponseReturnValue:
    address = f"{config().public_url}/{kind}/{token}"
    return make_response(
        render_template("people/link.html", kind=kind, address=address, email=email, lasts=lasts)
    )


def _page(errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        page = render_template(
            "people/index.html", errors=errors, form=request.form, **_everybody(session)
        )
    return make_response(page, 422 if errors else 200)


def _everybody(session: Session) -> dict[str, object]:
    return {
        "people": people_rows.every(session),
        "invitations": link_rows.waiting(session, "invitation", clock.now()),
    }
