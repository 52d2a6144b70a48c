"""The phases of an incident, and where each is drawn in the picture of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.rules.retros.facts import Facts
from incident.rules.retros.moments import Moment, moments

LABELS = {
    "started": ("Broken, nobody knew", "unseen"),
    "reported": ("Reported, not seen", "unseen"),
    "posted": ("Posted, not paged", "unseen"),
    "paged": ("Paged, not acknowledged", "unseen"),
    "seen": ("Investigating", "work"),
    "acknowledged": ("Investigating", "work"),
    "identified": ("Fixing", "work"),
    "mitigated": ("Cleaning up", "mended"),
    "reopened": ("Investigating", "work"),
    "resolved": ("Thought it was over", "unseen"),
}
BELIEVED = ("mitigated", "resolved")
SHORTEST = timedelta(seconds=1)
WIDTH = 912
NARROWEST = 88
SPACE = 4
MOST = (WIDTH + SPACE) // (NARROWEST + SPACE)
LETTER = 6.7
PADDING = 12


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the incident. Tone: unseen work mended. `opens` is the moment it began with."""

    label: str
    tone: str
    start: datetime
    end: datetime
    opens: Moment

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Bar:
    """A phase as it is drawn: from `x`, `width` wide, its label in one line or two."""

    phase: Phase
    x: int
    width: int
    words: tuple[str, ...]

    @property
    def middle(self) -> int:
        return self.x + self.width // 2


def phases(facts: Facts) -> tuple[Phase, ...]:
    """What people knew and did, one stretch after another, to the end of the record."""
    found = moments(facts)
    ends = [*(moment.at for moment in found[1:]), facts.until]
    named = [
        _phase(found, place, min(end, facts.until)) for place, end in enumerate(ends[: len(found)])
    ]
    lasting = [phase for phase in named if phase.length >= SHORTEST]
    return tuple(_joined(lasting))


def bars(found: Sequence[Phase]) -> tuple[Bar, ...]:
    """Side by side across the picture. Not to scale: a long wait must not hide a short fix.

    More phases than have room for their labels are not drawn side by side at all.
    """
    if not found or len(found) > MOST:
        return ()
    widths = _widths([phase.length.total_seconds() ** 0.4 for phase in found])
    drawn, x = [], 0
    for phase, width in zip(found, widths, strict=True):
        drawn.append(Bar(phase, x, width, broken(phase.label, width)))
        x += width + SPACE
    return tuple(drawn)


def broken(label: str, width: int) -> tuple[str, ...]:
    """The label on one line where it fits, else on two of about the same length."""
    words = label.split()
    if len(label) * LETTER + PADDING <= width or len(words) == 1:
        return (label,)
    halves = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return min(halves, key=lambda half: max(len(half[0]), len(half[1])))


def _phase(found: Sequence[Moment], place: int, end: datetime) -> Phase:
    moment = found[place]
    label, tone = LABELS[moment.name]
    if moment.name in BELIEVED and _came_back(found[place + 1 :]):
        label, tone = LABELS["resolved"]
    return Phase(label, tone, moment.at, end, moment)


def _came_back(later: Sequence[Moment]) -> bool:
    """Whether it was believed too early: it broke again, or somebody had to say so."""
    return any(moment.name in ("reopened", "reported", "posted") for moment in later)


def _joined(found: Sequence[Phase]) -> Iterator[Phase]:
    """Neighbours that are the same to whoever looks are one phase."""
    standing: Phase | None = None
    for phase in found:
        if standing is None:
            standing = phase
        elif standing.label == phase.label:
            standing = Phase(phase.label, phase.tone, standing.start, phase.end, standing.opens)
        else:
            yield standing
            standing = phase
    if standing is not None:
        yield standing


def _widths(weights: Sequence[float]) -> list[int]:
    """Whole widths that fill the picture: the least for each, the rest by weight."""
    room = WIDTH - SPACE * (len(weights) - 1) - NARROWEST * len(weights)
    total = sum(weights)
    edges = [round(room * sum(weights[:n]) / total) for n in range(len(weights) + 1)]
    return [NARROWEST + b - a for a, b in zip(edges, edges[1:], strict=False)]
