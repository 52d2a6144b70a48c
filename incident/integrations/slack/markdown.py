"""Our Markdown as Slack's markup: notes and steps look in Slack as they look here."""

import re
from collections.abc import Iterator

from incident.integrations.slack.mrkdwn import escape, link, readable

LONGEST = 12_000
DEEPEST = 3

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*")
_ITEM = re.compile(r"(\s*)[-*+]\s+(?:\[([ xX])\]\s+)?(.*)")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|!?\[(?P<label>[^\[\]\n]*)\]\((?P<address>[^()\s]+)\)"
    r"|<(?P<bare>https?://[^<>\s]+)>"
    r"|\*\*(?P<strong>[^\s*](?:[^*\n]*[^\s*])?)\*\*"
    r"|__(?P<strong_too>[^\s_](?:[^_\n]*[^\s_])?)__"
    r"|~~(?P<struck>[^\s~](?:[^~\n]*[^\s~])?)~~"
    r"|(?<![\w*])\*(?P<slanted>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<slanted_too>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
)
_MARKS = {"strong": "*", "strong_too": "*", "struck": "~", "slanted": "_", "slanted_too": "_"}
_TICKED = {None: "•", " ": "☐", "x": "☑", "X": "☑"}


def from_markdown(text: str) -> str:
    """What Slack shows for it. Nothing in it can ping: only a link ever stands between < and >."""
    return "\n".join(_lines(text[:LONGEST].splitlines()))


def _lines(lines: list[str]) -> Iterator[str]:
    fence = ""
    for line in lines:
        found = _FENCE.match(line)
        if found and (not fence or found[1].startswith(fence)):
            fence = "" if fence else found[1]
            yield "```"
        elif fence:
            yield escape(line).replace("```", "'''")
        else:
            yield _line(line)
    if fence:
        yield "```"


def _line(line: str) -> str:
    heading = _HEADING.fullmatch(line)
    if heading and heading[1]:
        return f"*{_bare(heading[1])}*"
    item = _ITEM.fullmatch(line)
    if item:
        return f"{item[1]}{_TICKED[item[2]]} {_inline(item[3])}"
    return _inline(line)


def _bare(text: str) -> str:
    """Inside a heading everything is bold already."""
    return _inline(text).replace("*", "")


def _inline(text: str, depth: int = 0) -> str:
    pieces, place = [], 0
    for found in _INLINE.finditer(text) if depth < DEEPEST else ():
        pieces += [readable(text[place : found.start()]), _marked(found, depth)]
        place = found.end()
    return "".join(pieces) + readable(text[place:])


def _marked(found: re.Match[str], depth: int) -> str:
    kind = found.lastgroup or ""
    if kind == "code":
        return f"`{escape(found['code'])}`"
    if kind == "bare":
        return link(found["bare"], found["bare"])
    if kind == "address":
        return link(found["address"], found["label"] or found["address"])
    mark = _MARKS[kind]
    return f"{mark}{_inline(found[kind], depth + 1)}{mark}"
