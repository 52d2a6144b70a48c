"""Slack's markup, both ways: our text made harmless for Slack, theirs made plain for us."""

import re
from collections.abc import Mapping

NO_NAMES: Mapping[str, str] = {}

_ADDRESS = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?'\"()\[\]*_~`]")
_CONTROL = re.compile(r"<([^<>]*)>")


def escape(text: str) -> str:
    """`text` as Slack shows it letter by letter: nothing in it can ping or link.

    Slack acts only on what stands between < and >, so a `<!channel>` in somebody's alert
    arrives as those ten characters.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def verbatim(words: str) -> dict[str, object]:
    """Words for a block, in which Slack acts on nothing but what stands between < and >: without
    this it also looks for bare names of channels and people in what somebody typed."""
    return {"type": "mrkdwn", "text": words, "verbatim": True}


def readable(text: str) -> str:
    """Escaped, with its addresses as links: in verbatim words Slack makes none itself."""
    pieces, place = [], 0
    for found in _ADDRESS.finditer(text):
        pieces += [escape(text[place : found.start()]), f"<{escape(found[0])}>"]
        place = found.end()
    return "".join(pieces) + escape(text[place:])


def plain(text: str, names: Mapping[str, str] = NO_NAMES) -> str:
    """What a reader of this Slack message sees. `names` are people's names by their id."""
    readable = _CONTROL.sub(lambda match: _read(match[1], names), text)
    return readable.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def shortened(text: str, longest: int) -> str:
    """`text` in at most `longest` characters, cut between two words where there are any."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    at_a_word = kept.rpartition(" ")[0] if text[longest - 1] != " " else kept
    kept = at_a_word if len(at_a_word) > longest // 2 else kept
    return f"{kept.rstrip()}…"


def link(address: str, label: str) -> str:
    """A link, or only its label if the address is not for a browser."""
    if not address.startswith(("https://", "http://")):
        return escape(label)
    safe = escape(address).replace("|", "%7C").replace(" ", "%20")
    return f"<{safe}|{escape(label)}>"


def _read(control: str, names: Mapping[str, str]) -> str:
    content, _, label = control.partition("|")
    sign, rest = content[:1], content[1:]
    if sign == "@":
        return f"@{label or names.get(rest, rest)}"
    if sign == "#":
        return f"#{label or rest}"
    if sign == "!":
        return _read_special(rest, label)
    return label or content.removeprefix("mailto:").removeprefix("tel:")


def _read_special(content: str, label: str) -> str:
    name = content.partition("^")[0]
    if name == "date":
        return label or "a date"
    if name == "subteam":
        return label or "@a group"
    return label if label.startswith("@") else f"@{label or name}"
