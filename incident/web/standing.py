"""Where an incident stands: how bad it is, and every move from one status to the next."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from incident.rules.typed_times import moment_of
from incident.services import channels, incidents
from incident.storage import incidents as rows
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


@bp.post("/description")
def describe(key: str) -> ResponseReturnValue:
    """A better title or summary, or the moment when it began. What is left empty stays."""
    form = request.form

    def do(pressed: Press) -> None:
        zone = rows.get(pressed.session, key).zone
        incidents.describe(
            pressed.session,
            incident_key=key,
            title=form.get("title") or None,
            summary=form.get("summary"),
            started_at=moment_of(form.get("started_at", ""), zone=zone, now=pressed.at),
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="It is on the timeline.")


@bp.post(f"/<any({', '.join(MOVES)}):noun>")
def move(key: str, noun: str) -> ResponseReturnValue:
    form = request.form

    def do(pressed: Press) -> None:
        if noun == "closing" and form.get("channel"):
            archives = bool(form.get("archives"))
            channels.choose_end(
                pressed.session,
                incident_key=key,
                archives=archives,
                actor=pressed.actor,
                at=pressed.at,
            )
        incidents.move(
            pressed.session,
            incident_key=key,
            action=MOVES[noun],
            actor=pressed.actor,
            at=pressed.at,
            reason=form.get("reason", ""),
            into=form.get("into", ""),
        )

    return press(key, do, said="It is on the timeline.")
