"""Keeps one message of ours pinned in a channel: posted once, and changed ever after."""

from dataclasses import dataclass

from incident.integrations.slack import lookup
from incident.integrations.slack.blocks import blocks, fallback
from incident.integrations.slack.client import Answer, Client
from incident.integrations.slack.payload import text as text_in

GONE = ("message_not_found", "cant_update_message", "edit_window_closed")
IS_PINNED = ("already_pinned",)
IS_UNPINNED = ("no_pin", "message_not_found")


@dataclass(frozen=True, slots=True)
class Pinned:
    """Where the message stands, as far as it does, and Slack's answer if it is not as wanted."""

    ts: str
    refusal: Answer | None = None


def keep(client: Client, channel: str, *, text: str, ts: str, name: str, since: str) -> Pinned:
    """Make the message `ts` say `text`, or post it. After an attempt that may have worked it is
    found by its `name`, if it was posted `since` then."""
    if ts:
        answer = client.ask("chat.update", channel=channel, ts=ts, **_words(text))
        if answer.error not in ("", *GONE):
            return Pinned(ts, answer)
        ts = "" if answer.error else ts
    if not ts:
        found = _posted(client, channel, text=text, name=name, since=since)
        if isinstance(found, Answer):
            return Pinned("", found)
        ts = found
    answer = client.ask("pins.add", channel=channel, timestamp=ts)
    return Pinned(ts, None if answer.ok or answer.error in IS_PINNED else answer)


def withdraw(client: Client, channel: str, *, text: str, ts: str, name: str) -> Answer | None:
    """Make the message say `text` and unpin it; Slack's answer if that is not done.

    It goes by another `name` from now on, so that nobody finds it who looks for a pinned one.
    """
    said = {"metadata": lookup.metadata(name), **_words(text)}
    answer = client.ask("chat.update", channel=channel, ts=ts, **said)
    if answer.error not in ("", *GONE):
        return answer
    answer = client.ask("pins.remove", channel=channel, timestamp=ts)
    return None if answer.ok or answer.error in IS_UNPINNED else answer


def _posted(client: Client, channel: str, *, text: str, name: str, since: str) -> Answer | str:
    found = lookup.posted(client, channel, intent_key=name, since=since)
    if isinstance(found, str):
        return found
    if found is not None and found.error == "not_in_channel":
        client.ask("conversations.join", channel=channel)
    elif found is not None:
        return found
    answer = client.ask(
        "chat.postMessage",
        channel=channel,
        metadata=lookup.metadata(name),
        unfurl_links=False,
        unfurl_media=False,
        **_words(text),
    )
    return text_in(answer.data, "ts") if answer.ok else answer


def _words(text: str) -> dict[str, object]:
    return {"text": fallback(text), "blocks": blocks(text)}
