"""Who does what in an incident: taking a role, and giving it up."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from incident.services import roles
from incident.web.presses import Press, press

bp = Blueprint("roles", __name__, url_prefix="/incidents/<key>/roles")


@bp.post("")
def change(key: str) -> ResponseReturnValue:
    """`role` is taken by whoever presses, `renounce` is given up by them."""
    form = request.form

    def do(pressed: Press) -> None:
        command = roles.renounce if "renounce" in form else roles.take
        command(
            pressed.session,
            incident_key=key,
            name=form.get("renounce") or form.get("role", ""),
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="It is on the timeline.")
