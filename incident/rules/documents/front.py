"""The front matter: a little YAML, read without any of its surprises.

Dates, `yes`, `012` and `3.10` stay the words they are. References, tags, duplicate names and deep
nesting are faults: the document is kept, and says what is wrong with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from incident.rules.documents.nodes import Front, Span
from incident.rules.documents.source import is_text

LONGEST = 32_000
DEEPEST = 10

_OPENING = re.compile(r"-{3,}[^\n]*\n")
_NAME = re.compile(r"^[ \t]*[\w\"'][^\n]*?:(?:\s|$)", re.MULTILINE)
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


class Fault(Exception):
    """Why the front matter cannot be used: a sentence, and the line within it, from 0."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.line = line


def read_front(text: str) -> Front | None:
    """The front matter at the start of `text`, if there is any."""
    found = _between_rules(text)
    if found is None:
        return None
    start, end, after = found
    inside = text[start:end]
    try:
        values, keys = _mapping(inside)
    except Fault as fault:
        if not _NAME.search(inside):
            return None
        return Front((0, after), fault=str(fault), fault_line=fault.line + 2)
    if values is None:
        return None
    places = {name: (start + first, start + last) for name, (first, last) in keys.items()}
    return Front((0, after), values, places)


def _between_rules(text: str) -> tuple[int, int, int] | None:
    """Where the front matter's inside begins and ends, and where the document goes on."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    dashes = len(opening[0]) - len(opening[0].lstrip("-"))
    closing = re.compile(rf"^(?: {{0,3}}-{{{dashes},}}|\.\.\.)[ \t]*$", re.MULTILINE)
    close = closing.search(text, opening.end())
    if close is None:
        return None
    return opening.end(), close.start(), min(close.end() + 1, len(text))


def _mapping(inside: str) -> tuple[dict[str, object] | None, dict[str, Span]]:
    if len(inside) > LONGEST:
        raise Fault(f"The front matter is longer than {LONGEST} characters.", 0)
    try:
        return _Builder(inside).mapping()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it holds a character that is not text"
        line = mark.line if mark else 0
        raise Fault(f"The front matter is not YAML: {problem}.", line) from error


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read. `name` is the entry whose value comes next."""

    values: list[object] | dict[str, object]
    name: str | None = None


class _Builder:
    """Makes values of YAML's events, so that only what is meant here can come out."""

    def __init__(self, inside: str) -> None:
        self.inside = inside
        self.opened: list[_Open] = []
        self.result: object = None
        self.places: list[tuple[str, int]] = []

    def mapping(self) -> tuple[dict[str, object] | None, dict[str, Span]]:
        documents = 0
        for event in yaml.parse(self.inside, Loader=yaml.SafeLoader):
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise Fault("The front matter holds more than one document.", _line(event))
            self._take(event)
        if self.result is None and not self.inside.strip():
            return {}, {}
        if not isinstance(self.result, dict):
            return None, {}
        return self.result, dict(self._spans())

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Fault("The front matter uses & and *: write the value out.", _line(event))
        if getattr(event, "tag", None):
            raise Fault("The front matter uses a “!” tag: write plain values.", _line(event))
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._put(self.opened.pop().values, event)

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if len(self.opened) >= DEEPEST:
            raise Fault("The front matter is nested too deeply.", _line(event))
        if self._awaits_name():
            raise Fault("A name in the front matter is a list or mapping.", _line(event))
        is_list = isinstance(event, yaml.SequenceStartEvent)
        self.opened.append(_Open([] if is_list else {}))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if not is_text(event.value):
            raise Fault("The front matter holds a character that is not text.", _line(event))
        if not self._awaits_name():
            self._put(_plain(event.value) if event.style is None else event.value, event)
            return
        place = self.opened[-1]
        if event.value in place.values:
            raise Fault(f"“{event.value}” stands twice in the front matter.", _line(event))
        place.name = event.value
        if len(self.opened) == 1:
            self.places.append((event.value, event.start_mark.index if event.start_mark else 0))

    def _put(self, value: object, event: yaml.Event) -> None:
        if not self.opened:
            self.result = value
            return
        place = self.opened[-1]
        if isinstance(place.values, list):
            place.values.append(value)
        elif place.name is not None:
            place.values[place.name] = value
            place.name = None

    def _awaits_name(self) -> bool:
        if not self.opened:
            return False
        return isinstance(self.opened[-1].values, dict) and self.opened[-1].name is None

    def _spans(self) -> Iterator[tuple[str, Span]]:
        """Each entry reaches to the next one, without the blank and comment lines between."""
        if self.inside.lstrip().startswith("{"):
            return
        ends = [start for _, start in self.places[1:]] + [len(self.inside)]
        for (name, start), end in zip(self.places, ends, strict=True):
            yield name, (start, _end_of_entry(self.inside, start, end))


def _plain(value: str) -> object:
    if value in _WORDS:
        return _WORDS[value]
    if _WHOLE.fullmatch(value):
        return int(value)
    if _DECIMAL.fullmatch(value) and str(float(value)) == value:
        return float(value)
    return value


def _end_of_entry(inside: str, start: int, end: int) -> int:
    kept = inside[start:end].rstrip("\n").split("\n")
    while len(kept) > 1 and (not kept[-1].strip() or kept[-1].lstrip().startswith("#")):
        kept.pop()
    return min(start + len("\n".join(kept)) + 1, end)


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) if event.start_mark else 0
