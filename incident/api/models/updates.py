"""Updates, in and out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from incident.api.models.fields import (
    SOMETHING,
    Asked,
    NeededLine,
    Told,
    Words,
    whole,
    without_nul,
)

LONGEST = 3_000

Said = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(without_nul)]
NeededSaid = Annotated[
    str,
    StringConstraints(max_length=LONGEST, min_length=1, pattern=SOMETHING),
    AfterValidator(without_nul),
]
Minutes = Annotated[int, Field(ge=1, le=1440), BeforeValidator(whole)]


class Wordings(Asked):
    """By audience: a text, "" for the usual words, null for an audience that is told nothing."""

    responders: Words | None = None
    executives: Words | None = None
    customers: Words | None = None


class NewUpdate(Asked):
    conditions: NeededSaid = Field(description="What is known: what do users see?")
    actions: Said = Field(default="", description="What is being done")
    needs: Said = Field(default="", description="What is missing")
    next_minutes: Minutes | None = Field(
        default=None, description="When the next one is promised; as usual, when left out"
    )
    wordings: Wordings | None = Field(
        default=None, description="Left out, responders are told in the usual words"
    )


class Postponement(Asked):
    minutes: Minutes = Field(description="When the update is due instead, from now")
    reason: NeededLine = Field(description="Why nobody needs an update now")


class Repetition(Asked):
    audience: Literal["responders", "executives", "customers"] = Field(
        description="Whose words did not arrive"
    )


class WordingTold(Told):
    """What an audience was told. `place` and `state` are of its post: null when there is none,
    because no channel was chosen. Of what was sent again they are the newest's."""

    audience: str
    text: str
    place: str | None
    state: str | None
    error: str | None


class UpdateTold(Told):
    """One update. `seq` is its line on the timeline; `was_due_at` when it was owed."""

    seq: int
    conditions: str
    actions: str
    needs: str
    wordings: list[WordingTold]
    was_due_at: datetime | None
    promised_at: datetime | None
    written_by: str
    written_at: datetime


class UpdatesTold(Told):
    """Oldest first. `due_at` is when the next one is owed, if it is."""

    updates: list[UpdateTold]
    due_at: datetime | None
