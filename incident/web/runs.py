"""The checklists of an incident: attaching one more, giving one up."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from incident import clock
from incident.services import proofs, runs
from incident.storage import checklists, incidents, targets
from incident.storage.db import reading
from incident.web.presses import Press, press
from incident.web.screens.checklists import offers
from incident.web.screens.wakes import wakes

bp = Blueprint("runs", __name__, url_prefix="/incidents/<key>/checklists")


@bp.get("")
def choose(key: str) -> ResponseReturnValue:
    """Each button says what it sends at once, so that pressing it is the confirmation."""
    with reading() as session:
        incident = incidents.get(session, key)
        found = offers(checklists.all_published(session))
        pageable = wakes(targets.every(session), proofs.troubles(session, at=clock.now()))
    return render_template("incidents/attach.html", incident=incident, offers=found, wakes=pageable)


@bp.post("")
def attach(key: str) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        runs.attach(
            pressed.session,
            incident_key=key,
            slug=request.form.get("checklist", ""),
            confirmed=request.args.get("confirmed") == "1",
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="The checklist is attached.")


@bp.post("/<int:run_id>/abandonment")
def abandon(key: str, run_id: int) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        runs.abandon(
            pressed.session,
            incident_key=key,
            run_id=run_id,
            reason=request.form.get("reason", ""),
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="The checklist is given up.")
