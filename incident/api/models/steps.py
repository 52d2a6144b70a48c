"""Steps and runs, in and out."""

from datetime import datetime
from typing import Any

from pydantic import Field

from incident.api.models.events import EventTold
from incident.api.models.fields import (
    Asked,
    Line,
    NeededLine,
    NeededWords,
    Number,
    Told,
    Words,
)

EXPECTED_SEQ = Field(
    default=None,
    description="The `seq` that was on the screen: refused if this step changed since",
)


class Settling(Asked):
    """What may go with every outcome."""

    note: Words = Field(default="", description="A remark for the timeline")
    expected_seq: Number | None = EXPECTED_SEQ


class Completion(Settling):
    value: Line = Field(default="", description="What was seen, where the step asks for it")


class Choice(Settling):
    value: NeededLine = Field(description="One of the step's choices")


class Reasoned(Settling):
    """An outcome that the retro will ask about."""

    reason: NeededWords


class Deferral(Settling):
    reason: Words = ""
    until: Line = Field(
        default="", description="before stand-down, before close (as a rule), next working day"
    )


class Failure(Settling):
    reason: Words = ""


class Claiming(Settling):
    take_over_from: Line = Field(
        default="", description="By whom the step is claimed now, if it is to be taken over"
    )


class Acknowledging(Asked):
    expected_seq: Number | None = EXPECTED_SEQ


class OutcomeTold(Told):
    """How a step was settled. Everything is null until it is."""

    value: str | None
    reason: str | None
    by: str | None
    at: datetime | None


class ClaimTold(Told):
    """Who is on a step, since when, and when they last gave a sign of it."""

    by: str
    at: datetime
    active_at: datetime


class StepTold(Told):
    """One step. `seq` is the timeline's number when somebody last settled or reopened it."""

    number: int
    title: str
    kind: str
    state: str
    current: bool
    due_at: datetime | None
    outcome: OutcomeTold
    claim: ClaimTold | None
    section: str
    parent: int | None
    branch: str | None
    reached_at: datetime | None
    settings: dict[str, Any]
    seq: int


class RunTold(Told):
    """A checklist being followed."""

    checklist: str
    revision: int
    title: str
    state: str
    steps: list[StepTold]


class Settled(Told):
    """The step, and what followed: the other steps that changed, and what was written down."""

    step: StepTold
    steps: list[StepTold] = Field(description="The other steps of its run that changed with it")
    events: list[EventTold] = Field(description="What this call wrote on the timeline")
    run: str = Field(description="The state of the run now")
    seq: int


class Attaching(Asked):
    checklist: NeededLine = Field(description="The slug of a published checklist")
    confirmed: bool = Field(
        default=False, description="True: yes, although its first steps page or post at once"
    )
