"""What PagerDuty publishes of its APIs, held against every request, where it lies beside us.

The descriptions are not part of this project. Without them nothing is held and nothing is wrong;
so it is in the demo, which runs without what only the tests need.
"""

import json
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.server import Request

FOLDER = Path(__file__).parents[3] / "shared" / "contracts"
EVENTS, REST = "pagerduty-events-v2.openapi.json", "pagerduty-rest.openapi.json"
EVENTS_PREFIX = "/v2"
IS_HELD = find_spec("openapi_schema_validator") is not None
Json = Any


def breaches_of(request: Request) -> list[str]:
    """What is wrong with a request by what is published; nothing if nothing is published."""
    name, path = REST, request.path
    if path.startswith(f"{EVENTS_PREFIX}/"):
        name, path = EVENTS, path.removeprefix(EVENTS_PREFIX)
    if not IS_HELD or not (FOLDER / name).is_file():
        return []
    operation = _operation(name, request.method.lower(), path)
    if operation is None:
        return [f"{request.method} {request.path} is not published"]
    wrong = [
        *_wrong_in_the_query(name, operation, request),
        *_wrong_headers(name, operation, request),
    ]
    wrong += _wrong_in_the_body(name, operation, request)
    return [f"{request.method} {request.path}: {each}" for each in wrong]


@cache
def _document(name: str) -> Json:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def _operation(name: str, method: str, path: str) -> Json:
    """The operation at an address; one written out goes before one with a name in braces."""
    for template in sorted(_document(name)["paths"], key=lambda each: each.count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path):
            operations = _document(name)["paths"][template]
            if method in operations:
                shared = operations.get("parameters", [])
                operation = operations[method]
                return {**operation, "parameters": [*shared, *operation.get("parameters", [])]}
    return None


def _wrong_in_the_query(name: str, operation: Json, request: Request) -> list[str]:
    parameters = [_whole(name, each) for each in operation["parameters"]]
    known = {each["name"] for each in parameters if each["in"] == "query"}
    sent = {key for key, _ in parse_qsl(request.query, keep_blank_values=True)}
    plain = {each.removesuffix("[]") for each in known}
    return [
        f"{key} is no parameter"
        for key in sorted(sent)
        if key not in known and key.removesuffix("[]") not in plain
    ]


def _wrong_headers(name: str, operation: Json, request: Request) -> list[str]:
    parameters = [_whole(name, each) for each in operation["parameters"]]
    sent = {key.lower() for key in request.headers}
    wanted = [each["name"] for each in parameters if each["in"] == "header" and _required(each)]
    missing = [f"the header {key} is missing" for key in wanted if key.lower() not in sent]
    kind = request.headers.get("Content-Type", "")
    if "requestBody" in operation and not kind.startswith("application/json"):
        missing.append(f"the body is {kind or 'of no kind'}")
    return missing


def _required(parameter: Json) -> bool:
    """What everybody has to send with a GET, too, is of no use to anybody without a body."""
    return bool(parameter.get("required")) and parameter["name"].lower() != "content-type"


def _wrong_in_the_body(name: str, operation: Json, request: Request) -> list[str]:
    wanted = operation.get("requestBody")
    if wanted is None:
        return ["there should be no body"] if request.body else []
    try:
        body = json.loads(request.body)
    except ValueError:
        return ["the body is no JSON"]
    schema = _validator(name, operation["operationId"], request.method.lower(), request.path)
    return [error.message[:300] for error in schema.iter_errors(body)]


@cache
def _validator(name: str, _operation_id: str, method: str, path: str) -> Any:
    stripped = path.removeprefix(EVENTS_PREFIX) if name == EVENTS else path
    content = _whole(name, _operation(name, method, stripped)["requestBody"])["content"]
    from openapi_schema_validator import OAS30Validator

    document = _document(name)
    return OAS30Validator(
        content["application/json"]["schema"] | {"components": document["components"]}
    )


def _whole(name: str, part: Json) -> Json:
    """What a reference leads to."""
    reference = part.get("$ref", "")
    found = _document(name) if reference else part
    for step in reference.removeprefix("#/").split("/") if reference else ():
        found = found[step]
    return found
