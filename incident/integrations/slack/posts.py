"""Posts to Slack, and changes what was posted: the words, and never the same post twice."""

from typing import Any

from incident.integrations.notifier import Delivered, Message, Refused, Result, TryAgain
from incident.integrations.slack import card_blocks, errors, lookup
from incident.integrations.slack.blocks import blocks, fallback
from incident.integrations.slack.client import Answer, Client


def update(client: Client, message: Message) -> Result:
    """Changing a message twice is changing it once."""
    ts = str(message.settings.get("ts") or "")
    if not ts:
        return Refused("There is no message in Slack to change")
    channel = _channel(message)
    answer = client.ask("chat.update", channel=channel, ts=ts, parse="none", **_words(message))
    return _result(answer, channel, message)


def post(client: Client, message: Message) -> Result:
    if message.maybe_sent:
        found = _already_there(client, message)
        if found is not None:
            return found
    arguments = _words(message) | {
        "channel": _channel(message),
        "metadata": lookup.metadata(message.intent_key),
        "unfurl_links": False,
        "unfurl_media": False,
    }
    if message.settings.get("thread_ts"):
        arguments["thread_ts"] = str(message.settings["thread_ts"])
    answer = client.ask("chat.postMessage", **arguments)
    if answer.error == "not_in_channel" and _joined(client, _channel(message)):
        answer = client.ask("chat.postMessage", **arguments)
    return _result(answer, _channel(message), message)


def _already_there(client: Client, message: Message) -> Delivered | TryAgain | None:
    """The post, if an earlier attempt made it after all. None: not there, or nobody can tell,
    and then twice is better than never."""
    channel = lookup.channel_id(client, _channel(message))
    if isinstance(channel, Answer):
        return _unless_hopeless(channel, message)
    found = _search(client, channel, message)
    if isinstance(found, Answer) and found.error == "not_in_channel" and _joined(client, channel):
        found = _search(client, channel, message)
    if isinstance(found, Answer):
        return _unless_hopeless(found, message)
    return Delivered({"channel": channel, "ts": found}) if found else None


def _search(client: Client, channel: str, message: Message) -> Answer | str | None:
    return lookup.posted(
        client,
        channel,
        intent_key=message.intent_key,
        thread_ts=str(message.settings.get("thread_ts") or ""),
        since=str(message.settings.get("since") or ""),
    )


def _unless_hopeless(answer: Answer, message: Message) -> TryAgain | None:
    result = errors.read(answer, _channel(message))
    if isinstance(result, Refused):
        return None
    return TryAgain(result.reason, result.after, ambiguous=True, crowded=result.crowded)


def _joined(client: Client, channel: str) -> bool:
    """Join a public channel. A private one has to invite the app."""
    found = lookup.channel_id(client, channel)
    return isinstance(found, str) and client.ask("conversations.join", channel=found).ok


def _result(answer: Answer, channel: str, message: Message) -> Result:
    if not answer.ok:
        return errors.read(answer, str(message.settings.get("channel_name") or channel))
    return Delivered({name: str(answer.data.get(name) or "") for name in ("channel", "ts")})


def _channel(message: Message) -> str:
    return str(message.settings.get("channel") or message.target)


def _words(message: Message) -> dict[str, Any]:
    """Blocks for eyes, text for notifications and screen readers."""
    settings = message.settings
    text = str(settings.get("text") or message.subject)
    if message.drill and "DRILL" not in text:
        text = f"DRILL {text}"
    mentions = tuple(str(member) for member in settings.get("mentions") or ())
    markdown = bool(settings.get("markdown"))
    if settings.get("card"):
        desk = str(settings.get("link") or "").removesuffix(str(settings.get("path") or ""))
        return {"text": fallback(text), "blocks": card_blocks.blocks(settings["card"], desk=desk)}
    return {
        "text": fallback(text, mentions=mentions, markdown=markdown),
        "blocks": blocks(
            text,
            buttons=tuple(settings.get("buttons") or ()),
            address=str(settings.get("link") or ""),
            label=str(settings.get("link_label") or "Open the incident"),
            mentions=mentions,
            markdown=markdown,
        ),
    }
