"""Reads what people ask of us in Slack: a command, a press, a shortcut, a dialog filled in."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from incident.integrations.slack import trigger, views
from incident.integrations.slack.mrkdwn import plain
from incident.integrations.slack.payload import Object, first, part, parts, storable, text
from incident.integrations.slack.trigger import Pressed
from incident.rules.signals import Ignored

Kind = Literal["command", "interactive"]

_MEMBER = re.compile(r"<@([UW][A-Z0-9]{2,20})(?:\|[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and how they are answered. `external` is somebody of another company, for all
    we know."""

    member: str
    name: str
    team: str
    trigger_id: str = ""
    response_url: str = ""
    external: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """What was typed after the command, as plain text, and which members it names."""

    asker: Asker
    channel: str
    text: str
    members: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """A button, and who pressed it. `passing` is one below an answer that only they can see."""

    asker: Asker
    pressed: Pressed
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Submitted:
    """A dialog filled in. `fields` are the names of its questions, in their order."""

    asker: Asker
    name: str
    title: str
    view_id: str
    view_hash: str
    context: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    fields: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut called on a message, by its callback id."""

    asker: Asker
    name: str
    channel: str
    ts: str
    message: Object = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Closed:
    """A dialog that was closed without being sent."""

    asker: Asker
    name: str


Request = Command | Press | Submitted | Shortcut | Closed | Ignored


def read(kind: Kind, payload: Object) -> Request:
    """What is asked. Never raises: what nobody can read is Ignored, with the reason."""
    if kind == "command":
        return _command(payload)
    what = text(payload, "type")
    reader = READERS.get(what)
    return reader(payload) if reader else Ignored(f"a {what or 'nameless'} request means nothing")


def asker_of(payload: Object) -> Asker:
    """Who sent an interactive request."""
    user, team = part(payload, "user"), text(part(payload, "team"), "id")
    home = text(user, "team_id")
    in_one_company = bool(payload.get("enterprise"))
    return Asker(
        member=text(user, "id"),
        name=storable(first(user, "name", "username")),
        team=team or home,
        trigger_id=text(payload, "trigger_id"),
        response_url=text(payload, "response_url"),
        external=bool(home and team and home != team) and not in_one_company,
    )


def _command(payload: Object) -> Command | Ignored:
    member, said = text(payload, "user_id"), text(payload, "text")
    if not member or not text(payload, "command"):
        return Ignored("a command without anybody who gives it")
    asker = Asker(
        member=member,
        name=storable(text(payload, "user_name")),
        team=text(payload, "team_id"),
        trigger_id=text(payload, "trigger_id"),
        response_url=text(payload, "response_url"),
    )
    members = tuple(dict.fromkeys(_MEMBER.findall(said)))
    return Command(asker, text(payload, "channel_id"), storable(plain(said)).strip(), members)


def _press(payload: Object) -> Press | Ignored:
    pressed = trigger.read_action(payload)
    if isinstance(pressed, Ignored):
        return pressed
    passing = part(payload, "container").get("is_ephemeral") is True
    return Press(asker_of(payload), pressed, passing)


def _submitted(payload: Object) -> Submitted | Ignored:
    view = part(payload, "view")
    name, context = views.read_metadata(text(view, "private_metadata"))
    if not name:
        return Ignored("a dialog that is none of ours")
    state = part(part(view, "state"), "values")
    values = {block: views.read_value(answer) for block, answer in state.items()}
    return Submitted(
        asker=asker_of(payload),
        name=name,
        title=storable(text(part(view, "title"), "text")),
        view_id=text(view, "id"),
        view_hash=text(view, "hash"),
        context=context,
        values={name: _clean(value) for name, value in values.items()},
        fields=[
            text(block, "block_id")
            for block in parts(view, "blocks")
            if text(block, "type") == "input"
        ],
    )


def _closed(payload: Object) -> Closed:
    name, _ = views.read_metadata(text(part(payload, "view"), "private_metadata"))
    return Closed(asker_of(payload), name)


def _shortcut(payload: Object) -> Shortcut:
    message = part(payload, "message")
    return Shortcut(
        asker=asker_of(payload),
        name=text(payload, "callback_id"),
        channel=text(part(payload, "channel"), "id"),
        ts=first(message, "ts") or text(payload, "message_ts"),
        message=message,
    )


def _clean(value: str | list[str]) -> str | list[str]:
    return storable(value) if isinstance(value, str) else [storable(one) for one in value]


READERS: Mapping[str, Callable[[Object], Request]] = {
    "block_actions": _press,
    "view_submission": _submitted,
    "view_closed": _closed,
    "message_action": _shortcut,
    "shortcut": _shortcut,
}
