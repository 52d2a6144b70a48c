"""What the forms of a retro bring, and where they lead."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incident import clock
from incident.rules.permissions import Actor
from incident.rules.typed_times import moment_of
from incident.services import answers
from incident.services.action_items import ItemForm
from incident.services.answers import Answered
from incident.storage.db import transaction
from incident.web.people import current_actor

OURS = ("csrf_token", "idempotency_key")
Command = Callable[..., object]


def send(key: str, command: Command, **asked: object) -> None:
    """One command on this retro in one transaction, once however often the form arrives."""
    actor, at = current_actor(), clock.now()
    with transaction() as session:

        def do() -> Answered:
            command(session, incident_key=key, actor=actor, at=at, **asked)
            return Answered(303)

        _once(session, actor, at, do)


def done(key: str, said: str, place: str = "") -> ResponseReturnValue:
    """Back to the retro, at the place that changed."""
    flash(said, "done")
    return redirect(url_for("retros.show", key=key, _anchor=place or None), 303)


def version_typed() -> int:
    """The version that was on screen. Whoever does not say has seen none."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def item_typed() -> ItemForm:
    """What the form holds of an action item; a field that it lacks stays as it is."""
    step = request.form.get("step", "")
    return ItemForm(
        text=request.form.get("text"),
        kind=request.form.get("kind"),
        owner=request.form.get("owner"),
        due_on=request.form.get("due_on"),
        link=request.form.get("link"),
        state=request.form.get("state"),
        step=int(step) if step.isascii() and step.isdigit() and len(step) < 10 else None,
    )


def moment_typed(zone: str) -> datetime | None:
    """The time in its field, or nothing where it was left alone."""
    text = request.form.get("occurred_at", "").strip()
    if text == request.form.get("was", ""):
        return None
    return moment_of(text, zone=zone, now=clock.now())


def _once(session: Session, actor: Actor, at: datetime, do: Callable[[], Answered]) -> None:
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]
    answers.once(
        session,
        actor=actor,
        key=request.form.get("idempotency_key", ""),
        request=f"{request.method} {request.path} {urlencode(fields)}",
        at=at,
        do=do,
    )
