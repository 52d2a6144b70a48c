"""Who may see an incident: making it private, letting people in, opening it up."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incident.services import privacy
from incident.services.answers import Answered
from incident.storage import incident_members, incidents, people
from incident.storage.db import reading
from incident.storage.people import Person
from incident.web.people import current_actor, still_sees
from incident.web.presses import Press, number_in_form, once

Asked = tuple[list[Person], list[tuple[int, str]]]

bp = Blueprint("members", __name__, url_prefix="/incidents/<key>")


@bp.get("/members")
def show(key: str) -> ResponseReturnValue:
    with reading() as session:
        incident = incidents.get(session, key)
        inside, others = _people(session, incident.id)
    return render_template(
        "incidents/members.html", incident=incident, members=inside, others=others
    )


@bp.post("/members")
def add(key: str) -> ResponseReturnValue:
    person_id = number_in_form("person") or 0
    return _do(
        key,
        lambda p: privacy.add(
            p.session, incident_key=key, person_id=person_id, actor=p.actor, at=p.at
        ),
        said="They see it from now on.",
    )


@bp.post("/members/<int:person_id>/removal")
def remove(key: str, person_id: int) -> ResponseReturnValue:
    return _do(
        key,
        lambda p: privacy.remove(
            p.session, incident_key=key, person_id=person_id, actor=p.actor, at=p.at
        ),
        said="They do not see it any more.",
    )


@bp.post("/privacy")
def hide(key: str) -> ResponseReturnValue:
    return _do(
        key,
        lambda p: privacy.hide(p.session, incident_key=key, actor=p.actor, at=p.at),
        said="It is private.",
    )


@bp.post("/publicity")
def open_up(key: str) -> ResponseReturnValue:
    return _do(
        key,
        lambda p: privacy.open_up(p.session, incident_key=key, actor=p.actor, at=p.at),
        said="Everybody sees it.",
    )


def _do(key: str, command: Callable[[Press], object], *, said: str) -> ResponseReturnValue:
    def deed(pressed: Press) -> Answered:
        command(pressed)
        return Answered(303)

    once(deed)
    flash(said, "done")
    return redirect(f"/incidents/{key}/members" if still_sees(current_actor(), key) else "/", 303)


def _people(session: Session, incident_id: int) -> Asked:
    """Those who are let in, and whom else one could let in."""
    every = [one for one in people.every(session) if one.disabled_at is None]
    inside = {one.person_id for one in incident_members.of_incident(session, incident_id)}
    others = [(one.id, one.name) for one in every if one.id not in inside and one.role != "admin"]
    return [one for one in every if one.id in inside], others
