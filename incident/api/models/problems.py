"""What is said when something cannot be done (RFC 9457)."""

from pydantic import Field

from incident.api.models.fields import Told


class FieldProblem(Told):
    """What is wrong with one field."""

    field: str = Field(description="Its name; with dots and numbers inside a list or an object")
    message: str


class Problem(Told):
    """Why a call was not answered as asked. `detail` is a sentence for a person."""

    type: str = Field(default="about:blank", description="Always about:blank")
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list, description="Field by field, on 422")
    id: str | None = Field(default=None, description="On 500: what to search the log for")
