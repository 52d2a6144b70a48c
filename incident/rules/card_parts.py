"""What a card in Slack is made of: texts of spans, rows of buttons. Plain values, fit for JSON.

`integrations/slack/card_blocks.py` makes Slack's blocks of them, and everything harmless.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from incident.rules import spoken
from incident.rules.words import shortened

Span = Mapping[str, Any]
Part = Mapping[str, Any]
Element = Mapping[str, Any]

LABEL_LENGTH = 75
BUTTONS_AT_MOST = 5


def text(*spans: Span) -> Part:
    """A paragraph that is read."""
    return {"kind": "text", "spans": list(spans)}


def note(*spans: Span) -> Part:
    """A line that is only glanced at."""
    return {"kind": "note", "spans": list(spans)}


def row(*elements: Element) -> Part:
    return {"kind": "row", "elements": list(elements)}


def plain(words: str) -> Span:
    return {"text": words}


def bold(words: str) -> Span:
    return {"text": words, "look": "bold"}


def markdown(words: str) -> Span:
    """What somebody wrote in our Markdown."""
    return {"text": words, "look": "markdown"}


def way(path: str, words: str) -> Span:
    """A link into the desk. `path` is below its address."""
    return {"path": path, "text": words}


def channel(id: str) -> Span:
    """A channel of Slack by its id: whoever may see it can go there."""
    return {"channel": id, "text": "another channel"}


def moment(at: datetime) -> Span:
    """A time of day, which Slack shows to each reader in their own zone."""
    return {"at": int(at.timestamp()), "text": f"{spoken.clock(at, 'UTC')} UTC"}


def button(
    label: str, action: str, value: str, *, style: str = "", asks: str = "", because: str = ""
) -> dict[str, str]:
    """`asks` is a question that Slack puts before it passes the press on, `because` its title."""
    made = {"label": shortened(label, LABEL_LENGTH), "action": action, "value": value}
    said = (("style", style), ("asks", asks), ("because", because))
    return made | {name: words for name, words in said if words}


def menu(action: str, options: Sequence[tuple[str, str]]) -> Element:
    """Three dots with at most five things to choose from, as (value, label)."""
    return {"menu": "overflow", "action": action, "options": _options(options)}


def choice(label: str, action: str, options: Sequence[tuple[str, str]]) -> Element:
    """A list to choose from, for more answers than there is room for buttons."""
    return {"menu": "list", "label": label, "action": action, "options": _options(options)}


def _options(options: Sequence[tuple[str, str]]) -> list[list[str]]:
    return [[value, shortened(label, LABEL_LENGTH) or "…"] for value, label in options]
