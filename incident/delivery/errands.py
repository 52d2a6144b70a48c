"""What the page of a Slack rule asks for, done beside the sweep by one process at a time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from incident.integrations.slack.client import Client
from incident.integrations.slack.histories import Us
from incident.storage.db import reading, transaction

Wanted = TypeVar("Wanted")


class Errand(Protocol):
    """One thing that one channel's rule wants of Slack."""

    @property
    def channel(self) -> str: ...

    def run(
        self,
        client: Client,
        us: Us,
        *,
        wait: Callable[[timedelta], bool],
        clock: Callable[[], datetime],
    ) -> None: ...

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
