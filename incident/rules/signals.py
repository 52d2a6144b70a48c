"""What an inbound trigger has to tell us, in our own words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

TITLE_LENGTH = 120

Kind = Literal["call", "reply", "edit", "deletion"]


@dataclass(frozen=True, slots=True)
class Signal:
    """Someone or something says there is trouble.

    `key` names the thing that was said and `event_id` this telling of it: one message may be
    told several times, and an edit or a deletion has the key of the message it is about.
    A call is a message for the whole channel, a reply stays in its thread. `aloud` is one that
    its author also sent to the channel.
    `external` means that the speaker may belong to another company. `bots` is what a bot goes by
    that wrote it, and empty for a person. `before` is what an edited message said before.
    """

    source: str
    key: str
    event_id: str
    title: str
    kind: Kind
    text: str = ""
    said_by: str = ""
    said_by_name: str = ""
    team: str = ""
    channel: str = ""
    ts: str = ""
    thread_ts: str = ""
    occurred_at: datetime | None = None
    link: str = ""
    external: bool = False
    bots: tuple[str, ...] = ()
    before: str = ""
    aloud: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nobody is asking for help, and this is how we know."""

    reason: str
