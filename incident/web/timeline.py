"""The timeline on a page of its own, and the lines that people add to it."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from incident import clock
from incident.rules.typed_times import moment_of
from incident.services import incidents as services
from incident.storage import incidents, timeline
from incident.storage.db import reading
from incident.web.presses import Press, press
from incident.web.screens.timeline import entries

PER_PAGE = 200

bp = Blueprint("timeline", __name__, url_prefix="/incidents/<key>")


@bp.get("/timeline")
def show(key: str) -> ResponseReturnValue:
    before = request.args.get("before", None, int)
    with reading() as session:
        incident = incidents.get(session, key)
        events = timeline.newest(session, incident.id, before=before, limit=PER_PAGE)
        return render_template(
            "incidents/timeline.html",
            incident=incident,
            entries=entries(events, incident.zone, now=clock.now()),
            earlier=events[0].seq if events and events[0].seq > 1 else None,
        )


@bp.post("/events")
def tell(key: str) -> ResponseReturnValue:
    """What somebody saw or did, now or at the time they say."""
    form = request.form

    def do(pressed: Press) -> None:
        zone = incidents.get(pressed.session, key).zone
        services.tell(
            pressed.session,
            incident_key=key,
            text=form.get("text", ""),
            occurred_at=moment_of(form.get("occurred_at", ""), zone=zone, now=pressed.at),
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="It is on the timeline.")
