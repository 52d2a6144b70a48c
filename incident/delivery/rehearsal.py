"""The notifier of a drill: it has no transport at all."""

from dataclasses import dataclass

from incident.integrations.notifier import Message, NotSent


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """No address, no key, no connection: whatever it is asked to send, nothing can leave here."""

    def send(self, message: Message) -> NotSent:
        return NotSent("this is a drill")

    def close(self) -> None:
        pass
