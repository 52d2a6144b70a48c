"""The picture of the phases: where each thing stands in it, and what is written beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from incident.rules import spoken
from incident.rules.retros.phases import WIDTH, Phase, bars

ROW = 68
TALLEST, LEAST = 150, 44


@dataclass(frozen=True, slots=True)
class Part:
    """One phase as it is drawn. Across, `x` and `width` count; downwards, `y` and `height`."""

    phase: Phase
    words: tuple[str, ...]
    moment: str
    stamp: str
    lasted: str
    x: int = 0
    width: int = 0
    y: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """`across` is empty when there are too many phases to stand side by side."""

    across: tuple[Part, ...]
    down: tuple[Part, ...]
    ending: str
    ending_stamp: str
    tall: int
    wide: int = WIDTH

    def __bool__(self) -> bool:
        return bool(self.down)


def picture(phases: Sequence[Phase], zone: str, *, over: bool) -> Picture:
    down = _down(phases, zone)
    return Picture(
        across=_across(phases, zone),
        down=down,
        ending="Resolved" if over else "Now",
        ending_stamp=spoken.stamp(phases[-1].end, zone, phases[-1].start) if phases else "",
        tall=down[-1].y + down[-1].height if down else 0,
    )


def _across(phases: Sequence[Phase], zone: str) -> tuple[Part, ...]:
    return tuple(
        Part(
            phase=bar.phase,
            words=bar.words,
            moment=bar.phase.opens.word,
            stamp=_stamp(phases, place, zone),
            lasted=spoken.length(bar.phase.length),
            x=bar.x,
            width=bar.width,
        )
        for place, bar in enumerate(bars(phases))
    )


def _down(phases: Sequence[Phase], zone: str) -> tuple[Part, ...]:
    """One below the other, the longer the taller, within reason."""
    longest = max((phase.length.total_seconds() for phase in phases), default=0.0)
    drawn: list[Part] = []
    y = 0
    for place, phase in enumerate(phases):
        share = (phase.length.total_seconds() / longest) ** 0.5
        height = round(LEAST + (TALLEST - LEAST) * share)
        drawn.append(
            Part(
                phase=phase,
                words=(phase.label,),
                moment=phase.opens.word,
                stamp=_stamp(phases, place, zone),
                lasted=spoken.length(phase.length),
                y=y,
                height=height,
            )
        )
        y += height + 4
    return tuple(drawn)


def _stamp(phases: Sequence[Phase], place: int, zone: str) -> str:
    """The date stands where a day begins."""
    before = phases[place - 1].start if place else None
    return spoken.stamp(phases[place].start, zone, before)
