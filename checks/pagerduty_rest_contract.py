"""What we ask PagerDuty's REST API, and how our stand-in answers, against what is published."""

import copy
import json
import re
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator

from checks.held import Held
from incident.integrations.notifier import Message
from incident.integrations.pagerduty import log
from incident.integrations.pagerduty.in_person import Access
from incident.integrations.pagerduty.notifier import PagerDuty
from incident.integrations.pagerduty.rest import Rest
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.pagerduty_catalog import A_TOKEN

KEY = "ic/0a1b2c3d/42/step-3/g1"
FILE = "pagerduty-rest.openapi.json"
Json = Any


def hold(held: Held, published: Path) -> None:
    document = _mended(json.loads((published / FILE).read_text(encoding="utf-8")))
    with FakePagerDuty() as pagerduty:
        _talk(pagerduty)
        asked = pagerduty.rest_requests()
        answers = [(request, pagerduty.answer(request)) for request in asked]
        held.point(not pagerduty.breaches, f"not as published: {pagerduty.breaches}")
        bodies = [webhook.body["event"] for webhook in pagerduty.told]
    for request, answer in answers:
        if answer.status == 200:
            schema = _answer_schema(document, request.method.lower(), request.path)
            errors = [e.message[:200] for e in schema.iter_errors(json.loads(answer.body))]
            what = f"{request.method} {request.path}"
            held.point(not errors, f"PagerDuty's stand-in answers {what}: {errors}")
    _hold_the_webhooks(held, document, bodies)


def _talk(pagerduty: FakePagerDuty) -> None:
    """Everything that we ever ask about an incident, and everything that may happen to one."""
    notifier = PagerDuty(pagerduty.url, api_url=pagerduty.url, access=lambda: Access(A_TOKEN))
    notifier.send(_message("trigger", ""))
    number = pagerduty.incident_of(KEY).id
    pagerduty.annotate(KEY, "The disk is full", "Tom")
    pagerduty.reassign(KEY, "Tom")
    for action in ("note", "escalate", "acknowledge"):
        notifier.send(_message(action, number))
    pagerduty.unacknowledge(KEY)
    pagerduty.exhaust(KEY)
    rest = Rest(pagerduty.url, A_TOKEN)
    log.incidents_of(rest, KEY)
    log.entries_of(rest, number, KEY)
    log.keys_of(rest, number)
    rest.get(f"/incidents/{number}/notes")
    notifier.send(_message("resolve", number))


def _message(action: str, number: str) -> Message:
    return Message(
        delivery_id=7,
        action=action,
        target="primary",
        subject="[SEV2] INC-42 Uploads fail",
        dedup_key=KEY,
        intent_key=f"{KEY}/{action}",
        settings={
            "pagerduty_id": number,
            "from": "maya@example.com",
            "text": "On it",
            "level": 2,
        },
        secret="0123456789abcdef0123456789abcdef",  # noqa: S106 - the stand-in takes any
    )


def _mended(document: Json) -> Json:
    """As it stands the description refuses its own examples: a log entry is to have two types at
    once, and a channel to be exactly one of several kinds that are all alike."""
    document = copy.deepcopy(document)
    schemas = document["components"]["schemas"]
    schemas["AcknowledgeLogEntry"]["allOf"][1]["properties"]["type"]["enum"] = [
        "acknowledge_log_entry"
    ]
    del schemas["Channel"]["oneOf"]
    return document


def _answer_schema(document: Json, method: str, path: str) -> OAS30Validator:
    template = re.sub(r"/incidents/Q\w+", "/incidents/{id}", path)
    content = document["paths"][template][method]["responses"]["200"]["content"]
    return _validator(document, content["application/json"]["schema"])


def _validator(document: Json, schema: Json) -> OAS30Validator:
    return OAS30Validator({**schema, "components": document["components"]})


def _hold_the_webhooks(held: Held, document: Json, bodies: list[Json]) -> None:
    """The published example of a subscription names every event; the rest are references."""
    kinds = json.dumps(document)
    references = {"service": "ServiceReference", "escalation_policy": "EscalationPolicyReference"}
    for event in bodies:
        kind = event["event_type"]
        held.point(f'"{kind}"' in kinds, f"PagerDuty tells of no {kind}")
        for name, schema in references.items():
            if name in event["data"]:
                reference = _validator(document, {"$ref": f"#/components/schemas/{schema}"})
                valid = reference.is_valid(event["data"][name])
                held.point(valid, f"a webhook's {name} is {event['data'][name]}")
