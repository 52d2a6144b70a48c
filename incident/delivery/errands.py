"""What the page of a Slack rule asks for, done beside the sweep by one process at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from incident.integrations.slack.client import Client
from incident.integrations.slack.histories import Us, Wait
from incident.storage.db import reading, transaction

Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True)
class Reached:
    """Slack, who we are there, and how an errand rests and tells the time."""

    client: Client
    us: Us
    wait: Wait
    clock: Callable[[], datetime]


class Errand(Protocol):
    """One thing that one channel's rule wants of Slack."""

    @property
    def channel(self) -> str: ...

    def run(self, reached: Reached) -> None: ...

    def put_off(self, trouble: str, *, at: datetime) -> None: ...


def taken(
    any_due: Callable[[Session, datetime], bool],
    take: Callable[[Session, datetime], Sequence[Wanted]],
    at: datetime,
) -> Sequence[Wanted]:
    """Whatever is due. Nobody else takes it for a while; most looks find nothing and only read."""
    with reading() as session:
        if not any_due(session, at):
            return ()
    with transaction() as session:
        return take(session, at)
