"""Pins the line that says when to telephone, and makes it new when the telephones change."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incident.delivery import errands
from incident.delivery.errands import Reached
from incident.integrations.slack import errors, pins
from incident.rules import sweeps
from incident.services import pinned_lines
from incident.services.pinned_lines import Wanted
from incident.storage.db import transaction

LONGEST_AGO = timedelta(hours=1)


def take(at: datetime) -> list["Line"]:
    return [Line(wanted) for wanted in errands.taken(pinned_lines.any_due, pinned_lines.take, at)]


@dataclass(frozen=True, slots=True)
class Line:
    """One channel's line that is not as it should be."""

    wanted: Wanted

    @property
    def channel(self) -> str:
        return self.wanted.name

    def run(self, reached: Reached) -> None:
        wanted, clock = self.wanted, reached.clock
        since = sweeps.stamp(clock() - LONGEST_AGO)
        name = f"pinned/{wanted.channel}"
        kept = pins.keep(
            reached.client, wanted.channel, text=wanted.text, ts=wanted.ts, name=name, since=since
        )
        if kept.refusal is None:
            with transaction() as session:
                pinned_lines.done(session, wanted, kept.ts)
        else:
            reason = errors.read(kept.refusal, wanted.name).reason
            posted = "It is posted, but not pinned" if kept.ts else "It is not posted"
            self.put_off(f"{posted}: {reason}.", at=clock(), ts=kept.ts, after=kept.refusal.after)

    def put_off(
        self, trouble: str, *, at: datetime, ts: str = "", after: timedelta | None = None
    ) -> None:
        with transaction() as session:
            pinned_lines.put_off(session, self.wanted, ts, trouble, at, after=after)
