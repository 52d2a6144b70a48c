"""Asks Slack what a message says that we only know the place of, and marks what is kept."""

from incident.integrations.notifier import Delivered, Message, Result, TryAgain
from incident.integrations.slack import errors
from incident.integrations.slack.client import Client
from incident.integrations.slack.payload import Object, part, parts, text

KEPT = ("text", "user", "ts", "thread_ts", "files", "attachments", "blocks", "user_profile")
CLOSED = ("is_private", "is_im", "is_mpim")
MARKED = ("already_reacted",)
MISSING = ("thread_not_found", "message_not_found")


def message(client: Client, asked: Message) -> Result:
    """The receipt holds the message, or None where Slack knows none at that place.

    Where it is asked for by its address alone, a channel that is not `open_to_all` is `hidden`:
    whoever asked might not be in it.
    """
    channel, ts = str(asked.settings["channel"]), str(asked.settings["ts"])
    if asked.settings.get("open_to_all"):
        told = client.ask("conversations.info", channel=channel)
        if not told.ok:
            return errors.read(told, channel)
        if any(part(told.data, "channel").get(name) for name in CLOSED):
            return Delivered({"message": None, "hidden": True})
    answer = client.ask(
        "conversations.replies",
        channel=channel,
        ts=ts,
        limit=2,  # Of a reply Slack tells the first message of its thread as well.
        inclusive=True,
        oldest=ts,
        latest=ts,
    )
    if answer.error in MISSING:
        return Delivered({"message": None})
    if not answer.ok:
        return errors.read(answer, channel)
    return Delivered({"message": _at(parts(answer.data, "messages"), ts)})


def mark(client: Client, asked: Message) -> Result:
    """Put a reaction below a message. That Slack will not have it is nobody's trouble."""
    answer = client.ask(
        "reactions.add",
        channel=str(asked.settings["channel"]),
        timestamp=str(asked.settings["ts"]),
        name=str(asked.settings["emoji"]),
    )
    if answer.ok or answer.error in MARKED:
        return Delivered({"marked": True})
    read = errors.read(answer, str(asked.settings["channel"]))
    return read if isinstance(read, TryAgain) else Delivered({"marked": False})


def _at(found: list[Object], ts: str) -> Object | None:
    told = next((one for one in found if text(one, "ts") == ts), None)
    return {name: told[name] for name in KEPT if name in told} if told else None
