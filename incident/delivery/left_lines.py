"""Takes back the pinned line of a rule that is gone: it says that nobody is woken, unpinned."""

from dataclasses import dataclass
from datetime import datetime

from incident.delivery import errands
from incident.delivery.errands import Reached
from incident.integrations.notifier import Refused
from incident.integrations.slack import errors, pins
from incident.rules.pinned_lines import WITHDRAWN
from incident.services import left_lines
from incident.services.left_lines import Left
from incident.storage.db import transaction


def take(at: datetime) -> list["Line"]:
    return [Line(left) for left in errands.taken(left_lines.any_due, left_lines.take, at)]


@dataclass(frozen=True, slots=True)
class Line:
    """One channel's line that promises what nobody keeps."""

    left: Left

    @property
    def channel(self) -> str:
        return self.left.name

    def run(self, reached: Reached) -> None:
        left = self.left
        name = f"withdrawn/{left.channel}"
        refusal = pins.withdraw(reached.client, left.channel, text=WITHDRAWN, ts=left.ts, name=name)
        with transaction() as session:
            if refusal is None:
                left_lines.done(session, left)
            else:
                is_refused = isinstance(errors.read(refusal, left.name), Refused)
                left_lines.put_off(session, left, reached.clock(), refused=is_refused)

    def put_off(self, trouble: str, *, at: datetime) -> None:
        """Nobody looks at the page of a rule that is gone, so `trouble` is told nowhere."""
        with transaction() as session:
            left_lines.put_off(session, self.left, at)
