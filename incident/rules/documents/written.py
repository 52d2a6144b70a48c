"""Sections and steps as new Markdown, where there is none yet to keep."""

import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from incident.rules import attributes
from incident.rules.attributes import Value
from incident.rules.documents.given import Given, GivenSection, GivenStep
from incident.rules.documents.nodes import kind_of
from incident.rules.documents.slugs import slug_of

_NO_WORDS = re.compile(
    r"(?: {4}|\t|```|~~~|#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|[0-9]{1,9}[.)](?:\s|$)|\||<[a-zA-Z/!?])"
    r"|(?:[*_-][ \t]*){3,}$|\[[^\]]+\]:"
)
_BOX = re.compile(r"\[[ xX]\](?:[ \t]|$)")
_FLAG_KINDS = frozenset({"hold", "decide", "guard"})


def document(given: Given) -> str:
    """A whole document."""
    title = given.title or ""
    front = dict(given.front or {})
    if given.slug and given.slug != slug_of(title) and "slug" not in front:
        front["slug"] = given.slug
    pieces = [f"---\n{''.join(entries(front))}---"] if front else []
    pieces += [heading(1, title, given.settings or {})] if title else []
    pieces += [given.text.strip("\n")] if given.text and given.text.strip() else []
    pieces += [section(inner) for inner in given.sections]
    return "\n\n".join(piece for piece in pieces if piece) + "\n"


def entries(front: Mapping[str, object]) -> Iterator[str]:
    """The lines of front matter, one entry each."""
    for name, value in front.items():
        yield yaml.safe_dump(
            {name: value},
            allow_unicode=True,
            default_flow_style=None if isinstance(value, list | Mapping) else False,
            sort_keys=False,
            width=10_000,
        )


def heading(level: int, title: str, settings: Mapping[str, Value]) -> str:
    """A heading, with its attributes."""
    words = " ".join(title.split())
    if not settings and attributes.find(words, attributes.ON_HEADINGS):
        words = _hidden(words)
    return " ".join(filter(None, ["#" * level, words, attributes.written(settings)]))


def section(given: GivenSection) -> str:
    """A section with everything in it."""
    pieces = [heading(given.level, given.title, given.settings)] if given.title else []
    pieces += [given.text.strip("\n")] if given.text.strip() else []
    pieces += [steps(given.steps, "")] if given.steps else []
    pieces += [section(inner) for inner in given.sections]
    return "\n\n".join(pieces)


def steps(given: Sequence[GivenStep], margin: str) -> str:
    """A list of steps; each line begins with `margin`."""
    lines: list[str] = []
    for number, one in enumerate(given, start=1):
        lines += [margin + step(one, margin, marker_for(one, number))]
    return "\n".join(lines)


def marker_for(given: GivenStep, number: int) -> str:
    """The bullet it names, or the next number of its kind."""
    if given.marker[:1].isdigit():
        return f"{number}{given.marker[-1]}"
    return given.marker if given.marker in ("-", "*", "+") else "-"


def step(given: GivenStep, margin: str, marker: str, *, boxed: bool = True) -> str:
    """A step and those within it. The first line comes without `margin`."""
    inner = margin + " " * (len(marker) + 1)
    has_box = given.checked is not None or (boxed and not given.has_box_said)
    box = "[x]" if given.checked else "[ ]" if has_box else ""
    group = attributes.written(settings_of(given))
    first, *rest = first_and_rest(given.text, boxed=has_box, grouped=bool(group))
    line = " ".join(filter(None, [marker, box, first.rstrip(" \t") if group else first, group]))
    lines = [line, *(under(inner, text) for text in rest)]
    if given.steps:
        lines += [""] if len(lines) > 1 else []
        lines.append(steps(given.steps, inner))
    return "\n".join(lines)


def settings_of(given: GivenStep) -> dict[str, Value]:
    """Its attributes. A kind that is a mere word becomes one, when they do not say it."""
    settings = dict(given.settings)
    if given.kind in _FLAG_KINDS and kind_of(settings) == "do":
        return {given.kind: True, **settings}
    return settings


def first_and_rest(text: str, *, boxed: bool, grouped: bool) -> list[str]:
    """The lines of `text`, such that the first can stand behind a box or before attributes."""
    first, *rest = text.strip("\n").split("\n")
    if (boxed or grouped) and _NO_WORDS.match(first):
        return ["", first, *rest]
    if not first.startswith("    "):
        first = first.lstrip(" \t")
    if not boxed and _BOX.match(first):
        first = "\\" + first
    if not grouped and attributes.find(first):
        first = _hidden(first)
    return [first, *rest]


def has_words(line: str) -> bool:
    """Can attributes stand at the end of this line? Not of a fence, a heading or a table."""
    return not _NO_WORDS.match(line)


def under(margin: str, line: str) -> str:
    """A further line below a margin. Nothing trails after the margin of an empty one."""
    return margin + line if line else margin.rstrip()


def _hidden(line: str) -> str:
    """A group that is meant as text."""
    group = attributes.find(line) or attributes.find(line, attributes.ON_HEADINGS)
    return f"{line[: group.start]}\\{line[group.start :]}" if group else line
