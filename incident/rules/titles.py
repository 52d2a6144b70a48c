"""The title of a step, and what stands beneath it."""

import re

from incident.rules.documents.nodes import Item, Text
from incident.rules.documents.outline import Step
from incident.rules.documents.written import has_words

WRAPPED_FROM = 60

_HEADING = re.compile(r"#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*")
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})")
_TAG = re.compile(r"<[^<>]*>")
_SENTENCE_ENDS = (".", ":", "!", "?", ";")
_UNTITLED = "See below"


def own_text(step: Step) -> Text | None:
    """The text that the item itself begins with."""
    first = step.item.blocks[0] if step.item.blocks else None
    return first if isinstance(first, Text) else None


def title_and_rest(item: Item, text: Text | None) -> tuple[str, str]:
    """The title of an item, and the rest of the text it begins with.

    A line that was only wrapped goes on in the title. A line with attributes ends it.
    """
    if text is None:
        return _UNTITLED, ""
    lines = text.markdown.split("\n")
    heading = _HEADING.fullmatch(lines[0])
    if heading:
        return heading[1] or _UNTITLED, "\n".join(lines[1:]).strip("\n")
    if not has_words(lines[0]) or item.matter:
        return _named_by(lines), text.markdown
    last = 1
    while not item.settings and last < len(lines) and _goes_on(lines[last - 1], lines[last]):
        last += 1
    title = " ".join(" ".join(lines[:last]).removesuffix("\\").split())
    return title, "\n".join(lines[last:]).strip("\n")


def _goes_on(line: str, following: str) -> bool:
    """Was `line` broken only because it was full?"""
    words = line.rstrip()
    full = len(words) >= WRAPPED_FROM and not words.endswith((*_SENTENCE_ENDS, "\\"))
    return full and bool(following.strip()) and has_words(following.lstrip())


def _named_by(lines: list[str]) -> str:
    """A title for a step without words: its first command, or what its table or HTML says."""
    if _FENCE.match(lines[0]) or lines[0].startswith(("    ", "\t")):
        command = next(
            (
                line.strip()
                for line in lines
                if line.strip(" \t`~")[:1] not in ("", "#") and not _FENCE.match(line)
            ),
            "",
        )
        return f"`{command[:80]}`" if command and "`" not in command else _UNTITLED
    words = " ".join(_TAG.sub(" ", lines[0]).strip("|> \t").replace("|", " ").split())
    return words[:80] if any(letter.isalnum() for letter in words) else _UNTITLED
