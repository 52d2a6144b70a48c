"""API tokens: made, shown once, revoked. For admins."""

from datetime import timedelta

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incident import clock
from incident.services import tokens
from incident.storage import tokens as token_rows
from incident.storage.db import reading, transaction
from incident.web.forms import Errors
from incident.web.guard import role_required
from incident.web.people import current_actor

LASTS = {"30": "30 days", "90": "90 days", "365": "A year", "": "Until it is revoked"}

bp = Blueprint("tokens", __name__, url_prefix="/settings/tokens")


@bp.get("")
@role_required("admin")
def index() -> ResponseReturnValue:
    return _page(Errors())


@bp.post("")
@role_required("admin")
def create() -> ResponseReturnValue:
    """The token is on the answer, and nowhere else ever again."""
    errors, form, at = Errors(), request.form, clock.now()
    lasts = form.get("lasts", "90")
    if lasts not in LASTS:
        errors["lasts"] = "Choose from the list."
        return _page(errors)
    with errors.kept(), transaction() as session:
        token = tokens.create(
            session,
            name=form.get("name", ""),
            role=form.get("role", ""),
            actor=current_actor(),
            at=at,
            expires_at=at + timedelta(days=int(lasts)) if lasts else None,
        )
    if errors:
        return _page(errors)
    return render_template("settings/tokens/show.html", token=token, name=form["name"].strip())


@bp.post("/<int:token_id>/revocation")
@role_required("admin")
def revoke(token_id: int) -> ResponseReturnValue:
    with transaction() as session:
        token = tokens.revoke(session, token_id=token_id, actor=current_actor(), at=clock.now())
    flash(f"{token.name} cannot come in any more.", "done")
    return redirect(url_for("tokens.index"), 303)


def _page(errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        page = render_template(
            "settings/tokens/index.html",
            tokens=token_rows.every(session),
            lasts=list(LASTS.items()),
            form=request.form,
            errors=errors,
        )
    return make_response(page, 422 if errors else 200)
