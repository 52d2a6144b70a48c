"""Asks Slack what a message says that we only know the place of."""

from incident.integrations.notifier import Delivered, Message, Result
from incident.integrations.slack import errors
from incident.integrations.slack.client import Client
from incident.integrations.slack.payload import Object, parts, text

KEPT = ("text", "user", "ts", "thread_ts", "files", "attachments", "blocks", "user_profile")
MISSING = ("thread_not_found", "message_not_found")


def message(client: Client, asked: Message) -> Result:
    """The receipt holds the message, or None where Slack knows none at that place."""
    channel, ts = str(asked.settings["channel"]), str(asked.settings["ts"])
    answer = client.ask(
        "conversations.replies", channel=channel, ts=ts, limit=1, inclusive=True, latest=ts
    )
    if answer.error in MISSING:
        return Delivered({"message": None})
    if not answer.ok:
        return errors.read(answer, channel)
    return Delivered({"message": _at(parts(answer.data, "messages"), ts)})


def _at(found: list[Object], ts: str) -> Object | None:
    told = next((one for one in found if text(one, "ts") == ts), None)
    return {name: told[name] for name in KEPT if name in told} if told else None
