"""How often a row was tried, how often it went wrong, and how long pages took."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.trials.desk import Desk


@dataclass
class Tally:
    """A trial that went wrong says why, and the desk is put back on its feet for the next."""

    name: str
    tried: int = 0
    failed: int = 0
    seconds: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def run(self, desk: Desk, row: Callable[[Desk], None]) -> None:
        desk.recoveries.clear()
        self.tried += 1
        try:
            row(desk)
        except (AssertionError, pytest.fail.Exception, TimeoutError, OSError) as error:
            self.failed += 1
            self.reasons.append(str(error))
            desk.recover()
        self.seconds += desk.recoveries

    def __str__(self) -> str:
        times = sorted(self.seconds)
        took = f"p50 {times[len(times) // 2]:.2f} s, longest {times[-1]:.2f} s" if times else ""
        counts = f"{self.tried} tried, {self.failed} failed"
        return "\n    ".join([f"{self.name}: {counts}; {took}", *self.reasons[:3]])
