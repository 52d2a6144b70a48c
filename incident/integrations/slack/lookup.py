"""Finds things in Slack: a channel by its name, a post of ours by its intent."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from incident.integrations.slack.client import Answer, Client

EVENT_TYPE = "ic_intent"
PAGES = 5

_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{5,20}")


def metadata(intent_key: str) -> dict[str, Any]:
    """What a post of ours carries unseen, so that it can be found again."""
    return {"event_type": EVENT_TYPE, "event_payload": {"id": intent_key}}


def channel_id(client: Client, channel: str) -> Answer | str:
    """The id behind `channel`, which may be one already; else why it was not found."""
    if _CHANNEL_ID.fullmatch(channel):
        return channel
    name, cursor = channel.removeprefix("#"), ""
    for _ in range(PAGES):
        answer = client.page_of_channels(cursor=cursor)
        if not answer.ok:
            return answer
        for found in _objects(answer.data.get("channels")):
            if found.get("name") == name:
                return str(found.get("id"))
        cursor = _next(answer)
        if not cursor:
            break
    return Answer(200, "channel_not_found", heard=True)


def posted(
    client: Client, channel: str, *, intent_key: str, thread_ts: str = "", since: str = ""
) -> Answer | str | None:
    """The ts of the post that carries `intent_key`, None if there is none; else why not to tell."""
    cursor = ""
    for _ in range(PAGES):
        answer = client.page_of_messages(channel, thread_ts=thread_ts, since=since, cursor=cursor)
        if not answer.ok:
            return answer
        for message in _objects(answer.data.get("messages")):
            if message.get("metadata") == metadata(intent_key):
                return str(message.get("ts"))
        cursor = _next(answer)
        if not cursor:
            break
    return None


def _next(answer: Answer) -> str:
    more = answer.data.get("response_metadata")
    return str(more.get("next_cursor") or "") if isinstance(more, Mapping) else ""


def _objects(found: Any) -> Iterator[Mapping[str, Any]]:
    for entry in found if isinstance(found, list) else []:
        if isinstance(entry, Mapping):
            yield entry
