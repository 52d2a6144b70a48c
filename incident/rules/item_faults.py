"""What of a step's attributes nobody could obey, as sentences."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from incident.rules import conditions
from incident.rules.attributes import Value
from incident.rules.conditions import Unreadable
from incident.rules.documents.nodes import KINDS

Settings = Mapping[str, Value]

NEEDS = {
    "ack": ("page",),
    "then": ("page",),
    "text": ("post",),
    "restore": ("guard",),
    "target": ("guard",),
    "when": ("decide", "choose"),
    "undo": ("effect",),
    "max": ("effect",),
}

_CHANNEL = re.compile(r"#[\w][\w.-]{0,79}|[CG][A-Z0-9]{6,20}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+|/[^\s<>\"/][^\s<>\"]*")
_SENSES = tuple(
    map(
        re.compile,
        (
            r"page \S.* acked",
            r"role \S.* filled",
            r"severity set",
            r"update within [0-9]+[smhd]",
            r"https?://\S+( \$\S* (==|!=|<=|>=|<|>|=) .+)?",
            r"http https?://\S+( \$\S* (==|!=|<=|>=|<|>|=) .+)?",
            r"pushed [\w.:-]+",
            r"posted #[\w.-]+",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the attributes of a step may name. `sections` counts those with a slug."""

    targets: Collection[str]
    sections: Mapping[str, int]


def faults(settings: Settings, known: Known) -> Iterator[str]:
    """Everything wrong with the attributes of one step."""
    kinds = {KINDS[name]: name for name in settings if name in KINDS}
    if len(kinds) > 1:
        said = "” and “".join(kinds.values())
        yield f"A step is of one kind: “{said}” cannot stand together."
    for name, others in NEEDS.items():
        if name in settings and not any(other in settings for other in others):
            yield f"“{name}” says nothing without “{others[0]}”."
    yield from _unknown_targets(settings, known.targets)
    yield from _unreadable_values(settings)
    yield from _lost_path(settings, known.sections)


def _unknown_targets(settings: Settings, targets: Collection[str]) -> Iterator[str]:
    for name in ("page", "then", "late"):
        target = settings.get(name)
        if isinstance(target, str) and target and target not in targets:
            there = ", ".join(sorted(targets)) or "none yet"
            yield f"“{target}” is no page target. There is: {there}."


def _unreadable_values(settings: Settings) -> Iterator[str]:
    for name, read in _READERS.items():
        value = settings.get(name)
        if not isinstance(value, str) or not value:
            continue
        try:
            read(value)
        except Unreadable as unreadable:
            yield f"{name}: {unreadable}"


def _lost_path(settings: Settings, sections: Mapping[str, int]) -> Iterator[str]:
    path = settings.get("fail")
    if not isinstance(path, str) or not path.startswith("#"):
        return
    if path[1:] not in sections:
        there = ", ".join(f"#{slug}" for slug in sections) or "none"
        yield f"There is no section {path} for a step that failed. There is: {there}."
    elif sections[path[1:]] > 1:
        yield f"{path} could be several sections: give them different titles."


def _channel(value: str) -> None:
    if not _CHANNEL.fullmatch(value):
        raise Unreadable(f"“{value[:60]}” is no channel: write #name.")


def _address(value: str) -> None:
    if not _ADDRESS.fullmatch(value):
        raise Unreadable(f"“{value[:60]}” is no address: begin it with https://.")


def _sense(value: str) -> None:
    if not any(sense.fullmatch(value) for sense in _SENSES):
        raise Unreadable(f"“{value[:60]}” is nothing that can be sensed: see the list of senses.")


_READERS: Mapping[str, Callable[[str], object]] = {
    "expect": conditions.parse,
    "when": conditions.parse_when,
    "post": _channel,
    "docs": _address,
    "sense": _sense,
}
