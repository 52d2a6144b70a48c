"""A Slack of our own: the Web API we use, its channels, and what stands in them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ssl import SSLContext
from typing import Any
from urllib.parse import parse_qsl

from incident.clock import now
from tests.fakes import slack_rules as rules
from tests.fakes.server import Answer, FakeServer, Fault, Request, as_json
from tests.fakes.slack_events import APP, OUR_BOT, OUR_MEMBER, TEAM, a_message_event

A_TOKEN = "xoxb-of-the-stand-in"
FLAGS = ("include_all_metadata", "inclusive", "exclude_archived")
SCOPES = ("chat:write", "channels:history", "channels:read", "channels:join")
READS_FORMS_ONLY = ("conversations.history", "conversations.replies", "conversations.list")

Arguments = dict[str, Any]
Reply = dict[str, Any]


@dataclass
class Channel:
    id: str
    name: str
    joined: bool = True
    private: bool = False
    archived: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)

    def find(self, ts: str) -> dict[str, Any] | None:
        return next((message for message in self.messages if message["ts"] == ts), None)


def says(error: str, *, taken: bool = False, **more: Any) -> Fault:
    """Answer `ok: false` with this error."""
    return Fault(Answer(200, as_json({"ok": False, "error": error} | more)), taken=taken)


class FakeSlack(FakeServer):
    """`posts` are our messages in the order they came; `channels` hold everybody's.

    `script` misbehaves on whatever comes next, `script_for["chat.update"]` on that method only.
    `write_public` is the scope that lets us post where we are not; `paced` allows one post a
    second in each channel.
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
        self.users: dict[str, str] = {"U0SAM": "Sam", "U0MAYA": "Maya", "U0TOM": "Tom"}
        self.posts: list[dict[str, Any]] = []
        self.views: list[Any] = []
        self.replies_by_url: list[Any] = []
        self.script_for: dict[str, list[Fault]] = {}
        self.paced, self.write_public = paced, write_public
        self.scopes = list(SCOPES)
        self._stamps = 0
        self._last_post: dict[str, datetime] = {}
        self.add_channel("emergency", id="C0EMERGENCY")
        super().__init__(port, clock=clock, tls=tls)

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    def add_channel(self, name: str, **fields: Any) -> Channel:
        fields.setdefault("id", f"C0{name.upper().replace('-', '')}")
        channel = Channel(name=name, **fields)
        self.channels[channel.id] = channel
        return channel

    def person_says(self, text: str, *, channel: str = "C0EMERGENCY", **fields: Any) -> Reply:
        """Somebody writes in a channel; the event that Slack would tell us about it."""
        with self.lock:
            envelope = a_message_event(text, channel=channel, ts=self._stamp(), **fields)
            self.channels[channel].messages.append(dict(envelope["event"]))
        return envelope

    def fault_for(self, request: Request) -> Fault | None:
        with self.lock:
            scripted = self.script_for.get(method_of(request))
            return scripted.pop(0) if scripted else super().fault_for(request)

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/response/"):
            self.replies_by_url.append(json.loads(request.body))
            return Answer(200, b"ok", {"Content-Type": "text/plain"})
        name = method_of(request)
        if name not in rules.METHODS:
            return _no("unknown_method")
        if request.headers.get("Authorization", "") != f"Bearer {A_TOKEN}":
            return _no("invalid_auth" if "Authorization" in request.headers else "not_authed")
        arguments = arguments_of(request)
        if arguments is None:
            return _no("invalid_form_data")
        problem = rules.problem_of_arguments(name, arguments)
        if problem:
            return _no("invalid_arguments", response_metadata={"messages": [f"[ERROR] {problem}"]})
        if self._too_fast(name, arguments, request.at):
            return Answer(429, as_json({"ok": False, "error": "ratelimited"}), {"Retry-After": "1"})
        said = getattr(self, "_" + name.replace(".", "_").lower())(arguments)
        if isinstance(said, str):
            return _no(said)
        may = {"X-OAuth-Scopes": ",".join(self.scopes)}
        return Answer(200, as_json({"ok": True} | said), may)

    def _auth_test(self, _: Arguments) -> Reply:
        return {
            "url": "https://desk.slack.com/",
            "team": "Desk",
            "user": "incident-desk",
            "team_id": TEAM,
            "user_id": OUR_MEMBER,
            "bot_id": OUR_BOT,
        }

    def _chat_postmessage(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"], by_name=True)
        if channel is None:
            return "channel_not_found"
        if channel.archived:
            return "is_archived"
        if not channel.joined and (channel.private or not self.write_public):
            return "channel_not_found" if channel.private else "not_in_channel"
        error = rules.error_in_words(arguments)
        if error:
            return error
        message = {
            "type": "message",
            "user": OUR_MEMBER,
            "bot_id": OUR_BOT,
            "app_id": APP,
            "team": TEAM,
            "ts": self._stamp(),
            "text": arguments.get("text", ""),
        }
        kept = ("blocks", "thread_ts", "metadata")
        message |= {name: arguments[name] for name in kept if arguments.get(name)}
        channel.messages.append(message)
        self.posts.append(message | {"channel": channel.id})
        return {"channel": channel.id, "ts": message["ts"], "message": message}

    def _chat_update(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        message = channel.find(arguments["ts"]) if channel else None
        if channel is None:
            return "channel_not_found"
        if message is None:
            return "message_not_found"
        if message.get("bot_id") != OUR_BOT:
            return "cant_update_message"
        error = rules.error_in_words(arguments, longest=rules.TEXT_OF_AN_UPDATE)
        if error:
            return error
        kept = ("text", "blocks", "metadata")
        message |= {name: arguments[name] for name in kept if arguments.get(name)}
        message["edited"] = {"user": OUR_BOT, "ts": self._stamp()}
        return {"channel": channel.id, "ts": message["ts"], "text": message["text"]}

    def _conversations_history(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if not channel.joined:
            return "not_in_channel"
        return _page(list(reversed([m for m in channel.messages if _on_the_face(m)])), arguments)

    def _conversations_replies(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        if channel is None or not channel.joined:
            return "channel_not_found"
        thread = [m for m in channel.messages if arguments["ts"] in (m["ts"], m.get("thread_ts"))]
        return _page(thread, arguments) if thread else "thread_not_found"

    def _conversations_join(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if channel.private or channel.archived:
            return "is_archived" if channel.archived else "method_not_supported_for_channel_type"
        channel.joined = True
        return {"channel": _described(channel)}

    def _conversations_list(self, arguments: Arguments) -> Reply:
        found = [_described(channel) for channel in self.channels.values() if not channel.archived]
        return _page(found, arguments, name="channels")

    def _conversations_info(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        return {"channel": _described(channel)} if channel else "channel_not_found"

    def _users_info(self, arguments: Arguments) -> Reply | str:
        name = self.users.get(arguments["user"])
        if name is None:
            return "user_not_found"
        profile = {"real_name": name, "display_name": name.lower()}
        return {"user": {"id": arguments["user"], "name": name.lower(), "profile": profile}}

    def _views_open(self, arguments: Arguments) -> Reply | str:
        used = [view["trigger_id"] for view in self.views]
        if not arguments.get("trigger_id"):
            return "invalid_trigger_id"
        if arguments["trigger_id"] in used:
            return "exchanged_trigger_id"
        self.views.append(arguments)
        return {"view": arguments["view"] | {"id": f"V{len(self.views)}", "hash": "1.a"}}

    def _channel(self, which: str, *, by_name: bool = False) -> Channel | None:
        """By its id; only chat.postMessage also takes a name."""
        found = self.channels.get(which)
        if found is None and by_name:
            names = {channel.name: channel for channel in self.channels.values()}
            return names.get(which.removeprefix("#"))
        return found

    def _too_fast(self, name: str, arguments: Arguments, at: datetime) -> bool:
        if not self.paced or name != "chat.postMessage":
            return False
        last = self._last_post.get(arguments["channel"])
        if last is not None and at - last < timedelta(seconds=1):
            return True
        self._last_post[arguments["channel"]] = at
        return False

    def _stamp(self) -> str:
        self._stamps += 1
        return f"{int(self.clock().timestamp())}.{self._stamps:06}"


def method_of(request: Request) -> str:
    return request.path.removeprefix("/api/")


def _no(error: str, **more: Any) -> Answer:
    return Answer(200, as_json({"ok": False, "error": error} | more))


def arguments_of(request: Request) -> Arguments | None:
    """JSON or a form; the methods that only read take a form."""
    if request.headers.get("Content-Type", "").startswith("application/json"):
        if request.body and method_of(request) in READS_FORMS_ONLY:
            return None
        try:
            found = json.loads(request.body or b"{}")
        except ValueError:
            return None
        return found if isinstance(found, dict) else None
    given = dict(parse_qsl(request.body.decode()) + parse_qsl(request.query))
    return given | {name: given[name] in ("1", "true") for name in FLAGS if name in given}


def _on_the_face(message: dict[str, Any]) -> bool:
    return message.get("thread_ts") in (None, message["ts"])


def _page(found: list[dict[str, Any]], arguments: Arguments, name: str = "messages") -> Reply:
    oldest = float(arguments.get("oldest") or 0)
    wanted = [entry for entry in found if float(entry.get("ts", oldest + 1)) > oldest]
    start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
    if arguments.get("include_all_metadata") is not True:
        wanted = [{n: v for n, v in entry.items() if n != "metadata"} for entry in wanted]
    more = start + limit < len(wanted)
    return {
        name: wanted[start : start + limit],
        "has_more": more,
        "response_metadata": {"next_cursor": str(start + limit) if more else ""},
    }


def _described(channel: Channel) -> Reply:
    return {
        "id": channel.id,
        "name": channel.name,
        "is_private": channel.private,
        "is_archived": channel.archived,
        "is_member": channel.joined,
    }
