"""Temporary measures: putting one in force by hand, and ending one."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from incident.services import effects
from incident.web.presses import Press, press

bp = Blueprint("effects", __name__, url_prefix="/incidents/<key>/effects")


@bp.post("")
def begin(key: str) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        effects.put_in_force(
            pressed.session,
            incident_key=key,
            text=request.form.get("text", ""),
            undo=request.form.get("undo", ""),
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="It is on the strip until somebody ends it.")


@bp.post("/<int:effect_id>/ending")
def end(key: str, effect_id: int) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        effects.end(
            pressed.session,
            incident_key=key,
            effect_id=effect_id,
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="No longer in effect.")
