"""The hands of somebody in our Slack: they write, press, choose, fill in; the desk is told."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incident.integrations.slack.mrkdwn import escape
from tests.fakes.screen import uses_of
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_delivery import Told, send_command, send_event, send_interactive
from tests.fakes.slack_events import a_button_press, a_reaction_event
from tests.fakes.slack_requests import a_closing, a_command, a_message_shortcut, a_submission

COMMAND = "/inc"
REACTION = "pushpin"
WHISPER = "whisper"

Json = dict[str, Any]


class NoSuchThing(LookupError):
    """Nothing like that is on the screen."""


class Hands:
    """`person` is whose hands they are when nobody says. Each returns the status of the answer."""

    def __init__(self, slack: FakeSlack, app_url: str, secret: str) -> None:
        self.slack, self.person = slack, "U0MAYA"
        self._url, self._secret = f"{app_url}/slack", secret

    def write(self, text: str, *, user: str, place: str, at: datetime) -> int:
        """`place` is a channel, or a channel and the message that is replied to."""
        channel, _, thread_ts = place.partition("/")
        if user not in self.slack.users or channel not in self.slack.channels:
            raise NoSuchThing(place)
        if text.partition(" ")[0] == COMMAND:
            return self._type(text.partition(" ")[2], user, channel, at)
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        name = {"user_profile": {"display_name": self.slack.users[user]}}
        said = self.slack.person_says(escape(text), channel=channel, user=user, **thread, **name)
        return send_event(f"{self._url}/events", said, secret=self._secret, at=at)

    def recall(self, text: str, *, user: str, place: str, ts: str) -> None:
        """What somebody wrote before anybody listened: it stands in the channel, and no more."""
        channel, _, thread_ts = place.partition("/")
        if user not in self.slack.users or channel not in self.slack.channels:
            raise NoSuchThing(place)
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        name = {"user_profile": {"display_name": self.slack.users[user]}}
        self.slack.person_says(escape(text), channel=channel, user=user, ts=ts, **thread, **name)

    def press(self, form: Mapping[str, str], at: datetime) -> int:
        """Something on a message, or on words that only one person sees."""
        message = self._message(form.get("channel", ""), form.get("ts", ""))
        uses = uses_of(message)
        place = int(form["button"]) if form.get("button", "").isdecimal() else -1
        if not 0 <= place < len(uses):
            raise NoSuchThing("button")
        used = dict(uses[place])
        chosen = form.get(f"choice-{place}", "")
        options = [each for each in used.get("options", ()) if each["value"] == chosen]
        if "options" in used and not options:
            raise NoSuchThing("choice")
        payload = a_button_press(
            used["action_id"],
            used.get("value", ""),
            channel=message.get("channel", form.get("channel")),
            ts=message["ts"],
            thread_ts=message.get("thread_ts"),
            user=self.person,
            user_name=self.slack.users[self.person].lower(),
            trigger_id=self.slack.trigger(),
            response_url=self.slack.response_url(),
        )
        for action in payload["actions"] if options else ():
            action |= {"type": used["type"], "selected_option": options[0]}
        return self._act(payload, at).status

    def choose(self, form: Mapping[str, str], at: datetime) -> int:
        """One of the app's shortcuts under a message, or a reaction to it."""
        channel, callback = form.get("channel", ""), form.get("shortcut", "")
        message = self._message(channel, form.get("ts", ""))
        if callback == REACTION:
            words = {"channel": channel, "ts": message["ts"], "user": self.person}
            told = a_reaction_event(callback, at=self.slack.stamp(), **words)
            return send_event(f"{self._url}/events", told, secret=self._secret, at=at)
        return self._act(a_message_shortcut(callback, message, **self._asking(channel)), at).status

    def fill_in(self, view: Json, values: Mapping[str, Any], at: datetime) -> int:
        """Send a dialog. It stays with what is wrong, shows something else, or is gone."""
        try:
            payload = a_submission(view, values, **self._asking(""))
        except (StopIteration, KeyError) as odd:
            raise NoSuchThing("choice") from odd
        told = self._act(payload, at)
        what = told.said.get("response_action", "")
        with self.slack.lock:
            view["errors"] = told.said.get("errors", {}) if what == "errors" else {}
            if what == "update":
                self.slack.change_view(view, told.said["view"])
            elif told.status == 200 and what not in ("errors", "update"):
                view["closed"] = True
        return told.status

    def close(self, view: Json, at: datetime) -> int:
        """The app is told only if it wants to be."""
        view["closed"] = True
        if not view["notify_on_close"]:
            return 200
        return self._act(a_closing(view, **self._asking("")), at).status

    def _type(self, text: str, user: str, channel: str, at: datetime) -> int:
        asking = self._asking(channel) | {"user_id": user}
        asking |= {"user_name": self.slack.users[user].lower(), "channel_id": channel}
        named = ("user_id", "user_name", "channel_id", "channel_name", "trigger_id")
        form = a_command(
            escape(text),
            response_url=asking["response_url"],
            **{name: asking[name] for name in named if name in asking},
        )
        told = send_command(f"{self._url}/commands", form, secret=self._secret, at=at)
        if told.said:
            self.slack.replies_by_url.append(told.said)
        return told.status

    def _act(self, payload: Json, at: datetime) -> Told:
        return send_interactive(f"{self._url}/actions", payload, secret=self._secret, at=at)

    def _message(self, channel: str, ts: str) -> Json:
        if channel == WHISPER:
            whispers = self.slack.replies_by_url
            if not ts.isdecimal() or int(ts) >= len(whispers):
                raise NoSuchThing("whisper")
            return {"ts": self.slack.stamp(), "channel": "C0EMERGENCY"} | whispers[int(ts)]
        found = self.slack.channels.get(channel)
        message = found.find(ts) if found else None
        if message is None:
            raise NoSuchThing("message")
        return message

    def _asking(self, channel: str) -> dict[str, str]:
        asking = {"user": self.person, "user_name": self.slack.users[self.person].lower()}
        asking |= {"trigger_id": self.slack.trigger(), "response_url": self.slack.response_url()}
        where = self.slack.channels.get(channel)
        return asking | ({"channel": channel, "channel_name": where.name} if where else {})
