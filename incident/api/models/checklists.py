"""Checklists, in and out."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from incident.api.models.events import plain
from incident.api.models.fields import (
    LARGEST,
    Asked,
    Line,
    Number,
    Query,
    Told,
    Words,
    clean,
    whole,
    without_nul,
)

Revision = Annotated[int, Field(ge=1, le=LARGEST), BeforeValidator(plain)]
MOST = 1000
Level = Annotated[int, Field(ge=1, le=6), BeforeValidator(whole)]
Span = Annotated[list[Number], Field(min_length=2, max_length=2)]
Source = Annotated[str, StringConstraints(max_length=1_000_000), AfterValidator(without_nul)]
Setting = str | bool | int | float | None
Settings = Annotated[dict[str, Setting], AfterValidator(clean)]
Front = Annotated[dict[str, Any], AfterValidator(clean)]


class WhichRevision(Query):
    revision: Revision | None = Field(
        default=None, description="Else the published one; else the newest"
    )


class HowToKeep(Query):
    publish: bool = Field(default=False, description="Publish it at once; needs the role admin")
    dry_run: bool = Field(default=False, description="Keep nothing: only say what it would be")


class StepAsked(Asked):
    """A step as GET tells it. A known `span` keeps every byte that nobody changed."""

    text: Words
    kind: Line = "do"
    checked: bool | None = None
    marker: Line = ""
    settings: Settings = Field(default_factory=dict)
    children: list["StepAsked"] = Field(default_factory=list, max_length=MOST)
    span: Span | None = None
    suggested: Line | None = None


class SectionAsked(Asked):
    title: Line = ""
    level: Level = 2
    text: Words = ""
    settings: Settings = Field(default_factory=dict)
    steps: list[StepAsked] = Field(default_factory=list, max_length=MOST)
    sections: list["SectionAsked"] = Field(default_factory=list, max_length=MOST)
    span: Span | None = None


class NewChecklist(Asked):
    """A checklist: its `source` in Markdown, or its parts, or the parts changed with the source.

    The last five only so that what GET tells can be sent back: nothing is read from them.
    """

    source: Source | None = None
    title: Line | None = None
    slug: Line | None = None
    front: Front | None = None
    text: Words | None = None
    settings: Settings | None = None
    sections: list[SectionAsked] | None = Field(default=None, max_length=MOST)
    message: Line = Field(default="", description="What changed, for its history")
    source_start: int | None = None
    span: Span | None = None
    revision: int | None = None
    published: int | None = None
    problems: list[dict[str, Any]] | None = None


class ChecklistLine(Told):
    """A checklist in the list. `published` is the number of the revision that runs, if any."""

    slug: str
    title: str
    owner: str
    published: int | None
    updated_at: datetime


class ChecklistsTold(Told):
    checklists: list[ChecklistLine]


class ChecklistTold(Told):
    """One revision of a checklist: as it was written, and as it is understood.

    `revision` is null in a dry run. `problems` that block keep it from being published.
    """

    title: str
    slug: str
    front: dict[str, Any]
    text: str
    sections: list[dict[str, Any]]
    settings: dict[str, Any]
    source: str
    source_start: int
    span: list[int]
    revision: int | None
    published: int | None
    problems: list[dict[str, Any]]
