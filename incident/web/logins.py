"""The log-in page, logging out, and the list of one's own logins."""

from datetime import timedelta
from math import ceil

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from incident import clock
from incident.rules.addresses import our_own
from incident.services import logins, passwords
from incident.services.logins import Attempt
from incident.storage import people as people_rows
from incident.storage.db import reading, transaction
from incident.web import devices, kept
from incident.web.guard import public, role_required
from incident.web.people import load, visitor

WRONG = "That address and password do not belong together."

bp = Blueprint("logins", __name__)


@bp.get("/login")
@public
def new() -> ResponseReturnValue:
    with reading() as rows:
        if not people_rows.any_yet(rows):
            return redirect(url_for("links.first"), 303)
    if current_user.is_authenticated:
        return redirect(our_own(request.args.get("next")), 303)
    return _page("", next=our_own(request.args.get("next")))


@bp.post("/login")
@public
def create() -> ResponseReturnValue:
    """The password is compared with no transaction open: see services/logins.py."""
    with transaction() as rows:
        attempt = logins.begin(
            rows, email=request.form.get("email", ""), caller=devices.caller(), at=clock.now()
        )
    if attempt.wait > timedelta():
        return _wait(attempt.wait)
    if not passwords.hasher().fits(request.form.get("password", ""), attempt.password_hash):
        return _page(WRONG, status=401)
    return _come_in(attempt)


@bp.post("/logout")
@role_required("viewer")
def end() -> ResponseReturnValue:
    with transaction() as rows:
        logins.log_out(
            rows, person_id=visitor().person_id, login_id=visitor().login_id, at=clock.now()
        )
    _forget()
    response = redirect(url_for("logins.new"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.post("/profile/logins/<int:login_id>/ending")
@role_required("viewer")
def end_one(login_id: int) -> ResponseReturnValue:
    with transaction() as rows:
        logins.log_out(rows, person_id=visitor().person_id, login_id=login_id, at=clock.now())
    flash("That browser is logged out.", "done")
    return redirect(url_for("profile.show", _anchor="logins"), 303)


@bp.post("/profile/logins/ending")
@role_required("viewer")
def end_others() -> ResponseReturnValue:
    with transaction() as rows:
        logins.log_out_everywhere(
            rows, person_id=visitor().person_id, at=clock.now(), but=visitor().login_id
        )
    flash("Every other browser is logged out.", "done")
    return redirect(url_for("profile.show", _anchor="logins"), 303)


def let_in(token: str) -> None:
    """This browser is now that login's, and nothing of what it was before is left."""
    _end_what_was()
    _forget()
    login_user(load(token))
    session.permanent = True


def _come_in(attempt: Attempt) -> ResponseReturnValue:
    hasher = passwords.hasher()
    old = hasher.outdated(attempt.password_hash)
    new_hash = hasher.hash(request.form["password"]) if old else ""
    with transaction() as rows:
        token = logins.complete(
            rows, attempt, caller=devices.caller(), at=clock.now(), new_hash=new_hash
        )
    if token is None:
        return _page(WRONG, status=401)
    let_in(token)
    response = _onward()
    devices.remember(response, attempt.person_id or 0)
    return response


def _onward() -> Response:
    """To the page they wanted; a form that could not be saved is shown again, to be sent."""
    fields = kept.fields(request.form.get("kept", ""))
    if fields:
        send_to = our_own(request.form.get("send_to"))
        page = render_template(
            "people/again.html",
            sentence="You are logged in. This is what you were about to send.",
            fields=fields,
            send_to=send_to,
        )
        return make_response(page)
    return make_response(redirect(our_own(request.form.get("next")), 303))


def _wait(wait: timedelta) -> Response:
    seconds = ceil(wait.total_seconds())
    response = _page(f"Too many tries. Try again in {seconds} s.", status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _page(sentence: str, *, status: int = 200, next: str = "") -> Response:
    page = render_template(
        "people/log_in.html",
        sentence=sentence,
        email=request.form.get("email", ""),
        next=next or our_own(request.form.get("next")),
        kept=request.form.get("kept", ""),
        send_to=our_own(request.form.get("send_to")),
    )
    return make_response(page, status)


def _end_what_was() -> None:
    """Whoever logs in over an open login leaves no second one behind."""
    if not current_user.is_authenticated:
        return
    with transaction() as rows:
        logins.log_out(
            rows, person_id=visitor().person_id, login_id=visitor().login_id, at=clock.now()
        )


def _forget() -> None:
    logout_user()
    session.clear()
