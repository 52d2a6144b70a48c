"""Updates of an incident: the form with its three wordings, and everything that was said before."""

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from incident import clock
from incident.rules.fields import Wrong
from incident.rules.wordings import AUDIENCES
from incident.services import audiences, repeats, updates
from incident.services.answers import Answered
from incident.services.updates import Draft
from incident.storage import incidents
from incident.storage import updates as rows
from incident.storage.db import reading
from incident.web.forms import Errors
from incident.web.presses import Press, once
from incident.web.screens import updates as screen

WHOLE = "A whole number of minutes, from 1 to 1440."

bp = Blueprint("updates", __name__, url_prefix="/incidents/<key>/updates")


@bp.get("")
def show(key: str) -> ResponseReturnValue:
    return _page(key, None, Errors())


@bp.post("")
def send(key: str) -> ResponseReturnValue:
    """Sent once, however often the form arrives. `preview` only shows what would be sent."""
    errors = Errors()
    with errors.kept():
        draft = _draft()
        if "preview" in request.form:
            return _page(key, draft, errors)
        _write(key, draft)
        flash("The update is on the timeline, and on its way.", "done")
        return redirect(f"/incidents/{key}/updates", 303)
    return _page(key, _draft(minutes=False), errors)


@bp.post("/<int:seq>/posts/<audience>")
def repeat(key: str, seq: int, audience: str) -> ResponseReturnValue:
    """Send again what did not arrive."""

    def do(pressed: Press) -> Answered:
        repeats.repeat(
            pressed.session,
            incident_key=key,
            seq=seq,
            audience=audience,
            actor=pressed.actor,
            at=pressed.at,
        )
        return Answered(303)

    errors = Errors()
    with errors.kept():
        once(do)
        flash(f"The words for {audience} are on their way.", "done")
        return redirect(f"/incidents/{key}/updates#update-{seq}", 303)
    return _page(key, None, errors)


@bp.post("/postponement")
def postpone(key: str) -> ResponseReturnValue:
    def do(pressed: Press) -> Answered:
        updates.postpone(
            pressed.session,
            incident_key=key,
            minutes=_number("minutes"),
            reason=request.form.get("reason", ""),
            actor=pressed.actor,
            at=pressed.at,
        )
        return Answered(303)

    errors = Errors()
    with errors.kept():
        once(do)
        flash("The update is put off. It is on the timeline.", "done")
        return redirect(f"/incidents/{key}", 303)
    return _page(key, None, errors)


def _write(key: str, draft: Draft) -> None:
    def do(pressed: Press) -> Answered:
        updates.write(
            pressed.session, incident_key=key, draft=draft, actor=pressed.actor, at=pressed.at
        )
        return Answered(303)

    once(do)


def _draft(*, minutes: bool = True) -> Draft:
    """What was typed. An audience that is not ticked is told nothing."""
    form = request.form
    ticked = [name for name in AUDIENCES if name in form.getlist("to")]
    return Draft(
        conditions=form.get("conditions", ""),
        actions=form.get("actions", ""),
        needs=form.get("needs", ""),
        wordings={name: form.get(f"wording_{name}", "") for name in ticked},
        next_minutes=_number("next_minutes") if minutes else None,
    )


def _number(name: str) -> int | None:
    """Nothing typed is nothing; anything but digits is said beside its field."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Wrong({name: WHOLE})
    return int(text)


def _page(key: str, typed: Draft | None, errors: Errors) -> ResponseReturnValue:
    with reading() as session:
        incident = incidents.get(session, key)
        draft = typed or updates.begun(session, incident)
        written = rows.of_incident(session, incident.id)
        usual = updates.usual(session, incident, draft, at=clock.now())
        places = audiences.audiences_of(session, incident)
        sent = screen.sent(
            incident, written, audiences.posts_of(session, incident, written), places
        )
        page = render_template(
            "updates/show.html",
            incident=incident,
            draft=draft,
            form=request.form,
            errors=errors,
            sent=sent,
            wordings=screen.wordings(places, usual, draft),
        )
    return make_response(page, 422 if errors else 200)
