"""Lines of the timeline, in and out."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from incident.api.models.fields import LARGEST, Asked, Moment, NeededWords, Query, Told

MOST = 1000


def plain(value: Any) -> Any:
    """Digits and nothing else: a program's idea of a number has too many spellings."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("A whole number, such as 117.")
    return value


Seq = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(plain)]


class Remark(Asked):
    text: NeededWords
    occurred_at: Moment | None = Field(default=None, description="When, if not now")
    key_moment: bool = Field(default=False, description="Marks it for the retro")


class After(Query):
    after: Seq = Field(default=0, description="Only what came after this sequence number")


class Events(After):
    limit: Annotated[int, Field(ge=1, le=MOST), BeforeValidator(plain)] = MOST


class EventTold(Told):
    """One line. It is never edited, so its `seq` names it for ever."""

    seq: int
    kind: str
    text: str
    actor: str
    source: str
    occurred_at: datetime
    recorded_at: datetime
    step: int | None
    key_moment: bool
    data: dict[str, Any]


class EventsTold(Told):
    """In order, oldest first. Ask again with `after` = `seq` to be complete."""

    events: list[EventTold]
    seq: int
    next: str | None = Field(description="Where the rest is, when one answer does not hold it")
