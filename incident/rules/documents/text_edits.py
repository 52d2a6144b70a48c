"""A changed text, written back line by line: a line that did not change keeps its characters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from incident.rules.documents.nodes import Link, Span, Text
from incident.rules.documents.references import definitions
from incident.rules.documents.shown import closing, text_of
from incident.rules.documents.source import Edit
from incident.rules.documents.written import first_and_rest, under

MOST_COMPARED = 2_000


@dataclass(frozen=True, slots=True)
class First:
    """What stands around the first line of a step, and is not part of its text."""

    boxed: bool = False
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text: the piece and the place in it that it comes from, if any.

    What only joins two pieces when they are shown as one is `between` them.
    """

    words: str
    piece: int | None = None
    place: int = 0
    between: bool = False


def text_edits(
    page: str, texts: Sequence[Text], links: Mapping[str, Link], wanted: str, first: First | None
) -> Iterator[Edit]:
    """The edits that turn `texts`, as they are shown together, into `wanted`.

    `first` is there when the first of them begins behind the marker of a step.
    """
    if wanted.rstrip() == text_of(texts, links).rstrip():
        return
    known = list(_shown_lines(texts))
    lines = _without_definitions(wanted, texts, links).split("\n")
    shared = _shared_out(known, lines, len(texts))
    for number, (text, kept) in enumerate(zip(texts, shared, strict=True)):
        around = first if number == 0 else None
        yield from _piece_edits(page, text, _trimmed(kept), around)


def _shown_lines(texts: Sequence[Text]) -> Iterator[_Line]:
    for piece, text in enumerate(texts):
        for place, words in enumerate(text.markdown.split("\n")):
            yield _Line(words, piece, place)
        if piece < len(texts) - 1:
            joint = f"{closing(text)}\n".split("\n")[1:]
            yield from (_Line(words, between=True) for words in joint)


def _without_definitions(wanted: str, texts: Sequence[Text], links: Mapping[str, Link]) -> str:
    """Where links lead was shown with the text, but stands elsewhere: it is not written again."""
    shown = set(definitions("\n\n".join(text.markdown for text in texts), links))
    lines = wanted.rstrip("\n").split("\n")
    while lines and (lines[-1] in shown or not lines[-1].strip()):
        lines.pop()
    return "\n".join(lines)


def _shared_out(known: list[_Line], lines: list[str], pieces: int) -> list[list[_Line]]:
    """The wanted lines, each given to the piece that it stands in or after."""
    shared: list[list[_Line]] = [[] for _ in range(pieces)]
    piece = 0
    for (start, end), new in _compared([line.words for line in known], lines):
        old = known[start:end]
        if [line.words for line in old] == new:
            for line in old:
                piece = piece if line.piece is None else line.piece
                shared[piece].append(line)
            continue
        piece = next((line.piece for line in old if line.piece is not None), piece)
        shared[piece] += [_Line(words) for words in new]
    return shared


def _compared(old: list[str], new: list[str]) -> Iterator[tuple[Span, list[str]]]:
    """Runs of lines of `old` that are kept or replaced, and what stands there in `new`."""
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    last_old, last_new = len(old) - end, len(new) - end
    yield (0, start), new[:start]
    if max(last_old, last_new) - start > MOST_COMPARED:
        yield (start, last_old), new[start:last_new]
    else:
        matcher = SequenceMatcher(None, old[start:last_old], new[start:last_new], autojunk=False)
        for _, first, stop, first_new, stop_new in matcher.get_opcodes():
            yield (start + first, start + stop), new[start + first_new : start + stop_new]
    yield (last_old, len(old)), new[last_new:]


def _trimmed(lines: list[_Line]) -> list[_Line]:
    first, end = 0, len(lines)
    while first < end and not lines[first].words.strip():
        first += 1
    while first < end and (lines[end - 1].between or not lines[end - 1].words.strip()):
        end -= 1
    return lines[first:end]


def _piece_edits(page: str, text: Text, lines: list[_Line], first: First | None) -> Iterator[Edit]:
    if not lines and first is None:
        yield _gone(page, text)
        return
    if len(lines) == len(text.lines) and all(_is_from(line, at) for at, line in enumerate(lines)):
        return
    if not lines or not _is_from(lines[0], 0):
        head, *more = _head(lines[0].words if lines else "", first)
        yield from _line_edits(page, text.lines[0], head)
        lines = [_Line(head), *(_Line(words) for words in more), *lines[1:]]
    start, end = _rest(page, text)
    new = "".join("\n" + _raw(page, text, line) for line in lines[1:])
    if page[start:end] != new:
        yield Edit(start, end, new)


def _is_from(line: _Line, place: int) -> bool:
    return line.piece is not None and line.place == place


def _head(line: str, first: First | None) -> list[str]:
    if first is None:
        return [line]
    return first_and_rest(line, boxed=first.boxed, grouped=first.grouped)


def _line_edits(page: str, line: Span, wanted: str) -> Iterator[Edit]:
    """The words, and apart from them the blanks they end with: attributes go between."""
    end = line[0] + len(page[slice(*line)].rstrip(" \t"))
    words = wanted.rstrip(" \t")
    yield Edit(line[0], end, words)
    if page[end : line[1]] != wanted[len(words) :]:
        yield Edit(end, line[1], wanted[len(words) :])


def _rest(page: str, text: Text) -> Span:
    """What follows the first line, from its line end on."""
    line_end = page.find("\n", text.lines[0][1])
    line_end = len(page) if line_end < 0 else line_end
    return line_end, max(line_end, text.span[1])


def _raw(page: str, text: Text, line: _Line) -> str:
    if line.piece is None or line.place == 0:
        return under(text.margin, line.words)
    start, end = text.lines[line.place]
    return page[page.rfind("\n", 0, start) + 1 : end]


def _gone(page: str, text: Text) -> Edit:
    """The piece and the blank lines before it are taken out."""
    start = page.rfind("\n", 0, text.span[0]) + 1
    return Edit(len(page[:start].rstrip(" \t\n")), text.span[1], "")
