"""What a person would see in our Slack: names, plain words, links and buttons."""

import re
from typing import Any

from incident.integrations.slack.mrkdwn import plain, shortened
from incident.integrations.slack.payload import moment
from tests.fakes.slack import Channel, FakeSlack
from tests.fakes.slack_events import OUR_MEMBER

LINK = re.compile(r"^<(https?://[^<>|]+)\|([^<>]*)>$")


def channels_of(slack: FakeSlack, *, newest: int) -> list[dict[str, Any]]:
    """Each channel with its newest messages, replies below what they answer."""
    with slack.lock:
        return [
            {
                "id": channel.id,
                "name": channel.name,
                "messages": [_shown(slack, each) for each in _in_order(channel)[-newest:]],
            }
            for channel in slack.channels.values()
        ]


def threads_of(slack: FakeSlack) -> list[tuple[str, str]]:
    """What one may reply to in the first channel, newest first."""
    with slack.lock:
        channel = next(iter(slack.channels.values()))
        tops = [m for m in channel.messages if m.get("thread_ts") in (None, m["ts"])]
    return [(m["ts"], shortened(" ".join(plain(m["text"]).split()), 60)) for m in tops[:-11:-1]]


def replies_of(slack: FakeSlack) -> list[str]:
    """The latest answers to a pressed button that only its presser sees."""
    with slack.lock:
        latest = slack.replies_by_url[-2:]
    return [plain(str(reply.get("text", ""))) for reply in latest if isinstance(reply, dict)]


def _in_order(channel: Channel) -> list[dict[str, Any]]:
    return sorted(channel.messages, key=lambda m: (m.get("thread_ts") or m["ts"], m["ts"]))


def _shown(slack: FakeSlack, message: dict[str, Any]) -> dict[str, Any]:
    names = slack.users | {OUR_MEMBER: "Incident desk"}
    sections = _sections(message)
    links = [LINK.match(words) for words in sections]
    written = [words for words, link in zip(sections, links, strict=True) if not link]
    at = moment(message["ts"])
    return {
        "ts": message["ts"],
        "who": names.get(message.get("user", ""), "somebody"),
        "at": f"{at:%H:%M:%S}" if at else "",
        "edited": bool(message.get("edited")),
        "is_reply": message.get("thread_ts") not in (None, message["ts"]),
        "text": plain("\n".join(written), names),
        "links": [{"address": plain(m[1]), "label": plain(m[2])} for m in links if m],
        "buttons": [
            {"label": element["text"]["text"], "style": element.get("style")}
            for block in message.get("blocks", [])
            if block["type"] == "actions"
            for element in block["elements"]
        ],
    }


def _sections(message: dict[str, Any]) -> list[str]:
    blocks = [block for block in message.get("blocks", []) if block["type"] == "section"]
    return [block["text"]["text"] for block in blocks] or [message.get("text", "")]
