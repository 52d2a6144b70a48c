"""What a person would see in our Slack: names, plain words, links, buttons and questions."""

import re
from collections.abc import Iterator
from typing import Any

from incident.integrations.slack.mrkdwn import plain, shortened
from incident.integrations.slack.payload import moment
from tests.fakes.slack import Channel, FakeSlack
from tests.fakes.slack_events import OUR_MEMBER
from tests.fakes.slack_rules import elements_of

LINK = re.compile(r"<(https?://[^<>|]+)(?:\|([^<>]*))?>")
KINDS = {
    "plain_text_input": "line",
    "number_input": "line",
    "static_select": "choice",
    "radio_buttons": "choice",
    "checkboxes": "ticks",
    "multi_static_select": "ticks",
}
Json = dict[str, Any]


def channels_of(slack: FakeSlack, *, newest: int) -> list[Json]:
    """Each channel with its newest messages, replies below what they answer."""
    with slack.lock:
        return [
            {
                "id": channel.id,
                "name": channel.name,
                "private": channel.private,
                "archived": channel.archived,
                "topic": plain(channel.topic),
                "bookmarks": channel.bookmarks,
                "messages": [_shown(slack, each, channel) for each in _in_order(channel)[-newest:]],
            }
            for channel in slack.channels.values()
        ]


def places_of(slack: FakeSlack) -> list[tuple[str, str]]:
    """Where one may write: in a channel, or below one of its newest messages."""
    with slack.lock:
        return [place for channel in slack.channels.values() for place in _places(channel)]


def whispers_of(slack: FakeSlack) -> list[Json]:
    """The latest words that only one person sees, with what may be pressed there."""
    with slack.lock:
        replies = list(enumerate(slack.replies_by_url))[-2:]
        aside = [plain(str(each.get("text", ""))) for each in slack.ephemerals[-1:]]
    said = [(number, reply) for number, reply in replies if isinstance(reply, dict)]
    shown = [
        {"ts": number, "text": _words(reply), "uses": list(_used(reply)), "links": _links(reply)}
        for number, reply in said
    ]
    return [*shown, *({"ts": "", "text": text, "uses": [], "links": []} for text in aside)]


def dialogs_of(slack: FakeSlack) -> list[Json]:
    """The dialogs that are open, newest last."""
    with slack.lock:
        return [_dialog(view) for view in slack.views if not view.get("closed")][-1:]


def uses_of(message: Json) -> list[Json]:
    """What can be pressed or chosen below a message, in its order."""
    return [
        element
        for block in message.get("blocks") or ()
        for element in elements_of(block)
        if "url" not in element
    ]


def _places(channel: Channel) -> Iterator[tuple[str, str]]:
    yield channel.id, f"#{channel.name}"
    tops = [m for m in channel.messages if m.get("thread_ts") in (None, m["ts"])]
    for message in tops[:-6:-1]:
        title = shortened(" ".join(plain(message["text"]).split()), 60)
        yield f"{channel.id}/{message['ts']}", f"#{channel.name}, reply: {title}"


def _in_order(channel: Channel) -> list[Json]:
    return sorted(channel.messages, key=lambda m: (m.get("thread_ts") or m["ts"], m["ts"]))


def _shown(slack: FakeSlack, message: Json, channel: Channel) -> Json:
    names = slack.users | {OUR_MEMBER: "Incident desk"}
    at = moment(message["ts"])
    return {
        "ts": message["ts"],
        "who": names.get(message.get("user", ""), "somebody"),
        "at": f"{at:%H:%M:%S}" if at else "",
        "edited": bool(message.get("edited")),
        "ours": bool(message.get("bot_id")),
        "pinned": message["ts"] in channel.pins,
        "marks": [each["name"] for each in message.get("reactions", ()) if each["users"]],
        "is_reply": message.get("thread_ts") not in (None, message["ts"]),
        "text": _words(message, names),
        "links": _links(message),
        "uses": list(_used(message)),
    }


def _words(message: Json, names: dict[str, str] | None = None) -> str:
    """Without the lines that are nothing but a link: those stand below."""
    written = [words for words in _sections(message) if not LINK.fullmatch(words)]
    return plain("\n".join(written), names or {})


def _links(message: Json) -> list[Json]:
    found = [match for words in _sections(message) for match in LINK.finditer(words)]
    return [{"address": plain(match[1]), "label": plain(match[2] or match[1])} for match in found]


def _sections(message: Json) -> list[str]:
    words = []
    for block in message.get("blocks") or ():
        texts = [block.get("text"), *block.get("fields", ())]
        texts += block["elements"] if block["type"] == "context" else []
        words += [text["text"] for text in texts if isinstance(text, dict) and "text" in text]
    return words or [str(message.get("text", ""))]


def _used(message: Json) -> Iterator[Json]:
    for place, element in enumerate(uses_of(message)):
        label = element.get("text") or element.get("placeholder") or {"text": "More"}
        yield {
            "place": place,
            "label": label["text"],
            "style": element.get("style"),
            "options": [(o["value"], o["text"]["text"]) for o in element.get("options", ())],
        }


def _dialog(view: Json) -> Json:
    return {
        "id": view["id"],
        "title": view["title"]["text"],
        "submit": (view.get("submit") or {}).get("text", ""),
        "parts": [_part(block, view.get("errors") or {}) for block in view["blocks"]],
    }


def _part(block: Json, errors: Json) -> Json:
    if block["type"] != "input":
        return {"kind": "words", "text": _words({"blocks": [block]})}
    element = block["element"]
    chosen = element.get("initial_options") or [element.get("initial_option") or {}]
    return {
        "kind": KINDS.get(element["type"], "line"),
        "name": block["block_id"],
        "label": block["label"]["text"],
        "hint": (block.get("hint") or {}).get("text", ""),
        "optional": bool(block.get("optional")),
        "multiline": bool(element.get("multiline")),
        "value": element.get("initial_value", ""),
        "chosen": [each.get("value") for each in chosen],
        "options": [(o["value"], o["text"]["text"]) for o in element.get("options", ())],
        "error": errors.get(block["block_id"], ""),
    }
