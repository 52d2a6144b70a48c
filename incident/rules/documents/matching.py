"""Which of the things handed back is which of the things that stand in the document."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from incident.rules.documents.nodes import Span


class Handed(Protocol):
    """Something handed back, that may say where it stood."""

    @property
    def span(self) -> Span | None: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """What stood between two things that stay, and what is to stand there now.

    `after` and `before` are the places, among the known, of those that stay: -1 and one past
    the last when there are none.
    """

    after: int
    before: int
    new: tuple[int, ...]


def matched(
    given: Sequence[Handed], spans: Sequence[Span], *, wanted: Sequence[str], shown: Sequence[str]
) -> list[int | None]:
    """For each given thing, the place of the known one that it is; places only ever rise.

    What says where it stood is found by that; what does not is found by its text.
    """
    places = {span: place for place, span in enumerate(spans)}
    claimed = {places[one.span] for one in given if one.span in places}
    by_text: dict[str, list[int]] = {}
    for place in reversed(range(len(shown))):
        if place not in claimed:
            by_text.setdefault(shown[place], []).append(place)
    found: list[int | None] = []
    for one, text in zip(given, wanted, strict=True):
        match = places.pop(one.span, None) if one.span else _next(by_text.get(text))
        found.append(match)
    return _rising(found)


def gaps(found: Sequence[int | None], known: int) -> list[Gap]:
    """Where something new stands or something known is gone, in reading order."""
    spaces: list[Gap] = []
    after = -1
    new: list[int] = []
    for number, place in enumerate([*found, known]):
        if place is None:
            new.append(number)
            continue
        if new or place > after + 1:
            spaces.append(Gap(after, place, tuple(new)))
        after, new = place, []
    return spaces


def _next(places: list[int] | None) -> int | None:
    return places.pop() if places else None


def _rising(found: Sequence[int | None]) -> list[int | None]:
    """Keeps the longest run of places that rise; what was moved counts as new."""
    ends: list[int] = []
    chain: list[int] = []
    before: dict[int, int] = {}
    for number, place in enumerate(found):
        if place is None:
            continue
        spot = bisect_left(ends, place)
        ends[spot : spot + 1], chain[spot : spot + 1] = [place], [number]
        if spot:
            before[number] = chain[spot - 1]
    kept: set[int] = set()
    last = chain[-1] if chain else None
    while last is not None:
        kept.add(last)
        last = before.get(last)
    return [place if number in kept else None for number, place in enumerate(found)]
