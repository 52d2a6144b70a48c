"""The page of results: a table between two marks in `docs/reliability.md`."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from incident.clock import now
from tests.trials.tally import Tally

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- results of make trials -->", "<!-- end of the results -->"
HEAD = """| row | trials {databases} | pages | lost | doubled | p50 | p99 | longest | scale |
|---|---|---|---|---|---|---|---|---|"""
Found = Mapping[str, Sequence[Tally]]


def write(found: Found, scale: Mapping[str, float], *, minutes: float) -> None:
    page = PAGE.read_text(encoding="utf-8")
    between = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
    said = "\n".join(_lines(found, scale, minutes))
    PAGE.write_text(between.sub(lambda _: f"{BEGIN}\n{said}\n{END}", page), encoding="utf-8")


def _lines(found: Found, scale: Mapping[str, float], minutes: float) -> list[str]:
    tallies = [tally for those in found.values() for tally in those]
    names = list(dict.fromkeys(tally.row.name for tally in tallies))
    return [
        _sentence(found, tallies, minutes),
        "",
        HEAD.format(databases=" + ".join(found)),
        *[_row([t for t in tallies if t.row.name == name], found, scale) for name in names],
    ]


def _sentence(found: Found, tallies: Sequence[Tally], minutes: float) -> str:
    pages, lost, doubled = _counts(tallies)
    trials, failed = sum(t.tried for t in tallies), sum(t.failed for t in tallies)
    return (
        f"Measured {now():%Y-%m-%d} on {os.cpu_count()} cores in {minutes:.0f} minutes, on "
        f"{' and '.join(found)}: {trials} trials ({failed} failed), **{pages} pages expected, "
        f"{lost} lost, {doubled} doubled**. The times are seconds until a page arrived, counted "
        "from when the trouble was over."
    )


def _row(tallies: Sequence[Tally], found: Found, scale: Mapping[str, float]) -> str:
    row = tallies[0].row
    pages, lost, doubled = _counts(tallies)
    tried = {t: sum(t.tried for t in those if t.row.name == row.name) for t, those in found.items()}
    times = sorted(second for tally in tallies for second in tally.seconds)
    took = [f"{_within(times, share):.2f}" if times else "" for share in (0.5, 0.99, 1)]
    real = {**scale, "hurry": row.hurry or scale["hurry"]}
    told = row.scale.format(**real)
    counts = " + ".join(str(count or "–") for count in tried.values())
    return f"| {row.name} | {counts} | {pages} | {lost} | {doubled} | {' | '.join(took)} | {told} |"


def _counts(tallies: Sequence[Tally]) -> tuple[int, int, int]:
    """Pages expected, lost and doubled. What nobody called for counts as doubled."""
    verdicts = [tally.verdict for tally in tallies if tally.verdict is not None]
    return (
        sum(verdict.expected for verdict in verdicts),
        sum(len(verdict.lost) for verdict in verdicts),
        sum(len(verdict.duplicated) + len(verdict.uncalled_for) for verdict in verdicts),
    )


def _within(times: Sequence[float], share: float) -> float:
    return times[min(int(share * len(times)), len(times) - 1)]
