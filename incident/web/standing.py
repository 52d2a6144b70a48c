"""Where an incident stands: how bad it is, and every move from one status to the next."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from incident.services import incidents
from incident.web.presses import Press, press

MOVES = {
    "acceptance": "accept",
    "declining": "decline",
    "merging": "merge",
    "identification": "identify",
    "mitigation": "mitigate",
    "resolution": "resolve",
    "reopening": "reopen",
    "closing": "close",
}

bp = Blueprint("standing", __name__, url_prefix="/incidents/<key>")


@bp.post("/severity")
def rate(key: str) -> ResponseReturnValue:
    severity = request.form.get("severity", "")

    def do(pressed: Press) -> None:
        incidents.set_severity(
            pressed.session,
            incident_key=key,
            severity=severity,
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="The severity is set.")


@bp.post(f"/<any({', '.join(MOVES)}):noun>")
def move(key: str, noun: str) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        incidents.move(
            pressed.session,
            incident_key=key,
            action=MOVES[noun],
            actor=pressed.actor,
            at=pressed.at,
            reason=request.form.get("reason", ""),
            into=request.form.get("into", ""),
        )

    return press(key, do, said="It is on the timeline.")
