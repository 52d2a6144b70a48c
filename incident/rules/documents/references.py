"""Link references: a text that is taken out of its document takes along where its links lead."""

import re
from collections.abc import Iterator, Mapping

from markdown_it.common.utils import normalizeReference

from incident.rules.documents.blocks import blocks_of
from incident.rules.documents.nodes import Link

LONGEST = 200_000

_LABEL = r"(?:[^\[\]\\]|\\.){1,999}"
_USED = re.compile(rf"\[({_LABEL})\]")
_REFERENCE = re.compile(rf"\[({_LABEL})\](?:\[({_LABEL})?\])?(?![\[(:])")
_TICKS = re.compile(r"`+")


def definitions(markdown: str, links: Mapping[str, Link]) -> list[str]:
    """The definitions that `markdown` uses and does not hold itself, one line each."""
    if not links or "[" not in markdown or len(markdown) > LONGEST:
        return []
    known = set(blocks_of(markdown)[1]) if "]:" in markdown else set()
    found: list[str] = []
    for label in _USED.findall(markdown):
        name = normalizeReference(label)
        if name in links and name not in known:
            known.add(name)
            found.append(_definition(label, links[name]))
    return found


def self_contained(line: str, links: Mapping[str, Link]) -> str:
    """A title with every reference written out as a link of its own."""
    if not links or "[" not in line:
        return line
    return "".join(
        piece if is_code else _REFERENCE.sub(lambda match: _written_out(match, links), piece)
        for piece, is_code in _by_code(line)
    )


def _by_code(line: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a line, and which of them are code: between runs of as many backticks."""
    ticks = list(_TICKS.finditer(line))
    closing: dict[int, list[int]] = {}
    for number in reversed(range(len(ticks))):
        closing.setdefault(len(ticks[number][0]), []).append(number)
    at = number = 0
    while number < len(ticks):
        alike = closing[len(ticks[number][0])]
        while alike and alike[-1] <= number:
            alike.pop()
        if alike:
            start, at_end = ticks[number].start(), ticks[alike[-1]].end()
            yield line[at:start], False
            yield line[start:at_end], True
            number, at = alike[-1], at_end
        number += 1
    yield line[at:], False


def _written_out(match: re.Match[str], links: Mapping[str, Link]) -> str:
    link = links.get(normalizeReference(match[2] or match[1]))
    return f"[{match[1]}]({_target(link)})" if link else match[0]


def _definition(label: str, link: Link) -> str:
    return f"[{' '.join(label.split())}]: {_target(link)}"


def _target(link: Link) -> str:
    href = f"<{link.href}>" if re.search(r"[\s()]|^$", link.href) else link.href
    title = " ".join(link.title.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'{href} "{title}"' if title else href
