"""One press of a button on an incident: done once however often it arrives, answered with the news.

A form that is sent plainly is answered with the page. A script says with `Incident-Seq` what its
screen shows, and is answered with what came after.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incident import clock
from incident.rules.permissions import Actor
from incident.services import answers, visits
from incident.services.answers import Answered
from incident.storage.db import transaction
from incident.web import news
from incident.web.people import current_actor, current_guest

OURS = ("csrf_token", "idempotency_key")


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed, when, and the transaction that it happens in."""

    session: Session
    actor: Actor
    at: datetime


def press(
    key: str, do: Callable[[Press], object], *, said: str, undo: str = ""
) -> ResponseReturnValue:
    """A command on an incident. `said` is told afterwards; `undo` is where it is taken back."""

    def deed(pressed: Press) -> Answered:
        do(pressed)
        visits.press(
            pressed.session,
            incident_key=key,
            guest=current_guest(),
            at=pressed.at,
            is_scripted=_seen() is not None,
        )
        return Answered(303)

    once(deed)
    return answered(key, said=said, undo=undo)


def once(do: Callable[[Press], Answered]) -> Answered:
    """Do what the form asks in one transaction, or answer as when it first arrived."""
    actor, at = current_actor(), clock.now()
    with transaction() as session:
        return answers.once(
            session,
            actor=actor,
            key=request.form.get("idempotency_key", ""),
            request=_asked(),
            at=at,
            do=lambda: do(Press(session, actor, at)),
        )


def answered(key: str, *, said: str, undo: str = "") -> ResponseReturnValue:
    """The news for a script, the page for everybody else."""
    seen = _seen()
    if seen is not None:
        return news.after(key, seen, said=said, undo=undo)
    flash(said, "done")
    return redirect(f"/incidents/{key}", 303)


def number_in_form(name: str) -> int | None:
    """A number that the form carries, if it carries one."""
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _seen() -> int | None:
    """What the screen of a script shows. Without a script there is none."""
    seen = request.headers.get("Incident-Seq", "")
    return int(seen) if seen.isascii() and seen.isdigit() else None


def _asked() -> str:
    """What makes this request another one than the last with the same key."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]
    return f"{request.method} {request.path} {urlencode(fields)}"
