"""Foreign words in a Markdown document: shown as they are, never obeyed."""

import re
from collections.abc import Iterable, Sequence

SPECIAL = re.compile(
    r"([\\`*\[|~$]"
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"  # within a word it means nothing
    r"|<(?=[A-Za-z/!?])|&(?=#?[A-Za-z0-9]+;))"
)
AT_THE_START = re.compile(r"^([=+\-@:#>])")
NUMBERED = re.compile(r"^(\d{1,9})([.)])")
FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
HEADING = re.compile(r"^ {0,3}#{1,3}(?=\s)")
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
TAG = re.compile(r"<(?=[A-Za-z/!?])(?!(?:https?://|mailto:)[^\s<>]*>)")


def text(words: str) -> str:
    """One line that reads as written: nothing in it is markup, a list, or a formula."""
    line = SPECIAL.sub(r"\\\1", " ".join(words.split()))
    line = NUMBERED.sub(r"\1\\\2", line)
    return AT_THE_START.sub(r"\\\1", line)


class Ready(str):
    """Words that are Markdown already: a cell made of them is not escaped again."""


def link(address: str) -> Ready:
    """An address in angle brackets, which every reader of Markdown makes a link of."""
    return Ready(f"<{address}>" if address else "")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are foreign words. No rows, no table."""
    lines = [_row([_cell(cell) for cell in row]) for row in rows]
    if not lines:
        return ""
    return "\n".join([_row(head), _row(["---"] * len(head)), *lines])


def contained(markdown: str) -> str:
    """What somebody wrote as Markdown, so that it cannot swallow what follows it.

    Headings go below ours, tags are shown, and a code block left open is closed.
    """
    lines, fence = [], ""
    for line in markdown.splitlines():
        found = FENCE.match(line)
        if fence:
            fence = "" if _closes(line, fence) else fence
        elif found:
            fence = found[1]
        else:
            line = _shown(HEADING.sub("####", line))
        lines.append(line)
    return "\n".join([*lines, fence] if fence else lines).strip("\n")


def _closes(line: str, fence: str) -> bool:
    found = FENCE.match(line)
    if found is None or line.strip() != found[1]:
        return False
    return found[1][0] == fence[0] and len(found[1]) >= len(fence)


def _shown(line: str) -> str:
    """Outside code, a tag is words: GitHub would take it for HTML."""
    shown, end = [], 0
    for code in CODE.finditer(line):
        shown += [TAG.sub(r"\\<", line[end : code.start()]), code[0]]
        end = code.end()
    return "".join([*shown, TAG.sub(r"\\<", line[end:])])


def _cell(words: str) -> str:
    return words if isinstance(words, Ready) else text(words)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
