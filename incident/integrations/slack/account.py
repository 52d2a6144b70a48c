"""What a Slack workspace tells about itself: whose token it is, its channels and its members."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import Any

from incident.integrations.slack import lookup
from incident.integrations.slack.client import PAGE_LENGTH, Answer, Client
from incident.rules.members import Member, name_of
from incident.rules.slack_connecting import Workspace

DEADLINE = 8.0

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel by its id, and as people call it."""

    id: str
    name: str
    is_member: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some members, and where the next of them begin; "" when these were the last."""

    members: tuple[Member, ...]
    cursor: str


@contextmanager
def calling(api_url: str, token: str, *, deadline: float = DEADLINE) -> Iterator[Client]:
    """Somebody waits for the answers: after `deadline` seconds there are none any more."""
    client = Client(api_url, token)
    cut = Timer(deadline, client.hang_up)
    cut.daemon = True
    cut.start()
    try:
        yield client
    finally:
        cut.cancel()


def workspace(answer: Answer) -> Workspace:
    """Whose token it is, out of an answer to auth.test."""
    found = answer.data
    return Workspace(
        team=_text(found, "team_id"),
        name=name_of(_text(found, "team")),
        url=_text(found, "url"),
        bot=_text(found, "user_id"),
    )


def channel(client: Client, which: str) -> Channel | Answer:
    """The channel of this id or name; else why Slack does not tell."""
    number = lookup.channel_id(client, which)
    if isinstance(number, Answer):
        return number
    answer = client.ask("conversations.info", channel=number)
    if not answer.ok:
        return answer
    found = _object(answer.data.get("channel"))
    name = _text(found, "name")
    return Channel(number, f"#{name}" if name else number, found.get("is_member") is True)


def say(client: Client, number: str, text: str) -> Answer:
    """Post this, joining the channel first where that is what is missing."""
    answer = client.ask("chat.postMessage", channel=number, text=text)
    if answer.error != "not_in_channel" or not client.ask("conversations.join", channel=number).ok:
        return answer
    return client.ask("chat.postMessage", channel=number, text=text)


def member(client: Client, number: str) -> Member | Answer:
    """Who this is; else why Slack does not tell."""
    answer = client.ask("users.info", user=number)
    return _member(_object(answer.data.get("user")), number) if answer.ok else answer


def members(client: Client, cursor: str = "") -> Page | Answer:
    """Everybody of the workspace, a page at a time."""
    answer = client.ask("users.list", limit=PAGE_LENGTH, cursor=cursor or None)
    if not answer.ok:
        return answer
    listed = answer.data.get("members")
    found = [_object(one) for one in listed] if isinstance(listed, list) else []
    read = (_member(one, _text(one, "id")) for one in found)
    more = _text(_object(answer.data.get("response_metadata")), "next_cursor")
    return Page(tuple(one for one in read if one.id), more)


def _member(found: Json, number: str) -> Member:
    profile = _object(found.get("profile"))
    names = (_text(profile, "real_name"), _text(profile, "display_name"), _text(found, "name"))
    return Member(
        id=number,
        team=_text(found, "team_id"),
        name=name_of(*names),
        email=_text(profile, "email"),
        zone=_text(found, "tz"),
        bot=found.get("is_bot") is True or number == "USLACKBOT",
        guest=found.get("is_restricted") is True or found.get("is_ultra_restricted") is True,
        stranger=found.get("is_stranger") is True,
        gone=found.get("deleted") is True,
        confirmed=found.get("is_email_confirmed") is not False,
    )


def _object(found: object) -> Json:
    return found if isinstance(found, Mapping) else {}


def _text(found: Json, name: str) -> str:
    value = found.get(name)
    return value.replace("\x00", "")[:400] if isinstance(value, str) else ""
