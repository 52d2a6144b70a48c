"""Dialogs in Slack: who fills each of them, and what becomes of what was filled in.

A dialog is a line in DIALOGS: its name, the function that fills it, and the one that takes what
was filled in. Its context comes back from Slack as anybody might have written it, so both ask
for every right again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules.dialogs import Asked, Dialog, Reply
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.rules.slash_words import NOTHING_OPEN
from incident.services import (
    card_dialogs,
    command_dialogs,
    cord_dialogs,
    message_dialogs,
    update_dialogs,
    visibility,
)
from incident.services.meant import meant

WHICH = "which"

Context = Mapping[str, str]
Values = Mapping[str, Any]
Fill = Callable[[Session, Context, Actor, datetime], Dialog]
Submit = Callable[[Session, Context, Values, Actor, datetime], Reply]

DIALOGS: Mapping[str, tuple[Fill, Submit]] = {
    "open": (command_dialogs.fill_open, command_dialogs.submit_open),
    "note": (command_dialogs.fill_note, command_dialogs.submit_note),
    "effect": (command_dialogs.fill_effect, command_dialogs.submit_effect),
    "keep": (command_dialogs.fill_keep, command_dialogs.submit_keep),
    message_dialogs.NAME: (message_dialogs.fill, message_dialogs.submit),
    cord_dialogs.SAME_AS: (cord_dialogs.fill_same_as, cord_dialogs.submit_same_as),
    cord_dialogs.WHY: (cord_dialogs.fill_why, cord_dialogs.submit_why),
    "step_value": (card_dialogs.fill_value, card_dialogs.submit_value),
    "step_reason": (card_dialogs.fill_reason, card_dialogs.submit_reason),
    "step_note": (card_dialogs.fill_note, card_dialogs.submit_note),
    "page": (card_dialogs.fill_page, card_dialogs.submit_page),
    update_dialogs.NAME: (update_dialogs.fill, update_dialogs.submit),
}


def fill(session: Session, asked: Asked, *, actor: Actor, at: datetime) -> Dialog:
    """The dialog as it opens for this actor, or NotAllowed with a sentence for them.

    A context that names a `channel` and no incident by its `key` means that of the channel; where
    several may be meant, which one is asked first.
    """
    context = asked.context
    if context.get("key") or "channel" not in context:
        return _filled(session, asked, actor=actor, at=at)
    found = meant(session, actor, channel=context["channel"])
    if found.incident is not None:
        asked = replace(asked, context={"key": found.incident.key})
        return _filled(session, asked, actor=actor, at=at)
    if found.others:
        return command_dialogs.which(asked, found.others)
    if asked.name != "page":
        raise NotAllowed(NOTHING_OPEN)
    opening = Asked("open", asked.title, {"in": context["channel"]})
    return _filled(session, opening, actor=actor, at=at)


def submit(
    session: Session, name: str, context: Context, values: Values, *, actor: Actor, at: datetime
) -> Reply:
    """Do what was filled in. `values` are by the field's name: a text, or texts for choices."""
    if name == WHICH:
        return command_dialogs.submit_which(session, context, values, actor, at)
    if context.get("key"):
        visibility.require(session, actor, context["key"])
    return _of(name)[1](session, context, values, actor, at)


def _filled(session: Session, asked: Asked, *, actor: Actor, at: datetime) -> Dialog:
    if asked.context.get("key"):
        visibility.require(session, actor, asked.context["key"])
    return _of(asked.name)[0](session, asked.context, actor, at)


def _of(name: str) -> tuple[Fill, Submit]:
    found = DIALOGS.get(name)
    if found is None:
        raise NotAllowed("The desk does not know this dialog any more. Ask for it again.")
    return found
