"""What every notifier takes, and the four ways an attempt may end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Delivered:
    """The vendor took it. `receipt` is what it answered, small and JSON."""

    receipt: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TryAgain:
    """A bad moment. `ambiguous` means that the vendor may have taken it all the same.

    `crowded` means that it said "too many"; `after` is how long it asked us to wait, if it did.
    `is_fault`: not the vendor but the desk itself stumbled.
    """

    reason: str
    after: timedelta | None = None
    ambiguous: bool = False
    crowded: bool = False
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """It will not work as asked. A person has to know.

    `gone`: the message that was to be changed is there no more.
    """

    reason: str
    gone: bool = False


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing is connected to send it with, so nothing was tried and nothing will be."""

    reason: str


Result = Delivered | TryAgain | Refused | NotSent


@dataclass(frozen=True, slots=True)
class Message:
    """One attempt at one delivery, as a plain value: no row, no session.

    `secret` is the routing key or token, decrypted for this attempt only.
    `settings` is what the rule asked for (severity, text, blocks, channel, link ...).
    `maybe_sent` is true when an earlier attempt ended ambiguously.
    """

    delivery_id: int
    action: str
    target: str
    subject: str
    dedup_key: str
    intent_key: str
    settings: Mapping[str, Any]
    secret: str = ""
    attempt: int = 1
    maybe_sent: bool = False
    drill: bool = False


class Notifier(Protocol):
    """Sends one message in one request. Waiting and repeating belong to the outbox."""

    def send(self, message: Message) -> Result: ...

    def close(self) -> None:
        """Drop the connection of an attempt that has passed its deadline."""


@dataclass(frozen=True, slots=True)
class Unconnected:
    """Stands where a notifier would be if the vendor were connected."""

    vendor: str

    def send(self, message: Message) -> Result:
        return NotSent(f"{self.vendor} is not connected")

    def close(self) -> None:
        pass
