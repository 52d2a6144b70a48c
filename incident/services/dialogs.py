"""Dialogs in Slack: who fills each of them, and what becomes of what was filled in.

A dialog is a line in DIALOGS: its name, the function that fills it, and the one that takes what
was filled in. Its context comes back from Slack as anybody might have written it, so both ask
for every right again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules.dialogs import Asked, Dialog, Reply
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import card_dialogs, cord_dialogs

Context = Mapping[str, str]
Values = Mapping[str, Any]
Fill = Callable[[Session, Context, Actor, datetime], Dialog]
Submit = Callable[[Session, Context, Values, Actor, datetime], Reply]

DIALOGS: Mapping[str, tuple[Fill, Submit]] = {
    cord_dialogs.SAME_AS: (cord_dialogs.fill_same_as, cord_dialogs.submit_same_as),
    cord_dialogs.WHY: (cord_dialogs.fill_why, cord_dialogs.submit_why),
    "step_value": (card_dialogs.fill_value, card_dialogs.submit_value),
    "step_reason": (card_dialogs.fill_reason, card_dialogs.submit_reason),
    "step_note": (card_dialogs.fill_note, card_dialogs.submit_note),
    "page": (card_dialogs.fill_page, card_dialogs.submit_page),
}


def fill(session: Session, asked: Asked, *, actor: Actor, at: datetime) -> Dialog:
    """The dialog as it opens for this actor, or NotAllowed with a sentence for them."""
    return _of(asked.name)[0](session, asked.context, actor, at)


def submit(
    session: Session, name: str, context: Context, values: Values, *, actor: Actor, at: datetime
) -> Reply:
    """Do what was filled in. `values` are by the field's name: a text, or texts for choices."""
    return _of(name)[1](session, context, values, actor, at)


def _of(name: str) -> tuple[Fill, Submit]:
    found = DIALOGS.get(name)
    if found is None:
        raise NotAllowed("The desk does not know this dialog any more. Ask for it again.")
    return found
