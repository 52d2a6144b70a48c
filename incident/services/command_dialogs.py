"""Dialogs of /inc and of the shortcuts: open, note, effect, keep, and which incident is meant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.rules import slash as rules
from incident.rules import slash_words as words
from incident.rules.dialogs import Asked, Dialog, Field, Reply
from incident.rules.fields import refuse
from incident.rules.incidents import OPEN, TITLE_LENGTH
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import RANK, Actor, require
from incident.rules.slash import Said
from incident.rules.typed_times import moment_of
from incident.rules.words import shortened
from incident.services import kept_messages, slash_deeds, slash_opening, visibility
from incident.services.askings import Asking
from incident.services.incidents import Opening
from incident.services.slash_deeds import KEPT, on_call
from incident.storage import incidents, targets
from incident.storage.incidents import Incident

LABEL_LENGTH, CHOICES, TOLD = 70, 100, 10
KEEPS = (*OPEN, "resolved")
NEEDS_ACCOUNT = (
    "This needs an account here with the role responder. If you have one, write your Slack member "
    "id on your profile in the incident desk."
)

Context = Mapping[str, str]
Values = Mapping[str, Any]


def fill_open(session: Session, context: Context, actor: Actor, at: datetime) -> Dialog:
    """Somebody without an account is offered the page first: nobody is at work yet."""
    asking = Asking(session, Said("open"), actor, at)
    is_report = RANK[actor.role] < RANK["responder"]
    fields = (
        Field("title", "What do users see?", longest=TITLE_LENGTH),
        Field("severity", "How bad is it?", "choice", value="unset", options=rules.severities()),
        Field("summary", "What else is known?", "text", optional=True),
        whom(session, slash_opening.first_target(asking) if is_report else ""),
    )
    told = told_of_targets(session, at)
    return Dialog("open", "Open an incident", fields, "Open", text=told, context=context)


def submit_open(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    asking = Asking(session, Said("open"), actor, at, channel=context.get("in", ""))
    opening = Opening(
        title=text_in(values, "title"),
        severity=text_in(values, "severity") or "unset",
        summary=text_in(values, "summary"),
    )
    refuse({"title": "" if opening.title else "Give it a title: what do users see?"})
    opened = slash_opening.opened_by(asking, opening)
    name = text_in(values, "page")
    paged = slash_deeds.page_target(asking, opened, name, "") if name else ""
    return slash_opening.told_opened(opened, paged)


def fill_note(session: Session, context: Context, actor: Actor, _at: datetime) -> Dialog:
    incident = _for_responders(session, context, actor)
    fields = (
        Field("text", "What happened?", "text"),
        Field(
            "time",
            "When?",
            optional=True,
            hint=f"Such as 23:50, in the incident's zone, {incident.zone}. Empty: now.",
            longest=20,
        ),
    )
    return Dialog("note", "Note for the timeline", fields, text=_head(incident), context=context)


def submit_note(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    incident = _for_responders(session, context, actor)
    text, time = text_in(values, "text"), text_in(values, "time")
    refuse(
        {
            "text": "" if text else "Write what happened first.",
            "time": _problem_of(time, incident.zone, at),
        }
    )
    asking = Asking(session, Said("note"), actor, at)
    slash_deeds.note_down(asking, incident, text, time)
    return Reply()


def fill_effect(session: Session, context: Context, actor: Actor, _at: datetime) -> Dialog:
    incident = _for_responders(session, context, actor)
    fields = (
        Field("text", "What is in effect from now on?", hint="Such as: mail is paused"),
        Field("undo", "How is it undone?", optional=True),
    )
    title = "Put something in effect"
    return Dialog("effect", title, fields, text=_head(incident), context=context)


def submit_effect(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    incident = _for_responders(session, context, actor)
    asking = Asking(session, Said("effect", rest=text_in(values, "text")), actor, at)
    slash_deeds.effect(asking, incident, undo=text_in(values, "undo"))
    return Reply()


def which(asked: Asked, some: Sequence[Incident]) -> Dialog:
    """Several incidents may be meant: this one comes first, and leads to what was asked for."""
    field = Field("key", "Which incident?", "choice", options=_options(some), value=some[0].key)
    context = {"then": asked.name, "title": asked.title}
    return Dialog("which", asked.title, (field,), "Go on", context=context)


def submit_which(
    session: Session, context: Context, values: Values, actor: Actor, _at: datetime
) -> Reply:
    incident = visibility.require(session, actor, text_in(values, "key"))
    then, title = context.get("then", ""), context.get("title", "")
    return Reply(dialog=Asked(then, title, {"key": incident.key}))


def fill_keep(session: Session, context: Context, actor: Actor, _at: datetime) -> Dialog:
    """Also for what is resolved: much is gathered afterwards."""
    require_account(actor)
    found = incidents.newest(session, statuses=KEEPS, limit=CHOICES)
    seen = [one for one in found if visibility.may_see(session, actor, one)]
    if not seen:
        raise NotAllowed("There is no incident to keep it for.")
    field = Field("key", "On which timeline?", "choice", options=_options(seen), value=seen[0].key)
    return Dialog("keep", "Add to the timeline", (field,), "Add", context=context)


def submit_keep(
    session: Session, context: Context, values: Values, actor: Actor, at: datetime
) -> Reply:
    require_account(actor)
    incident = visibility.require(session, actor, text_in(values, "key"))
    came = kept_messages.keep(
        session,
        incident.key,
        channel=context.get("place", ""),
        ts=context.get("ts", ""),
        by=actor,
        way="shortcut",
        at=at,
    )
    told = KEPT.get(came, "It is on the timeline of {key} already.")
    return Reply(told.format(key=incident.key))


def whom(session: Session, value: str = "") -> Field:
    """Whom to page at once, if anybody."""
    named = [(target.name, target.name) for target in targets.pageable(session)]
    options = [("", "Nobody yet"), *named]
    return Field("page", "Whom to page now?", "choice", value=value, options=options)


def told_of_targets(session: Session, at: datetime) -> str:
    """Who would be woken, and what time it is where they are."""
    found = targets.pageable(session)[:TOLD]
    told = [words.woken(target.name, on_call(target), at) for target in found]
    return "\n".join(["Nobody is woken before you send this.", *told]) if told else ""


def require_account(actor: Actor) -> None:
    """An account, and the role; whoever lacks one of them hears which."""
    if actor.role == "reporter":
        raise NotAllowed(NEEDS_ACCOUNT)
    require(actor, "responder")


def text_in(values: Values, name: str) -> str:
    value = values.get(name)
    return value.strip() if isinstance(value, str) else ""


def _for_responders(session: Session, context: Context, actor: Actor) -> Incident:
    require_account(actor)
    return visibility.require(session, actor, context.get("key", ""))


def _problem_of(time: str, zone: str, at: datetime) -> str:
    try:
        moment_of(time, zone=zone, now=at)
    except NotAllowed as refusal:
        return str(refusal)
    return ""


def _options(some: Sequence[Incident]) -> list[tuple[str, str]]:
    return [(one.key, shortened(f"{one.key} {one.title}", LABEL_LENGTH)) for one in some]


def _head(incident: Incident) -> str:
    drill = "DRILL " if incident.mode == "drill" else ""
    return f"{drill}{incident.key}: {shortened(incident.title, TITLE_LENGTH)}"
