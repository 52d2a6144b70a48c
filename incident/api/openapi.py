"""The document that describes this API, made from the same table and models that serve it."""

import json
from functools import cache
from inspect import getdoc
from typing import Any

from flask import Response
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from incident.api.bodies import JSON, MARKDOWN
from incident.api.models.fields import LARGEST
from incident.api.models.problems import Problem
from incident.api.problems import MEDIA as PROBLEM_JSON
from incident.api.routes import KEY_HEADER, ROUTES, Call, Route, endpoint

Json = dict[str, Any]

VERSION = "1"
TITLE = "The incident desk"
DESCRIPTION = (
    "Live incident checklists, timelines and pages. Send a token: `Authorization: Bearer ic_...`. "
    f"With the header `{KEY_HEADER}` a repeated POST gets the first answer and changes nothing."
)
PATH_PARAMETERS: dict[str, tuple[str, Json]] = {
    "key": ("An incident, such as INC-42", {"type": "string", "pattern": "^INC-[0-9]{1,9}$"}),
    "slug": ("A checklist", {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,99}$"}),
    "name": ("A page target", {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,39}$"}),
    "channel": ("A Slack channel's id", {"type": "string", "pattern": "^[CG][A-Z0-9]{5,20}$"}),
    "section": ("A section of a retro", {"type": "string", "pattern": "^[a-z][a-z_-]{0,39}$"}),
    "number": (
        "A step, by its number in the incident",
        {"type": "integer", "minimum": 1, "maximum": LARGEST},
    ),
    "id": ("By its id", {"type": "integer", "minimum": 1, "maximum": LARGEST}),
    "seq": (
        "An update, by its line on the timeline",
        {"type": "integer", "minimum": 1, "maximum": LARGEST},
    ),
}
KEY_PARAMETER: Json = {
    "name": KEY_HEADER,
    "in": "header",
    "description": "Makes a repeat harmless: the same key and request get the first answer again",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}
REFUSALS = {
    400: "Unreadable: not JSON, not UTF-8, or a token in the address",
    401: "No token, or not a good one",
    403: "The token's role may not do this",
    404: "There is no such thing",
    409: "Not allowed now; `detail` says why, and what to do instead",
    413: "Larger than 1 MB",
    415: "Neither JSON nor what else the address takes",
    422: "A field is missing, unknown or wrong; `errors` names it",
    500: "Broken here; `id` leads to the cause in the log",
    503: "The database cannot be reached, or the desk is full",
}
REFUSAL_HEADERS = {401: "WWW-Authenticate", 503: "Retry-After"}


@endpoint("GET", "/api/openapi.json", role="")
def show(call: Call[None, None]) -> Response:
    """This document."""
    return Response(_text(), mimetype=JSON)


@cache
def document() -> Json:
    refs, schemas = _schemas()
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION, "description": DESCRIPTION},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas,
            "responses": {str(status): _refusal(status, refs) for status in REFUSALS},
        },
    }


@cache
def _text() -> str:
    return json.dumps(document(), ensure_ascii=False)


def _schemas() -> tuple[dict[Any, Json], Json]:
    """A reference for every model that goes in or out, and what they refer to."""
    asked: list[tuple[type[BaseModel], JsonSchemaMode]] = [(Problem, "validation")]
    for route in ROUTES:
        told = [model for model in (route.answer, *route.also.values()) if model]
        asked += [(model, "serialization") for model in told]
        asked += [(route.body, "validation")] if route.body else []
    refs, defined = models_json_schema(
        list(dict.fromkeys(asked)), ref_template="#/components/schemas/{model}"
    )
    return refs, defined["$defs"]


def _operation(route: Route, refs: dict[Any, Json]) -> Json:
    words = (route.view.__doc__ or "").partition("\n\n")[0]
    operation: Json = {
        "operationId": route.name.replace(".", "_"),
        "tags": [route.name.partition(".")[0].replace("_", "-")],
        "summary": words,
        "parameters": _parameters(route),
        "responses": {**_answers(route, refs), **_refusals(route)},
    }
    if route.body:
        operation["requestBody"] = _request_body(route, refs)
    if not route.role:
        operation["security"] = []
    return operation


def _parameters(route: Route) -> list[Json]:
    names = [part.strip("{}").partition("}")[0] for part in route.path.split("/") if "{" in part]
    in_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PATH_PARAMETERS[name][0],
            "schema": PATH_PARAMETERS[name][1],
        }
        for name in names
    ]
    asking = route.query.model_json_schema()["properties"] if route.query.model_fields else {}
    in_query = [_query_parameter(name, schema) for name, schema in asking.items()]
    return [*in_path, *in_query, *([KEY_PARAMETER] if route.takes_key else [])]


def _query_parameter(name: str, schema: Json) -> Json:
    """A parameter is there or not: there is no null in an address."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    wanted = kinds[0] if kinds else {k: v for k, v in schema.items() if k != "description"}
    wanted.pop("title", None)
    told = {"name": name, "in": "query", "schema": wanted}
    return {**told, "description": schema["description"]} if "description" in schema else told


def _request_body(route: Route, refs: dict[Any, Json]) -> Json:
    content: Json = {JSON: {"schema": refs[route.body, "validation"]}}
    if route.takes_markdown:
        content[MARKDOWN] = {"schema": {"type": "string"}}
    needs_something = any(field.is_required() for field in _fields(route))
    return {"required": needs_something, "content": content}


def _fields(route: Route) -> list[Any]:
    return list(route.body.model_fields.values()) if route.body else []


def _answers(route: Route, refs: dict[Any, Json]) -> Json:
    models = {route.status: route.answer, **route.also}
    return {str(status): _told(route, model, status, refs) for status, model in models.items()}


def _told(route: Route, model: type[BaseModel] | None, status: int, refs: dict[Any, Json]) -> Json:
    plain: Json = {"type": "object"} if route.media == JSON else {"type": "string"}
    schema = refs[model, "serialization"] if model else plain
    words = getdoc(model) if model else None
    told: Json = {"description": words or "As asked", "content": {route.media: {"schema": schema}}}
    if status == 201:
        told["headers"] = {"Location": {"schema": {"type": "string"}}}
    return told


def _refusals(route: Route) -> Json:
    statuses = {500, 503} - set(route.also)
    if route.role:
        statuses |= {400, 422}
    if route.role or route.guard:
        statuses |= {401}
    if route.role in ("responder", "admin"):
        statuses |= {403}
    if "{" in route.path:
        statuses |= {404}
    if route.changes:
        statuses |= {409, 413, 415}
    return {
        str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)
    }


def _refusal(status: int, refs: dict[Any, Json]) -> Json:
    schema = refs[Problem, "validation"]
    told: Json = {"description": REFUSALS[status], "content": {PROBLEM_JSON: {"schema": schema}}}
    header = REFUSAL_HEADERS.get(status)
    if header:
        told["headers"] = {header: {"schema": {"type": "string"}}}
    return told
