"""The channel of an incident in Slack: made, used, tried again, and what becomes of it."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from incident.services import channels
from incident.web.presses import Press, press

bp = Blueprint("channels", __name__, url_prefix="/incidents/<key>/channel")


@bp.post("")
def want(key: str) -> ResponseReturnValue:
    """`own` is "new" or "again"; else `channel` names one that is there."""
    form = request.form

    def do(pressed: Press) -> None:
        session, actor, at = pressed.session, pressed.actor, pressed.at
        if form.get("own") == "again":
            channels.try_again(session, incident_key=key, actor=actor, at=at)
        elif "own" in form:
            channels.create(session, incident_key=key, actor=actor, at=at)
        else:
            named = form.get("channel", "")
            channels.use(session, incident_key=key, channel=named, actor=actor, at=at)

    return press(key, do, said="Slack is asked for it.")


@bp.post("/end")
def choose_end(key: str) -> ResponseReturnValue:
    archives = bool(request.form.get("archives"))

    def do(pressed: Press) -> None:
        channels.choose_end(
            pressed.session,
            incident_key=key,
            archives=archives,
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="Kept.")
