"""Reads what a caller sent: the body and the query, held against their models."""

from collections.abc import Callable
from typing import Any, TypeVar, get_origin

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from incident.api.problems import Invalid, Unreadable

JSON = "application/json"
MARKDOWN = "text/markdown"

Model = TypeVar("Model", bound=BaseModel)


def read_body(model: type[Model], *, also_markdown: bool = False) -> Model:
    """The body as `model`. No body at all is an empty object."""
    raw = request.get_data()
    if also_markdown and request.mimetype == MARKDOWN:
        return _valid(lambda: model.model_validate({"source": _text(raw)}))
    if request.mimetype != JSON and (raw or request.mimetype):
        raise UnsupportedMediaType()
    return _valid(lambda: model.model_validate_json(raw or b"{}"))


def read_query(model: type[Model]) -> Model:
    """The query as `model`. A parameter without a value is as good as none."""
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        filled = [value for value in values if value]
        if filled:
            given[name] = filled if _is_list(model, name) or len(filled) > 1 else filled[0]
    return _valid(lambda: model.model_validate(given))


def _valid(read: Callable[[], Model]) -> Model:
    try:
        return read()
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        if found["type"] == "json_invalid":
            raise Unreadable(f"This is not JSON: {found['ctx']['error']}.") from None
        raise Invalid(error) from None


def _is_list(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and get_origin(field.annotation) is list


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"This is not UTF-8: byte {error.start} is wrong.") from None
