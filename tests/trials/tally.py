"""How often a row was tried, how often it went wrong, and how long pages took."""

import traceback
from dataclasses import dataclass, field

import pytest

from tests.trials.checker import Verdict, judge
from tests.trials.desk import Desk
from tests.trials.table import Row


@dataclass
class Tally:
    """A trial that went wrong says why, and the desk is put back on its feet for the next."""

    row: Row
    tried: int = 0
    failed: int = 0
    asked: set[str] = field(default_factory=set)
    seconds: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    verdict: Verdict | None = None

    def run(self, desk: Desk) -> None:
        before = set(desk.promised)
        desk.recoveries.clear()
        self.tried += 1
        try:
            self.row.act(desk)
        except (Exception, pytest.fail.Exception) as error:
            self.failed += 1
            self.reasons.append(f"{error!r} at {_place_of(error)}")
            desk.recover()
        self.seconds += desk.recoveries
        self.asked |= desk.promised - before

    def judge(self, desk: Desk) -> None:
        """What became of the pages of this row alone, when nothing more can come."""
        with desk.pagerduty.lock:
            alerts = tuple(desk.pagerduty.alerts)
        ours = [alert for alert in alerts if alert.intent.split("/", 2)[-1] in self.asked]
        self.verdict = judge(ours, self.asked & desk.promised)

    def took(self, share: float) -> float:
        """Within how many seconds this share of the pages arrived."""
        times = sorted(self.seconds)
        return times[min(int(share * len(times)), len(times) - 1)] if times else 0.0

    def __str__(self) -> str:
        took = f"p50 {self.took(0.5):.2f} s, longest {self.took(1):.2f} s" if self.seconds else ""
        counts = f"{self.tried} tried, {self.failed} failed"
        return "\n    ".join([f"{self.row.name}: {counts}; {took}", *self.reasons[:3]])


def _place_of(error: BaseException) -> str:
    """The lines of ours that led there, from the row down."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    return " > ".join(f"{frame.name}:{frame.lineno}" for frame in frames[-4:])
