"""Our PagerDuty, and all that we send there, against its published OpenAPI descriptions."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator

from checks import pagerduty_rest_contract
from checks.held import Held
from incident.integrations.notifier import Message
from incident.integrations.pagerduty.notifier import PagerDuty
from tests.fakes.pagerduty import FakePagerDuty, problems_of

A_ROUTING_KEY = "0123456789abcdef0123456789abcdef"
A_LINK = "https://desk.example/incidents/INC-42#step-3"
Json = Any


def hold(published: Path, _: Path) -> Held:
    document = json.loads((published / "pagerduty-events-v2.openapi.json").read_text())
    operation = document["paths"]["/enqueue"]["post"]
    content = operation["requestBody"]["content"]["application/json"]
    schema = content["schema"] | {"components": document["components"]}
    examples = [example["value"] for example in content["examples"].values()]
    held = Held()
    _hold_the_stand_in(held, OAS30Validator(schema), examples)
    _hold_our_pages(held, OAS30Validator(schema), document["components"])
    pagerduty_rest_contract.hold(held, published)
    return held


def _hold_the_stand_in(held: Held, schema: OAS30Validator, examples: list[Json]) -> None:
    """What is published is taken; what the schema forbids is refused."""
    for example in examples:
        problems = problems_of(example)
        held.point(not problems, f"PagerDuty's stand-in refuses a published example: {problems}")
        for where, spoilt in _spoilt(example):
            if not schema.is_valid(spoilt):
                held.point(bool(problems_of(spoilt)), f"PagerDuty's stand-in takes a bad {where}")


def _spoilt(event: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, Json]]:
    """Copies of `event`, each with one thing missing or of the wrong kind."""
    here = _at(event, path)
    names = list(here) if isinstance(here, dict) else range(len(here))
    for name in names:
        where = ".".join(map(str, (*path, name)))
        without = copy.deepcopy(event)
        del _at(without, path)[name]
        yield f"event without {where}", without
        for nonsense in (7, "nonsense", ["nonsense"], {"nonsense": 7}):
            changed = copy.deepcopy(event)
            _at(changed, path)[name] = nonsense
            yield f"{where}: {nonsense!r}", changed
        if isinstance(here[name], dict | list):
            yield from _spoilt(event, (*path, name))


def _at(event: Json, path: tuple[str | int, ...]) -> Json:
    for name in path:
        event = event[name]
    return event


def _hold_our_pages(held: Held, schema: OAS30Validator, components: Json) -> None:
    """Every request we make, and every answer of the stand-in, as they go over the wire."""
    with FakePagerDuty() as pagerduty:
        notifier = PagerDuty(pagerduty.url)
        for message in _messages():
            notifier.send(message)
        bodies = [json.loads(request.body) for request in pagerduty.requests]
        answers = [pagerduty.answer(request) for request in pagerduty.requests]
    for body in bodies:
        errors = [error.message for error in schema.iter_errors(body)]
        held.point(not errors, f"a page of ours is not what PagerDuty publishes: {errors}")
    for answer in answers:
        name = "Success" if answer.status == 202 else "Error"
        content = components["responses"][name]["content"]["application/json"]
        valid = OAS30Validator(content["schema"]).is_valid(json.loads(answer.body))
        held.point(valid, f"PagerDuty's stand-in answers {answer.status} with {answer.body!r}")


def _messages() -> Iterator[Message]:
    for action in ("trigger", "acknowledge", "resolve"):
        yield _message(action=action)
    for severity in ("sev1", "sev2", "sev3", "sev4", "unset"):
        yield _message(settings={"severity": severity, "link": A_LINK})
    yield _message(drill=True, settings={})
    yield _message(subject="🔥" * 2_000, dedup_key="k" * 400)
    yield _message(settings={"details": {"first_report": "x" * 1_000_000, "tags": ["a", 1, None]}})
    yield _message(**{"secret": A_ROUTING_KEY[:-1]})


def _message(**fields: Any) -> Message:
    given: dict[str, Any] = {
        "delivery_id": 7,
        "action": "trigger",
        "target": "primary",
        "subject": "[SEV2] INC-42 Uploads fail: Page the database team",
        "dedup_key": "ic/0a1b2c3d/42/step-3/g1",
        "intent_key": "ic/0a1b2c3d/42/step-3/g1/trigger",
        "settings": {"severity": "sev2", "link": A_LINK, "details": {"said_by": "Sam"}},
        "secret": A_ROUTING_KEY,
    }
    return Message(**given | fields)
