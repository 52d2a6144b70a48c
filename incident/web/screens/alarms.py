"""NOBODY WAS PAGED: what failed, and whom to telephone instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from incident.storage.targets import Target
from incident.web.screens.messages import Message


@dataclass(frozen=True, slots=True)
class Alarm:
    """The words in capitals, why, and the telephones in the order to try them."""

    heading: str
    reasons: tuple[str, ...]
    phones: tuple[tuple[str, str], ...]
    phones_at: datetime | None


def alarm(asked: Sequence[tuple[str, Message]], targets: Sequence[Target]) -> Alarm | None:
    """Only what nobody has dealt with yet: settling the step takes the banner away."""
    failed = [message for _, message in asked if message.failed]
    if not failed:
        return None
    named = {message.target for message in failed}
    behind = [t for t in targets if t.name in named and t.phones] or list(targets)
    phones = [(str(p["name"]), str(p["phone"])) for t in behind for p in t.phones]
    heading, _, _ = failed[0].sentence.partition(":")
    return Alarm(
        heading=heading,
        reasons=tuple(message.sentence.partition(": ")[2].rstrip(".") for message in failed),
        phones=tuple(dict.fromkeys(phones)),
        phones_at=min((t.phones_at for t in behind if t.phones_at is not None), default=None),
    )
