"""What there is in our Slack: channels, people, messages and dialogs, and how to set them up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ssl import SSLContext
from typing import Any

from incident.clock import now
from incident.rules import slack_manifest
from tests.fakes.server import FakeServer, Fault
from tests.fakes.slack_events import APP, OUR_BOT, OUR_MEMBER, TEAM, a_message_event

A_TOKEN, AN_APP_TOKEN = "xoxb-of-the-stand-in", "xapp-of-the-stand-in"
SCOPES = tuple(scope.name for scope in slack_manifest.SCOPES)
TRIGGER_LASTS = timedelta(seconds=3)

Arguments = dict[str, Any]
Reply = dict[str, Any]


@dataclass
class Channel:
    """`members` are those who are in it besides us; `joined` says whether we are."""

    id: str
    name: str
    joined: bool = True
    private: bool = False
    archived: bool = False
    shared: bool = False
    general: bool = False
    topic: str = ""
    purpose: str = ""
    creator: str = "U0SAM"
    created: int = 1_740_000_000
    members: list[str] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    bookmarks: list[dict[str, Any]] = field(default_factory=list)

    def find(self, ts: str) -> dict[str, Any] | None:
        return next((message for message in self.messages if message["ts"] == ts), None)


@dataclass
class Member:
    id: str
    name: str
    email: str = ""
    tz: str = "Europe/Berlin"
    tz_offset: int = 3_600
    is_bot: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    is_email_confirmed: bool = True
    deleted: bool = False
    team_id: str = TEAM


class SlackState(FakeServer):
    """`posts` are our messages in the order they came; `channels` hold everybody's.

    `script` misbehaves on whatever comes next, `script_for["chat.update"]` on that method only.
    `write_public` is the scope that lets us post where we are not; `paced` allows one post a
    second in each channel. `ephemerals` and `replies_by_url` are what only one person saw,
    `views` are the dialogs, as they read now. A bot may not open an archived channel again,
    unless it `may_unarchive`.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        clock: Callable[[], datetime] = now,
        tls: SSLContext | None = None,
        paced: bool = False,
        write_public: bool = True,
    ) -> None:
        self.channels: dict[str, Channel] = {}
        self.members: dict[str, Member] = {}
        self.posts: list[dict[str, Any]] = []
        self.ephemerals: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.replies_by_url: list[Any] = []
        self.breaches: list[str] = []
        self.script_for: dict[str, list[Fault]] = {}
        self.paced, self.write_public = paced, write_public
        self.may_unarchive = False
        self.scopes = list(SCOPES)
        self.tokens, self.app_tokens = {A_TOKEN}, {AN_APP_TOKEN}
        self.revoked: set[str] = set()
        self.team, self.team_id = "Desk", TEAM
        self.socket_url = "wss://wss-primary.slack.com/link/?ticket=stand-in"
        self._stamps = 0
        self._last_post: dict[str, datetime] = {}
        self._triggers: dict[str, datetime] = {}
        self._spent: set[str] = set()
        for name in ("Sam", "Maya", "Tom"):
            self.add_member(name)
        self.add_channel("emergency", id="C0EMERGENCY")
        super().__init__(port, clock=clock, tls=tls)

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def users(self) -> dict[str, str]:
        """Everybody's name by their id."""
        return {member.id: member.name for member in self.members.values()}

    def add_channel(self, name: str, **fields: Any) -> Channel:
        """A channel with everybody in it."""
        fields.setdefault("id", f"C0{name.upper().replace('-', '')}")
        fields.setdefault("members", list(self.members))
        channel = Channel(name=name, **fields)
        self.channels[channel.id] = channel
        return channel

    def add_member(self, name: str, **fields: Any) -> Member:
        """Somebody in the workspace, and in each of its public channels."""
        fields.setdefault("id", f"U0{name.upper().replace(' ', '')}")
        fields.setdefault("email", f"{name.lower().replace(' ', '.')}@example.org")
        member = Member(name=name, **fields)
        self.members[member.id] = member
        for channel in self.channels.values():
            if not channel.private:
                channel.members.append(member.id)
        return member

    def person_says(self, text: str, *, channel: str = "C0EMERGENCY", **fields: Any) -> Reply:
        """Somebody writes in a channel; the event that Slack would tell us about it."""
        with self.lock:
            fields.setdefault("ts", self.stamp())
            envelope = a_message_event(text, channel=channel, **fields)
            self.channels[channel].messages.append(dict(envelope["event"]))
        return envelope

    def trigger(self) -> str:
        """What lets an app open one dialog for somebody who did something just now."""
        with self.lock:
            found = f"{len(self._triggers) + 1}.42.{self.stamp().replace('.', '')}"
            self._triggers[found] = self.clock()
        return found

    def response_url(self) -> str:
        """Where an app may answer somebody who did something just now."""
        return f"{self.url}/response/{self.stamp()}"

    def view(self, id: str) -> dict[str, Any] | None:
        return next((view for view in self.views if view["id"] == id), None)

    def _channel(self, which: str, *, by_name: bool = False) -> Channel | None:
        """By its id; only chat.postMessage also takes a name."""
        found = self.channels.get(which)
        if found is None and by_name:
            names = {channel.name: channel for channel in self.channels.values()}
            return names.get(which.removeprefix("#"))
        return found

    def _joined(self, which: str) -> Channel | None:
        """A private channel where we are not is none."""
        found = self._channel(which)
        return None if found and found.private and not found.joined else found

    def stamp(self) -> str:
        self._stamps += 1
        return f"{int(self.clock().timestamp())}.{self._stamps:06}"


def ours() -> dict[str, Any]:
    """How our own messages are signed."""
    return {"user": OUR_MEMBER, "bot_id": OUR_BOT, "app_id": APP, "team": TEAM}


def page_of(found: list[Any], arguments: Arguments, *, name: str) -> Reply | str:
    """The part of a list that was asked for, and where the next begins."""
    cursor = str(arguments.get("cursor") or 0)
    if not cursor.isdecimal():
        return "invalid_cursor"
    start, limit = int(cursor), int(arguments.get("limit") or 100)
    more = start + limit < len(found)
    following = {"next_cursor": str(start + limit) if more else ""}
    return {name: found[start : start + limit], "response_metadata": following}
