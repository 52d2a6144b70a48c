"""Retros, in and out."""

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from incident.api.models.fields import Asked, Number, Told


class SectionEdit(Asked):
    text: Annotated[str, StringConstraints(max_length=100_000)]
    version: Number = Field(description="That of the text you changed: refused if it is older")


class RetroSectionTold(Told):
    name: str
    text: str
    version: int


class RetroTold(Told):
    """The retro: what the record itself says, and what people wrote into its sections."""

    model_config = ConfigDict(extra="allow", frozen=True)

    key: str
    title: str
    state: str
    owed: bool
    sections: list[dict[str, Any]]
    action_items: list[dict[str, Any]]
