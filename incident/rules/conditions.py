"""What a step expects to be seen, and whether what somebody typed is that."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from incident.rules import patterns
from incident.rules.patterns import Unreadable

__all__ = ["Condition", "Unreadable", "holds", "matches", "number", "parse", "parse_when"]

YES = frozenset({"yes", "y", "true"})
NO = frozenset({"no", "n", "false"})
LONGEST_VALUE = 100_000
FACTS = ("severity", "mode", "service")

_NUMBER = r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?"
_COMPARED = re.compile(rf"(>=|<=|>|<)\s*({_NUMBER})")
_RANGE = re.compile(rf"({_NUMBER})\s*\.\.\s*({_NUMBER})")
_PLAIN = re.compile(_NUMBER)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:([ ,_'])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]{1,30})?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,30},[0-9]{1,30}")
_BLANKS = re.compile(r"[\s\u00a0\u2009\u202f]+")
_WHEN = re.compile(r"([A-Za-z_][\w-]*)\s+(?:in|is)\s+([\w.-]+(?:\s*,\s*[\w.-]+)*)")

_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">": lambda seen, limit: seen > limit,
    ">=": lambda seen, limit: seen >= limit,
    "<": lambda seen, limit: seen < limit,
    "<=": lambda seen, limit: seen <= limit,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What is expected. `wants` says what to ask for: "yes or no", "number" or "text"."""

    source: str
    wants: str
    agrees: Callable[[str], bool]


def parse(source: str) -> Condition:
    """Read `yes`, `no`, `7`, `>0`, `<=5`, `1..10` or `/regex/`. Raises Unreadable otherwise."""
    text = source.strip()
    if text.lower() in ("yes", "no"):
        words = YES if text.lower() == "yes" else NO
        return Condition(text, "yes or no", lambda value: _word(value) in words)
    if len(text) >= 2 and text.startswith("/") and text.endswith("/"):
        return Condition(text, "text", _pattern(text[1:-1]))
    agrees = _numeric(text)
    if agrees is None:
        raise Unreadable(
            f"“{text[:60]}” is not a condition: write yes, no, 7, >0, <=5, 1..10 or /pattern/."
        )
    return Condition(text, "number", lambda value: _agrees(agrees, number(value)))


def matches(condition: Condition | str, value: str) -> bool:
    """Is `value`, as somebody typed it, what was expected?"""
    wanted = _parsed(condition) if isinstance(condition, str) else condition
    return len(value) <= LONGEST_VALUE and wanted.agrees(value)


def number(value: str) -> Decimal | None:
    """The number somebody typed: “1 204 331”, “1,204,331”, “3.5 %”; None when it is none."""
    if len(value) > 100:
        return None
    text = _BLANKS.sub(" ", value).strip().replace("\u2212", "-").replace("’", "'")
    text = text.removesuffix("%").rstrip()
    grouped = _GROUPED.fullmatch(text)
    if grouped:
        text = text.replace(grouped[1], "")
    elif _DECIMAL_COMMA.fullmatch(text):
        text = text.replace(",", ".")
    return Decimal(text) if text.isascii() and _PLAIN.fullmatch(text) else None


def parse_when(source: str) -> tuple[str, tuple[str, ...]]:
    """The fact that answers a decision, and its values: `severity in sev1,sev2`."""
    match = _WHEN.fullmatch(source.strip())
    if match is None:
        raise Unreadable(f"“{source[:60]}” is not a condition: write “severity in sev1,sev2”.")
    return match[1], tuple(value.strip() for value in match[2].split(","))


def holds(when: str, facts: Mapping[str, str]) -> bool | None:
    """Does `when` hold? None while the fact it asks for is not known."""
    fact, values = parse_when(when)
    known = facts.get(fact)
    return None if known in (None, "", "unset") else known in values


@lru_cache(maxsize=256)
def _parsed(source: str) -> Condition:
    return parse(source)


def _word(value: str) -> str:
    return value[:20].strip().rstrip(".!").lower()


def _pattern(source: str) -> Callable[[str], bool]:
    pattern = patterns.compiled(source)
    return lambda value: pattern.found_in(value.strip())


def _numeric(text: str) -> Callable[[Decimal], bool] | None:
    compared = _COMPARED.fullmatch(text)
    if compared:
        compare, limit = _COMPARISONS[compared[1]], Decimal(compared[2])
        return lambda seen: compare(seen, limit)
    between = _RANGE.fullmatch(text)
    if between:
        low, high = Decimal(between[1]), Decimal(between[2])
        if low > high:
            raise Unreadable(f"“{text}” runs backwards: write the smaller number first.")
        return lambda seen: low <= seen <= high
    if _PLAIN.fullmatch(text):
        exact = Decimal(text)
        return lambda seen: seen == exact
    return None


def _agrees(agrees: Callable[[Decimal], bool], seen: Decimal | None) -> bool:
    return seen is not None and agrees(seen)
