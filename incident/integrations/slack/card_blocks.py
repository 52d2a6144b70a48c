"""A card as Slack's blocks: its spans made harmless, everything within Slack's limits."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from incident.integrations.slack.blocks import ACTION_LENGTH, LABEL_LENGTH, SECTION_LENGTH, size
from incident.integrations.slack.markdown import from_markdown
from incident.integrations.slack.mrkdwn import escape, link, readable, verbatim

# Slack counts the words of buttons too: this leaves room for those.
TOTAL_LENGTH = 11_000
BLOCKS_AT_MOST = 50
IN_A_ROW = 25
VALUE_LENGTH = 150
TITLE_LENGTH, ASKS_LENGTH = 100, 300
STYLES = ("primary", "danger")
ELLIPSIS = "…"

_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")

Block = dict[str, Any]
Span = Mapping[str, Any]


def blocks(parts: Sequence[Mapping[str, Any]], *, desk: str = "") -> list[Block]:
    """`desk` is the address of the desk: the card's own ways lead below it."""
    room = TOTAL_LENGTH
    made: list[Block] = []
    for place, part in enumerate(parts[:BLOCKS_AT_MOST]):
        if part.get("kind") == "row":
            made += _row(part.get("elements") or (), f"row-{place}")
            continue
        words = _words(part.get("spans") or (), min(SECTION_LENGTH, room), desk)
        room -= size(words)
        if words:
            made.append(_paragraph(words, small=part.get("kind") == "note"))
    return made or [_paragraph(ELLIPSIS, small=False)]


def _paragraph(words: str, *, small: bool) -> Block:
    told = verbatim(words)
    return {"type": "context", "elements": [told]} if small else {"type": "section", "text": told}


def _words(spans: Sequence[Span], room: int, desk: str) -> str:
    """The spans one after the other. Where there is no room left they end with an ellipsis."""
    said: list[str] = []
    left = room - size(ELLIPSIS)
    for span in spans:
        words = _span(span, left, desk)
        said.append(words)
        left -= size(words)
        if words.endswith(ELLIPSIS) and left <= size(ELLIPSIS):
            break
    return "".join(said).strip()


def _span(span: Span, room: int, desk: str) -> str:
    """At most `room` long: a link or a moment is there as a whole or not at all."""
    text = str(span.get("text") or "")
    whole = _whole(span, text, desk)
    if whole:
        return whole if size(whole) <= room else cut(text, room)
    look = LOOKS.get(str(span.get("look")), _plain)
    return look(text, room)


def _whole(span: Span, text: str, desk: str) -> str:
    if "path" in span:
        return link(f"{desk}{span['path']}", text) if desk else escape(text)
    if "at" in span:
        return f"<!date^{int(span['at'])}^{{time}}|{escape(text)}>"
    if "channel" in span:
        id = str(span["channel"])
        return f"<#{id}>" if _CHANNEL.fullmatch(id) else escape(text)
    return ""


def cut(text: str, longest: int, shown: Callable[[str], str] = escape) -> str:
    """`text` as it is `shown`, in at most `longest` characters."""
    whole = shown(text)
    if size(whole) <= longest:
        return whole
    used, kept = size(ELLIPSIS), ""
    for character in text:
        used += size(shown(character))
        if used > longest:
            break
        kept += shown(character)
    return kept.rstrip() + ELLIPSIS if longest >= size(ELLIPSIS) else ""


def _plain(text: str, longest: int) -> str:
    """An address that finds no room is no link: half of one would lead elsewhere."""
    whole = readable(text)
    return whole if size(whole) <= longest else cut(text, longest)


def _bold(text: str, longest: int) -> str:
    """A star within would end it, and so would a new line."""
    words = cut(" ".join(text.replace("*", "∗").split()), longest - 2)
    return f"*{words}*" if words else ""


def _markdown(text: str, longest: int) -> str:
    """Marks that find no room are shown as they were typed: half a link would be none."""
    whole = from_markdown(text)
    return whole if size(whole) <= longest else cut(text, longest)


LOOKS: Mapping[str, Callable[[str, int], str]] = {"bold": _bold, "markdown": _markdown}


def _row(elements: Sequence[Mapping[str, Any]], name: str) -> Iterator[Block]:
    made = [_element(one, f"{name}-{place}") for place, one in enumerate(elements[:IN_A_ROW])]
    if made:
        yield {"type": "actions", "elements": made}


def _element(element: Mapping[str, Any], name: str) -> Block:
    """Several may ask for the same action, but not under the same id."""
    action = f"{str(element.get('action'))[: ACTION_LENGTH - 20]}#{name}"
    if "menu" in element:
        return _menu(element, action)
    made: Block = {"type": "button", "text": _label(element.get("label")), "action_id": action}
    if element.get("value"):
        made["value"] = str(element["value"])[:VALUE_LENGTH]
    if element.get("style") in STYLES:
        made["style"] = element["style"]
    if element.get("asks"):
        made["confirm"] = _confirm(str(element["asks"]), element.get("because"))
    return made


def _menu(element: Mapping[str, Any], action: str) -> Block:
    options = [
        {"text": _label(label), "value": str(value)[:VALUE_LENGTH]}
        for value, label in element.get("options") or ()
    ]
    if element["menu"] == "overflow":
        return {"type": "overflow", "action_id": action, "options": options[:5]}
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": _label(element.get("label")),
        "options": options[:100],
    }


def _confirm(question: str, because: object) -> Block:
    return {
        "title": _label(because or "Sure?"),
        "text": {"type": "plain_text", "text": question[:ASKS_LENGTH]},
        "confirm": {"type": "plain_text", "text": "Yes"},
        "deny": {"type": "plain_text", "text": "Not yet"},
    }


def _label(words: object) -> Block:
    text = cut(str(words or "").strip(), LABEL_LENGTH, shown=str)
    return {"type": "plain_text", "text": text or ELLIPSIS}
