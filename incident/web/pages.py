"""Pages that somebody asks for by hand, and what may be done about one that rings."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from incident.services import ladder, page_words, pages
from incident.storage import incidents
from incident.web.presses import Press, number_in_form, press

bp = Blueprint("pages", __name__, url_prefix="/incidents/<key>/pages")


@bp.post("")
def page(key: str) -> ResponseReturnValue:
    """`cord` says that this is the page the cord was about to send: it is not sent twice."""
    target = request.form.get("target", "")

    def do(pressed: Press) -> None:
        incident = incidents.lock(pressed.session, key)
        pages.page_locked(
            pressed.session,
            incident,
            target=target,
            text=request.form.get("reason", ""),
            cause=f"rule-{incident.slack_channel}" if request.form.get("cord") else "",
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said=f"Asked for {target}. The strip says when somebody answers.")


@bp.post("/<int:page_id>/acknowledgement")
def acknowledge(key: str, page_id: int) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        pages.acknowledge(
            pressed.session,
            incident_key=key,
            page_id=page_id,
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="You have it.")


@bp.post("/<int:page_id>/not-me")
def not_me(key: str, page_id: int) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        ladder.not_me(
            pressed.session,
            incident_key=key,
            page_id=page_id,
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="Not you, then. The step says what comes next.")


@bp.post("/<int:page_id>/notes")
def note(key: str, page_id: int) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        page_words.note(
            pressed.session,
            incident_key=key,
            page_id=page_id,
            text=request.form.get("text", ""),
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="The note goes to PagerDuty. The timeline says when it is there.")


@bp.post("/<int:page_id>/escalation")
def escalate(key: str, page_id: int) -> ResponseReturnValue:
    def do(pressed: Press) -> None:
        page_words.escalate(
            pressed.session,
            incident_key=key,
            page_id=page_id,
            level=number_in_form("level") or 0,
            actor=pressed.actor,
            at=pressed.at,
        )

    return press(key, do, said="PagerDuty is asked to escalate. The timeline says what it did.")
