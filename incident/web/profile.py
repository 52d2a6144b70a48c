"""One's own page: name, zone, telephone, password, and the browsers left logged in."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident import clock
from incident.rules import people as rules
from incident.rules.fields import Wrong
from incident.services import passwords, profiles
from incident.storage import logins as login_rows
from incident.storage import people as people_rows
from incident.storage import slack_members
from incident.storage.db import reading, transaction
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import visitor

bp = Blueprint("profile", __name__, url_prefix="/profile")


@bp.get("")
def show() -> ResponseReturnValue:
    return _page(Errors())


@bp.post("")
@role_required("viewer")
def save() -> ResponseReturnValue:
    errors, form = Errors(), request.form
    with errors.kept(), transaction() as session:
        profiles.save(
            session,
            person_id=visitor().person_id,
            name=form.get("name", ""),
            zone=form.get("zone", ""),
            phone=form.get("phone", ""),
            slack_id=form.get("slack_id", ""),
            shortcuts="shortcuts" in form,
        )
    return _page(errors) if errors else _saved("Saved.")


@bp.post("/slack-link/removal")
@role_required("viewer")
def unlink() -> ResponseReturnValue:
    with transaction() as session:
        profiles.unlink(session, person_id=visitor().person_id)
    return _saved("Unlinked. What is pressed in Slack does not count as yours any more.")


@bp.post("/password")
@role_required("viewer")
def change_password() -> ResponseReturnValue:
    errors = Errors()
    with errors.kept():
        _require_current_password(request.form.get("current_password", ""))
        new_hash = passwords.made(
            request.form.get("new_password", ""),
            known=(visitor().name, visitor().email),
            field="new_password",
        )
        with transaction() as session:
            profiles.change_password(
                session,
                person_id=visitor().person_id,
                password_hash=new_hash,
                at=clock.now(),
                keep_login=visitor().login_id,
                end_others="end_others" in request.form,
            )
    return _page(errors) if errors else _saved("Your password is changed.")


def _require_current_password(password: str) -> None:
    with reading() as session:
        person = people_rows.get(session, visitor().person_id)
    if not passwords.hasher().fits(password, person.password_hash):
        raise Wrong({"current_password": "This is not your password."})


def _saved(sentence: str) -> ResponseReturnValue:
    flash(sentence, "done")
    return redirect(url_for("profile.show"), 303)


def _page(errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        person = people_rows.get(session, visitor().person_id)
        logins = login_rows.of_person(session, person.id)
        member = slack_members.find(session, person.slack_id) if person.slack_id else None
    page = render_template(
        "people/profile.html",
        person=person,
        member=member,
        logins=logins,
        form=request.form,
        errors=errors,
        zones=rules.zones(),
    )
    return make_response(page, 422 if errors else 200)
