"""What our Slack answers about messages: chat.*, reactions.* and pins.*."""

import re
from typing import Any

from tests.fakes import slack_rules as rules
from tests.fakes.slack_events import OUR_BOT, OUR_MEMBER
from tests.fakes.slack_state import Arguments, Channel, Reply, SlackState, ours

SPOKEN = ("text", "blocks", "metadata")


class Messages(SlackState):
    def _chat_postmessage(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"], by_name=True)
        if channel is None:
            return "channel_not_found"
        if channel.archived:
            return "is_archived"
        public = self.write_public and "chat:write.public" in self.scopes
        if not channel.joined and (channel.private or not public):
            return "channel_not_found" if channel.private else "not_in_channel"
        error = rules.error_in_words(arguments)
        if error:
            return error
        message = {"type": "message", "ts": self.stamp(), "text": "", **ours()}
        kept = (*SPOKEN, "thread_ts")
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
        message |= {name: arguments[name] for name in SPOKEN if arguments.get(name) is not None}
        message["edited"] = {"user": OUR_BOT, "ts": self.stamp()}
        return {"channel": channel.id, "ts": message["ts"], "text": message["text"]}

    def _chat_delete(self, arguments: Arguments) -> Reply | str:
        channel = self._channel(arguments["channel"])
        message = channel.find(arguments["ts"]) if channel else None
        if channel is None:
            return "channel_not_found"
        if message is None:
            return "message_not_found"
        if message.get("bot_id") != OUR_BOT:
            return "cant_delete_message"
        channel.messages.remove(message)
        return {"channel": channel.id, "ts": message["ts"]}

    def _chat_postephemeral(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if channel.archived:
            return "is_archived"
        if not channel.joined:
            return "not_in_channel"
        if arguments["user"] not in channel.members:
            return "user_not_in_channel"
        error = rules.error_in_words(arguments)
        if error:
            return error
        self.ephemerals.append(dict(arguments))
        return {"message_ts": self.stamp()}

    def _chat_getpermalink(self, arguments: Arguments) -> Reply | str:
        channel, ts = self._joined(arguments["channel"]), arguments["message_ts"]
        if channel is None:
            return "channel_not_found"
        message = channel.find(ts)
        if message is None:
            return "message_not_found"
        link = f"https://desk.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
        above = message.get("thread_ts")
        if above not in (None, ts):
            link += f"?thread_ts={above}&cid={channel.id}"
        return {"channel": channel.id, "permalink": link}

    def _reactions_add(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        if channel.archived:
            return "is_archived"
        if not re.fullmatch(r"[a-z0-9_+'-]{1,100}", arguments["name"]):
            return "invalid_name"
        message = channel.find(arguments["timestamp"])
        if message is None:
            return "message_not_found"
        who = _who_reacted(message, arguments["name"])
        if OUR_MEMBER in who:
            return "already_reacted"
        who.append(OUR_MEMBER)
        return {}

    def _reactions_remove(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments.get("channel", ""))
        if channel is None:
            return "channel_not_found"
        message = channel.find(arguments.get("timestamp", ""))
        if message is None:
            return "message_not_found"
        who = _who_reacted(message, arguments["name"])
        if OUR_MEMBER not in who:
            return "no_reaction"
        who.remove(OUR_MEMBER)
        return {}

    def _pins_add(self, arguments: Arguments) -> Reply | str:
        channel, ts = self._joined(arguments["channel"]), arguments.get("timestamp")
        if channel is None:
            return "channel_not_found"
        if not channel.joined:
            return "not_in_channel"
        if not ts:
            return "no_item_specified"
        if channel.find(ts) is None:
            return "message_not_found"
        if ts in channel.pins:
            return "already_pinned"
        channel.pins.append(ts)
        return {}

    def _pins_remove(self, arguments: Arguments) -> Reply | str:
        channel, ts = self._joined(arguments["channel"]), arguments.get("timestamp")
        if channel is None:
            return "channel_not_found"
        if not ts:
            return "no_item_specified"
        if ts not in channel.pins:
            return "no_pin"
        channel.pins.remove(ts)
        return {}

    def _pins_list(self, arguments: Arguments) -> Reply | str:
        channel = self._joined(arguments["channel"])
        if channel is None:
            return "channel_not_found"
        return {"items": [_pinned(channel, ts) for ts in channel.pins]}


def _who_reacted(message: dict[str, Any], name: str) -> list[str]:
    reactions = message.setdefault("reactions", [])
    found = next((each for each in reactions if each["name"] == name), None)
    if found is None:
        found = {"name": name, "users": []}
        reactions.append(found)
    who: list[str] = found["users"]
    return who


def _pinned(channel: Channel, ts: str) -> dict[str, Any]:
    return {"type": "message", "channel": channel.id, "message": channel.find(ts)}
