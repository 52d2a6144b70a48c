"""The kinds of value that fields of the API are made of, and the parents of its models.

A pattern here means the same in every dialect of regular expressions: the document that
describes the API is read by programs in other languages.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

LARGEST = 2_000_000_000
SOMETHING = r"[^\x00-\x20]"

Severity = Literal["unset", "sev1", "sev2", "sev3", "sev4"]
Mode = Literal["live", "drill"]
Status = Literal[
    "triage",
    "investigating",
    "identified",
    "mitigated",
    "resolved",
    "closed",
    "declined",
    "merged",
]


def whole(value: Any) -> Any:
    """JSON has one kind of number: 7.0 is 7."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _a_written_time(value: Any) -> Any:
    """Seconds since 1970 are nobody's way of writing a time by hand."""
    if not isinstance(value, str) or value.replace(".", "").lstrip("+-").isdigit():
        raise ValueError("Write a time as 2021-07-10T02:00:00Z.")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("That time is out of range.") from None


def without_nul(value: str) -> str:
    """The one character that PostgreSQL cannot keep, and that nobody typed."""
    return value.replace("\x00", "")


def clean(value: Any) -> Any:
    """The same for whatever stands in an object of any shape."""
    if isinstance(value, str):
        return without_nul(value)
    if isinstance(value, list):
        return [clean(inner) for inner in value]
    if isinstance(value, dict):
        return {without_nul(name): clean(inner) for name, inner in value.items()}
    return value


Number = Annotated[int, Field(ge=0, le=LARGEST), BeforeValidator(whole)]
Moment = Annotated[
    AwareDatetime, Field(strict=False), BeforeValidator(_a_written_time), AfterValidator(_in_utc)
]
Words = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(without_nul)]
Line = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(without_nul)]
NeededWords = Annotated[
    str,
    StringConstraints(max_length=10_000, min_length=1, pattern=SOMETHING),
    AfterValidator(without_nul),
]
NeededLine = Annotated[
    str,
    StringConstraints(max_length=1_000, min_length=1, pattern=SOMETHING),
    AfterValidator(without_nul),
]


class Asked(BaseModel):
    """What a caller sends: nothing that we do not know, and no guessing at types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """What stands after the question mark: text, so that numbers are read from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(BaseModel):
    """What we answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Asked):
    """An empty body, or none at all."""
