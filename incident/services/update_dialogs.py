"""The dialog in Slack that asks for an update, filled with what was said last."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules.dialogs import Dialog, Field, Reply
from incident.rules.fields import Wrong
from incident.rules.permissions import Actor
from incident.rules.wordings import FIELD_LENGTH
from incident.rules.words import shortened
from incident.services import updates
from incident.services.audiences import Audience, audiences_of
from incident.services.command_dialogs import require_account
from incident.services.updates import Draft
from incident.storage import incidents
from incident.storage.incidents import Incident

NAME = "update"
TITLE_LENGTH = 300

Context = Mapping[str, str]
Values = Mapping[str, Any]


def fill(session: Session, context: Context, actor: Actor, _at: datetime) -> Dialog:
    require_account(actor)
    incident = incidents.get(session, context.get("key", ""))
    begun = updates.begun(session, incident)
    audiences = list(audiences_of(session, incident).values())
    return Dialog(
        name=NAME,
        title="Write the update",
        fields=[*_said(begun), *_sent(incident, begun, audiences)],
        submit="Send it",
        text=_head(incident, audiences),
        context={"key": incident.key},
    )


def submit(session: Session, context: Context, values: Values, actor: Actor, at: datetime) -> Reply:
    """Where nobody can be told, the timeline is, and whoever asked hears it."""
    require_account(actor)
    to = values.get("to")
    draft = Draft(
        conditions=str(values.get("conditions") or ""),
        actions=str(values.get("actions") or ""),
        needs=str(values.get("needs") or ""),
        wordings=None if to is None else dict.fromkeys(to, ""),
        next_minutes=_minutes(values.get("next_minutes")),
    )
    key = context.get("key", "")
    update = updates.write(session, incident_key=key, draft=draft, actor=actor, at=at)
    places = audiences_of(session, incidents.get(session, key))
    told = [places[name].place for name in update.wordings if places[name].channel]
    if told:
        return Reply(f"{key}: the update goes to {', '.join(told)}.")
    return Reply(f"{key}: the update stands on the timeline. It was posted nowhere.")


def _head(incident: Incident, audiences: list[Audience]) -> str:
    drill = "DRILL " if incident.mode == "drill" else ""
    lines = [f"{drill}{incident.key}: {shortened(incident.title, TITLE_LENGTH)}"]
    nowhere = [audience.name for audience in audiences if not audience.channel]
    if nowhere and incident.private:
        lines.append("It is private, so it is told only in a private channel of its own.")
    elif nowhere:
        lines.append(f"No channel for: {', '.join(nowhere)}. Settings, Slack chooses one.")
    return "\n".join(lines)


def _said(begun: Draft) -> Iterator[Field]:
    asks = {
        "conditions": "Conditions: what is known, what do users see?",
        "actions": "Actions: what is being done?",
        "needs": "Needs: what is missing?",
    }
    for name, label in asks.items():
        yield Field(
            name,
            label,
            kind="text",
            value=getattr(begun, name),
            optional=name != "conditions",
            longest=FIELD_LENGTH,
        )


def _sent(incident: Incident, begun: Draft, audiences: list[Audience]) -> Iterator[Field]:
    """To whom, and when there is more. What is over needs no next one."""
    options = [
        (audience.name, f"{audience.name.capitalize()}: {audience.place}")
        for audience in audiences
        if audience.channel
    ]
    if options:
        chosen = ["responders"] if options[0][0] == "responders" else []
        yield Field(
            "to", "Send it to", kind="choices", value=chosen, options=options, optional=True
        )
    if incident.open:
        minutes = str(begun.next_minutes or "")
        label = "Next update in how many minutes?"
        yield Field("next_minutes", label, kind="number", value=minutes, optional=True)


def _minutes(value: object) -> int | None:
    """What Slack's number field holds is a text; anything odd is said beside it."""
    text = str(value or "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise Wrong({"next_minutes": "A whole number of minutes, from 1 to 1440."})
    return int(text)
