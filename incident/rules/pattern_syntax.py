"""The part of regular expressions a checklist may use, read into a tree."""

from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 200
START, END = "<start>", "<end>"

Question = Callable[[str], bool]
Test = str | Question


class Unreadable(ValueError):
    """Nobody could obey it. The message is a sentence for the author."""


@dataclass(frozen=True, slots=True)
class Node:
    """One character, or parts: one after the other, one of them, or the first of them often.

    `test` is the character itself, or a question to ask of it.
    """

    test: Test | None = None
    parts: tuple["Node", ...] = ()
    one_of: bool = False
    least: int = 1
    most: int | None = 1

    @property
    def size(self) -> int:
        """How many characters it can consume places for."""
        if self.test is not None:
            return 1
        once = sum(part.size for part in self.parts)
        return once * (self.least + 1 if self.most is None else self.most)


def parse(source: str) -> tuple[Node, bool]:
    """The tree of `source`, and whether upper and lower case are the same to it."""
    if len(source) > LONGEST:
        raise Unreadable(f"A pattern has at most {LONGEST} characters.")
    any_case = source.startswith("(?i)")
    body = source[4:] if any_case else source
    reader = _Reader(body, any_case=any_case)
    node = reader.alternatives()
    if reader.at < len(body):
        raise Unreadable("There is a “)” too many in the pattern.")
    return node, any_case


class _Reader:
    def __init__(self, source: str, *, any_case: bool) -> None:
        self.source = source
        self.at = 0
        self.any_case = any_case

    def alternatives(self) -> Node:
        branches = [self._sequence()]
        while self._took("|"):
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Node(parts=tuple(branches), one_of=True)

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            parts.append(self._repeats(self._one()))
        return Node(parts=tuple(parts))

    def _one(self) -> Node:
        letter = self._next()
        if letter == "(":
            return self._inside()
        if letter == "[":
            return Node(test=self._class())
        if letter in "*+?":
            raise Unreadable(f"“{letter}” has nothing before it to repeat.")
        if letter == "\\":
            return Node(test=_escape(self._next()))
        if letter in "^$":
            return Node(test=START if letter == "^" else END)
        if letter == ".":
            return Node(test=_anything)
        return Node(test=letter.lower() if self.any_case else letter)

    def _inside(self) -> Node:
        if self._took("?") and not self._took(":"):
            raise Unreadable("Look-around and named groups cannot be used in a pattern here.")
        node = self.alternatives()
        if not self._took(")"):
            raise Unreadable("A “(” is not closed in the pattern.")
        return Node(parts=(node,))

    def _repeats(self, node: Node) -> Node:
        least, most = self._often()
        self._took("?")
        if (least, most) == (1, 1):
            return node
        if self.source[self.at : self.at + 1] in ("*", "+", "{"):
            raise Unreadable("Two repeats stand side by side in the pattern.")
        return Node(parts=(node,), least=least, most=most)

    def _often(self) -> tuple[int, int | None]:
        if self._took("*"):
            return 0, None
        if self._took("+"):
            return 1, None
        if self._took("?"):
            return 0, 1
        if self._took("{"):
            return self._counted()
        return 1, 1

    def _counted(self) -> tuple[int, int | None]:
        inside, closed, _ = self.source[self.at :].partition("}")
        self.at += len(inside) + 1
        least, comma, most = inside.partition(",")
        numbers = [part for part in (least, most) if part]
        if not closed or not numbers or not all(_is_count(number) for number in numbers):
            raise Unreadable("Braces in a pattern hold how often: {3}, {2,} or {2,5}.")
        low = int(least or 0)
        high = low if not comma else int(most) if most else None
        if high is not None and not max(low, 1) <= high:
            raise Unreadable("Braces in a pattern count upwards: {2,5}.")
        return low, high

    def _class(self) -> Question:
        negated = self._took("^")
        members: list[Question] = []
        while not (members and self._took("]")):
            members.append(self._member())
        if negated:
            return lambda symbol: len(symbol) == 1 and not any(test(symbol) for test in members)
        return lambda symbol: any(test(symbol) for test in members)

    def _member(self) -> Question:
        letter = self._next()
        if letter == "\\":
            test = _escape(self._next())
            return _exactly(test) if isinstance(test, str) else test
        if self.source[self.at : self.at + 1] == "-" and self.source[self.at + 1 :][:1] not in "]":
            self.at += 1
            return self._range(letter, self._next())
        return _exactly(letter.lower() if self.any_case else letter)

    def _range(self, low: str, high: str) -> Question:
        if high < low:
            raise Unreadable(f"“{low}-{high}” runs backwards in the pattern.")
        if self.any_case:
            return lambda symbol: (
                len(symbol) == 1 and (low <= symbol <= high or low <= symbol.upper() <= high)
            )
        return lambda symbol: len(symbol) == 1 and low <= symbol <= high

    def _next(self) -> str:
        if self.at >= len(self.source):
            raise Unreadable("The pattern ends too early.")
        self.at += 1
        return self.source[self.at - 1]

    def _took(self, letter: str) -> bool:
        if self.source.startswith(letter, self.at):
            self.at += 1
            return True
        return False


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 3


def _exactly(symbol: str) -> Question:
    return lambda other: other == symbol


def _not(question: Question) -> Question:
    return lambda symbol: len(symbol) == 1 and not question(symbol)


def _anything(symbol: str) -> bool:
    return len(symbol) == 1 and symbol != "\n"


def _is_word(symbol: str) -> bool:
    return len(symbol) == 1 and (symbol.isalnum() or symbol == "_")


def _is_digit(symbol: str) -> bool:
    return len(symbol) == 1 and symbol.isdecimal()


def _is_space(symbol: str) -> bool:
    return len(symbol) == 1 and symbol.isspace()


_ESCAPES: dict[str, Test] = {
    "d": _is_digit,
    "D": _not(_is_digit),
    "w": _is_word,
    "W": _not(_is_word),
    "s": _is_space,
    "S": _not(_is_space),
    "n": "\n",
    "r": "\r",
    "t": "\t",
}


def _escape(letter: str) -> Test:
    if letter in _ESCAPES:
        return _ESCAPES[letter]
    if letter.isalnum():
        raise Unreadable(f"“\\{letter}” cannot be used in a pattern here.")
    return letter
