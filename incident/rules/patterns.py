"""Regular expressions that cannot block: a subset, matched in time that grows only with the text.

A pattern becomes a set of positions, one per character it can consume. The text is read once,
and the positions reached so far are the bits of one integer: nothing is ever tried twice.
"""

from dataclasses import dataclass, field

from incident.rules.pattern_syntax import END, START, Node, Question, Test, Unreadable, parse

MOST_POSITIONS = 300

__all__ = ["Pattern", "Unreadable", "compiled"]


@dataclass(slots=True)
class _Glue:
    """How the positions follow each other. Sets of positions are bits of an integer."""

    tests: list[Test] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Span:
    """What a piece of a pattern may begin and end with, and whether it may be empty."""

    first: int
    last: int
    empty: bool


_NOTHING = _Span(0, 0, True)


class Pattern:
    """A pattern, ready to be looked for."""

    def __init__(self, node: Node, *, any_case: bool) -> None:
        glue = _Glue()
        self._any_case = any_case
        self._span = _built(node, glue)
        self._letters: dict[str, int] = {}
        self._questions: dict[Question, int] = {}
        for place, test in enumerate(glue.tests):
            self._remember(test, 1 << place)
        self._steps = _in_eights(glue.follow)

    def found_in(self, text: str) -> bool:
        """Is it anywhere in `text`?"""
        if self._span.empty:
            return True
        symbols = [START, *(text.lower() if self._any_case else text), END]
        masks = {symbol: self._mask(symbol) for symbol in set(symbols)}
        first, last, reached = self._span.first, self._span.last, 0
        for symbol in symbols:
            reached = (first | self._after(reached)) & masks[symbol]
            if reached & last:
                return True
        return False

    def _remember(self, test: Test, bit: int) -> None:
        if isinstance(test, str):
            self._letters[test] = self._letters.get(test, 0) | bit
        else:
            self._questions[test] = self._questions.get(test, 0) | bit

    def _mask(self, symbol: str) -> int:
        mask = self._letters.get(symbol, 0)
        for question, places in self._questions.items():
            if question(symbol):
                mask |= places
        return mask

    def _after(self, reached: int) -> int:
        following, table = 0, 0
        while reached:
            following |= self._steps[table][reached & 255]
            reached >>= 8
            table += 1
        return following


def compiled(source: str) -> Pattern:
    """The pattern that `source` describes. Raises Unreadable, with a sentence, for any other."""
    node, any_case = parse(source)
    if node.size > MOST_POSITIONS:
        raise Unreadable("The pattern is too large: repeat less.")
    return Pattern(node, any_case=any_case)


def _built(node: Node, glue: _Glue) -> _Span:
    if node.test is not None:
        glue.tests.append(node.test)
        glue.follow.append(0)
        bit = 1 << (len(glue.tests) - 1)
        return _Span(bit, bit, False)
    if node.most != 1 or node.least != 1:
        return _repeated(node, glue)
    if node.one_of:
        return _either(node, glue)
    span = _NOTHING
    for part in node.parts:
        span = _joined(span, _built(part, glue), glue)
    return span


def _either(node: Node, glue: _Glue) -> _Span:
    spans = [_built(part, glue) for part in node.parts]
    first = last = 0
    for span in spans:
        first, last = first | span.first, last | span.last
    return _Span(first, last, any(span.empty for span in spans))


def _repeated(node: Node, glue: _Glue) -> _Span:
    span = _NOTHING
    for _ in range(node.least):
        span = _joined(span, _built(node.parts[0], glue), glue)
    if node.most is None:
        again = _built(node.parts[0], glue)
        _link(again.last, again.first, glue)
        return _joined(span, _Span(again.first, again.last, True), glue)
    for _ in range(node.most - node.least):
        once = _built(node.parts[0], glue)
        span = _joined(span, _Span(once.first, once.last, True), glue)
    return span


def _joined(one: _Span, two: _Span, glue: _Glue) -> _Span:
    _link(one.last, two.first, glue)
    return _Span(
        one.first | (two.first if one.empty else 0),
        two.last | (one.last if two.empty else 0),
        one.empty and two.empty,
    )


def _link(last: int, first: int, glue: _Glue) -> None:
    while last:
        lowest = last & -last
        glue.follow[lowest.bit_length() - 1] |= first
        last ^= lowest


def _in_eights(follow: list[int]) -> list[list[int]]:
    """For every eight positions, what follows each of their 256 combinations."""
    tables = []
    for start in range(0, len(follow), 8):
        table = [0] * 256
        for bits in range(1, 256):
            lowest = bits & -bits
            place = start + lowest.bit_length() - 1
            table[bits] = table[bits ^ lowest] | (follow[place] if place < len(follow) else 0)
        tables.append(table)
    return tables
