"""A post as Slack's blocks: its text, its link and its buttons, within Slack's limits."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from incident.integrations.slack.markdown import from_markdown
from incident.integrations.slack.mrkdwn import escape, link, readable, verbatim

SECTION_LENGTH = 3_000
# Beyond about 13,200 characters in all blocks Slack answers msg_blocks_too_long.
TOTAL_LENGTH = 12_000
FALLBACK_LENGTH = 3_000
LABEL_LENGTH = 75
VALUE_LENGTH = 2_000
ACTION_LENGTH = 255
BUTTONS_IN_A_ROW = 25
STYLES = ("primary", "danger")
CUT = "… (cut here)"

_MEMBER = re.compile(r"[UW][A-Z0-9]{2,20}")

Block = dict[str, Any]
Button = Mapping[str, Any]
Look = Callable[[str], str]


def blocks(
    text: str,
    *,
    buttons: Sequence[Button] = (),
    address: str = "",
    label: str = "Open the incident",
    mentions: Sequence[str] = (),
    markdown: bool = False,
) -> list[Block]:
    """`text` is plain, or our `markdown`: whatever it contains, only `mentions` are pinged."""
    last = [_way_in(address, label)] if address else []
    room = TOTAL_LENGTH - sum(size(words) for words in last)
    sections = _within(room, _named(mentions), text, _look(markdown)) + last
    return [_section(words) for words in sections] + _rows(buttons)


def fallback(text: str, *, mentions: Sequence[str] = (), markdown: bool = False) -> str:
    """What a notification and a screen reader say in place of the blocks."""
    return _within(FALLBACK_LENGTH, _named(mentions), text, _look(markdown))[0]


def size(text: str) -> int:
    """As Slack may count: a character beyond the basic plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _look(markdown: bool) -> Look:
    return from_markdown if markdown else readable


def _cut(label: str) -> str:
    """As much of it as a button may say, and no half of a character."""
    kept = label.encode("utf-16-le", "surrogatepass")[: 2 * LABEL_LENGTH]
    return kept.decode("utf-16-le", "ignore")


def _way_in(address: str, label: str) -> str:
    words = link(address, label)
    return words if size(words) <= SECTION_LENGTH else escape(label[:LABEL_LENGTH])


def _named(mentions: Sequence[str]) -> str:
    known = [f"<@{member}>" for member in mentions if _MEMBER.fullmatch(member)]
    return "".join(f"{mention} " for mention in known[:10])


def _within(room: int, opening: str, text: str, look: Look) -> list[str]:
    """`text` harmless, in sections, `opening` before the first; cut if there is no room."""
    sections: list[str] = []
    room -= size(opening) + size(CUT)
    longest = min(SECTION_LENGTH, room + size(CUT)) - size(opening) - size(CUT)
    for piece in _pieces(text, longest, look):
        if size(piece) > room:
            sections[-1] += CUT
            break
        sections.append(piece)
        room -= size(piece)
    first = opening + (sections[0] if sections else "")
    return [first.strip() or "…", *sections[1:]]


def _pieces(text: str, longest: int, look: Look) -> Iterator[str]:
    """Pieces of at most `longest`, cut at a line's end, else at a blank, else anywhere. One whose
    marks find no room is shown as it was typed."""
    rest = text.strip()
    while rest:
        end = _reach(rest, longest)
        if end < len(rest):
            end = _good_place(rest, end)
        piece = rest[:end].rstrip()
        shown = look(piece)
        yield shown if shown.strip() and size(shown) <= longest else escape(piece)
        rest = rest[end:].lstrip()


def _reach(text: str, longest: int) -> int:
    """How many characters of `text` fit into `longest` once they are escaped."""
    used = 0
    for place, character in enumerate(text):
        used += size(escape(character))
        if used > longest:
            return place
    return len(text)


def _good_place(text: str, end: int) -> int:
    for mark in ("\n", " "):
        place = text.rfind(mark, end // 2, end + 1)
        if place > 0:
            return place
    return end


def _section(words: str) -> Block:
    return {"type": "section", "text": verbatim(words)}


def _rows(buttons: Sequence[Button]) -> list[Block]:
    elements = [_button(button, place) for place, button in enumerate(buttons)]
    starts = range(0, len(elements), BUTTONS_IN_A_ROW)
    return [
        {"type": "actions", "elements": elements[start : start + BUTTONS_IN_A_ROW]}
        for start in starts
    ]


def _button(button: Button, place: int) -> Block:
    """Two buttons of one message may ask for the same action, but not under the same id."""
    element: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": _cut(str(button["label"]).strip()) or "…"},
        "action_id": f"{str(button['action'])[: ACTION_LENGTH - 4]}#{place}",
    }
    if button.get("value"):
        element["value"] = str(button["value"])[:VALUE_LENGTH]
    if button.get("style") in STYLES:
        element["style"] = button["style"]
    return element
