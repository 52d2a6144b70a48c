"""The `{...}` group at the end of a line of a checklist: how it is read, and how it is written."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

FLAGS = frozenset({"decide", "choose", "guard", "hold", "killer", "optional"})
DURATIONS = frozenset({"ack", "wait", "within", "max"})
TEXTS = frozenset(
    [
        "page",
        "then",
        "post",
        "text",
        "when",
        "sense",
        "target",
        "expect",
        "restore",
        "query",
        "role",
        "late",
        "effect",
        "undo",
        "docs",
        "fail",
    ]
)
ON_ITEMS = FLAGS | DURATIONS | TEXTS
ON_HEADINGS = frozenset({"do-confirm", "parallel"})

Value = str | bool

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"0*([1-9][0-9]{0,5})([smhd])")
_BARE = re.compile(r'[^\s"{}=]+')
_START = re.compile(r'(?:(?<=[ \t])|^)\{[ \t]*([^\s"{}=]+)(?=[ \t=}])')
_ATTRIBUTE = re.compile(
    r'(?P<name>[^\s"{}=]+)'
    r'(?P<value>=(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"{}=]+)))?'
    r"(?=[ \t}])"
)
_ESCAPED = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Group:
    """What a line says about itself. `start` is where its brace stands; flags are True.

    `faults` are sentences about what nobody could obey. A group with a fault blocks publishing.
    """

    start: int
    values: Mapping[str, Value] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def find(line: str, names: Collection[str] = ON_ITEMS) -> Group | None:
    """The group at the very end of `line`, when the first name in it is one of `names`."""
    end = len(line.rstrip(" \t"))
    if not line.endswith("}", 0, end):
        return None
    broken = None
    for brace in _START.finditer(line, 0, end):
        if brace[1] not in names:
            continue
        stop, attributes = _attributes(line, brace.start() + 1)
        if stop == end:
            return _group(brace.start(), attributes, names)
        if stop < 0:
            broken = broken or Group(
                brace.start(), faults=(_unreadable(line[brace.start() : end]),)
            )
    return broken


def written(values: Mapping[str, Value]) -> str:
    """The group that says `values`, or nothing when they say nothing."""
    said = [_attribute(name, value) for name, value in values.items() if value not in (False, None)]
    return "{" + " ".join(said) + "}" if said else ""


def seconds(duration: str) -> int | None:
    """How long `90s`, `5m`, `4h` or `2d` is; None for anything else."""
    match = _DURATION.fullmatch(duration)
    return int(match[1]) * _UNITS[match[2]] if match else None


def _attributes(line: str, at: int) -> tuple[int, list[tuple[str, Value]]]:
    """Where the group ends and what stands in it. It ends at -1 when it cannot be read."""
    found: list[tuple[str, Value]] = []
    while True:
        while line.startswith((" ", "\t"), at):
            at += 1
        if line.startswith("}", at):
            return at + 1, found
        match = _ATTRIBUTE.match(line, at)
        if match is None:
            return -1, []
        found.append((match["name"], _value(match)))
        at = match.end()


def _value(match: re.Match[str]) -> Value:
    if match["value"] is None:
        return True
    return match["bare"] or _ESCAPED.sub(r"\1", match["quoted"])


def _group(start: int, attributes: list[tuple[str, Value]], names: Collection[str]) -> Group:
    values = dict(reversed(attributes))
    in_order = {name: values[name] for name, _ in attributes}
    return Group(start, in_order, tuple(_faults(attributes, names)))


def _faults(attributes: list[tuple[str, Value]], names: Collection[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name, value in attributes:
        if name in seen:
            yield f"“{name}” is given twice."
        seen.add(name)
        if name not in names:
            yield f"“{name}” is not an attribute that is known here."
        elif (name in FLAGS or name in ON_HEADINGS) and value is not True:
            yield f"“{name}” takes no value."
        elif name in TEXTS and (value is True or value == ""):
            yield f"“{name}” needs a value: {name}=…"
        elif name in DURATIONS and (value is True or seconds(str(value)) is None):
            yield f"“{name}” needs a duration such as 90s, 5m, 4h or 2d."


def _unreadable(group: str) -> str:
    return (
        f"{_shortened(group)} cannot be read: write name=value, separated by blanks,"
        " with double quotes round a value that has a blank, a brace, a quote or = in it."
    )


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _attribute(name: str, value: Value) -> str:
    if value is True:
        return name
    text = " ".join(str(value).split("\n"))
    if _BARE.fullmatch(text):
        return f"{name}={text}"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name}="{escaped}"'
