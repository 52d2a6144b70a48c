"""Where somebody is in an incident: the page says it while it is looked at, and tells what happened
since to whoever comes back to it."""

import logging

from flask import Blueprint, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from incident import clock
from incident.services import visits
from incident.storage.db import transaction
from incident.web import news
from incident.web.errors import is_fetch
from incident.web.guard import role_required
from incident.web.people import current_guest
from incident.web.presses import number_in_form

log = logging.getLogger(__name__)

bp = Blueprint("visits", __name__, url_prefix="/incidents/<key>/visit")


@bp.get("")
def show(key: str) -> ResponseReturnValue:
    """The card alone, for a page that stayed open while nobody looked at it."""
    shown = news.whole(key)
    response = make_response(render_template("incidents/_resume.html", live=shown))
    response.headers["Incident-Seq"] = str(shown.seq)
    return response


@bp.post("")
@role_required("viewer")
def mark(key: str) -> ResponseReturnValue:
    """A mark that cannot be written keeps nobody from going on."""
    step = number_in_form("step")
    try:
        _mark(key, step)
    except OperationalError as error:
        log.warning("could not note how far somebody followed %s: %s", key, error)
    if is_fetch():
        return "", 204
    return redirect(f"/incidents/{key}" + (f"#step-{step}" if step is not None else ""), 303)


def _mark(key: str, step: int | None) -> None:
    with transaction() as session:
        visits.mark(
            session,
            incident_key=key,
            guest=current_guest(),
            seq=number_in_form("seq") or 0,
            step=step,
            at=clock.now(),
        )
