"""Channels where any message pages, and the two ways in which Slack tells of one."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from incident.clock import now
from tests.fakes.slack import AN_APP_TOKEN, FakeSlack, arguments_of, method_of
from tests.fakes.slack_events import a_message_event, send_event
from tests.fakes.slack_sockets import FakeSockets
from tests.trials.checker import intent_of
from tests.trials.client import Client
from tests.trials.furniture import SIGNING_SECRET
from tests.trials.processes import wait_until

START = int(time.time())
HTTP, SOCKETS = "http", "sockets"
Tell = Callable[[Any], bool]

_turns = itertools.count()


class Cords:
    """What a desk under trial has of Slack. The desk itself fills in the rest."""

    slack: FakeSlack
    client: Client
    promised: set[str]
    settings: dict[str, str]
    listening: FakeSockets | None = None

    def hang_a_cord(self, *, grace_seconds: int) -> str:
        """A channel in which any message pages primary. Each trial has its own."""
        channel = f"C0TRIAL{len(self.promised):05}{int(time.monotonic() * 1000) % 100000}"
        self.slack.add_channel(channel.lower(), id=channel)
        rule = {"target": "primary", "grace_seconds": grace_seconds, "armed": True}
        self.client.insist("PUT", f"/api/slack-rules/{channel}", rule)
        return channel

    def say(self, channel: str, *, port: int = 0, ahead: timedelta = timedelta()) -> int:
        """Somebody writes in a channel. Slack repeats the same event if it hears nothing.

        Slack's clock is `ahead` of ours where that of the desk is, too.
        """
        return self.tell(a_cry(channel), port=port, ahead=ahead)

    def tell(
        self, event: Any, *, port: int = 0, ahead: timedelta = timedelta(), retry: int = 0
    ) -> int:
        if self.listening is not None:
            return 200 if self.tell_over(self.listening, event) else 503
        self._keep(event["event"])
        address = f"http://127.0.0.1:{port or self.client.port}/slack/events"
        return send_event(address, event, secret=SIGNING_SECRET, at=now() + ahead, retry=retry)

    def opened_by(self, channel: str) -> str:
        """The one incident that the message opens, and the page it promises."""
        wait_until(lambda: self._opened_by(channel), f"the incident of {channel}")
        (incident,) = self._opened_by(channel)
        self.promised.add(intent_of(incident["key"], f"rule-{channel}"))
        return str(incident["key"])

    def _opened_by(self, channel: str) -> list[dict[str, Any]]:
        _, said = self.client.ask("GET", f"/api/incidents?q={channel}")
        return list(said["incidents"])

    def stands_in(self, channel: str) -> list[dict[str, Any]]:
        """Our own messages in a channel, as they read now."""
        with self.slack.lock:
            return [dict(m) for m in self.slack.channels[channel].messages if m.get("bot_id")]

    def between_posts(self, channel: str) -> list[float]:
        """The seconds from one attempt at a post in this channel to the next."""
        with self.slack.lock:
            asked = list(self.slack.requests)
        posts = [request for request in asked if method_of(request) == "chat.postMessage"]
        ours = [r.at for r in posts if (arguments_of(r) or {}).get("channel") == channel]
        return [(b - a).total_seconds() for a, b in zip(ours[:-1], ours[1:], strict=True)]

    @contextmanager
    def told_by(self, way: str) -> Iterator[Tell]:
        """While this lasts, what Slack has to tell reaches the desk this way. Whoever is told
        says whether Slack was answered."""
        if way == HTTP:
            yield lambda event: self.tell(event) == 200
            return
        with self.sockets() as sockets:
            yield lambda event: self.tell_over(sockets, event)

    @contextmanager
    def heard_over_sockets(self) -> Iterator[None]:
        """While this lasts, whatever is told goes that way."""
        with self.sockets() as self.listening:
            try:
                yield
            finally:
                self.listening = None

    def tell_over(self, sockets: FakeSockets, event: Any) -> bool:
        """Over one of the two, in turn."""
        self._keep(event["event"])
        sent = sockets.send("events_api", event, over=next(_turns) % 2)
        return bool(sockets.wait_for_answer(sent))

    def _keep(self, event: dict[str, Any]) -> None:
        """Whoever looks into the channel finds there what was told, once."""
        channel = self.slack.channels[event["channel"]]
        with self.slack.lock:
            if event["type"] == "message" and channel.find(event["ts"]) is None:
                channel.messages.append(dict(event))

    @contextmanager
    def sockets(self) -> Iterator[FakeSockets]:
        """The desk holds two sockets to Slack while this lasts."""
        with FakeSockets() as sockets:
            self.slack.socket_url = sockets.url
            self.settings["SLACK_APP_TOKEN"] = AN_APP_TOKEN
            self.restart()
            try:
                sockets.wait_for(2)
                yield sockets
            finally:
                self.recover()

    def restart(self) -> None:
        raise NotImplementedError

    def recover(self) -> None:
        raise NotImplementedError


def a_cry(channel: str, text: str = "", **fields: Any) -> Any:
    """Somebody calls for help in a channel; always in the same message, unless told otherwise."""
    given = {"channel": channel, "ts": f"{START}.000100"} | fields
    return a_message_event(text or f"Help in {channel}", **given)
