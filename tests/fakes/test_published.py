"""Requests are held against what PagerDuty publishes, where that lies beside this folder."""

import json

import pytest

from incident.clock import now
from tests.fakes import published
from tests.fakes.server import Request

EVENT = {
    "routing_key": "R" * 32,
    "event_action": "trigger",
    "dedup_key": "ic/testtest/1/step-2/g1",
    "payload": {"summary": "Uploads fail", "source": "desk", "severity": "critical"},
}


@pytest.fixture(autouse=True)
def described(tmp_path, monkeypatch):
    """A description of two addresses, in the form of the published ones."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    event = {
        "type": "object",
        "required": ["routing_key", "payload"],
        "properties": {"payload": {"$ref": "#/components/schemas/Payload"}},
    }
    payload = {"type": "object", "properties": {"severity": {"enum": ["critical", "error"]}}}
    write(folder / published.EVENTS, "/enqueue", "post", event, {"schemas": {"Payload": payload}})
    note = {"type": "object", "required": ["note"]}
    write(folder / published.REST, "/incidents/{id}/notes", "post", note, {})
    monkeypatch.setattr(published, "FOLDER", folder)
    forget()
    yield folder
    forget()


def write(file, path, method, schema, components):
    operation = {
        "operationId": "it",
        "parameters": [
            {"name": "limit", "in": "query"},
            {"name": "From", "in": "header", "required": path != "/enqueue"},
        ],
        "requestBody": {"content": {"application/json": {"schema": schema}}},
    }
    document = {"paths": {path: {method: operation}}, "components": components}
    file.write_text(json.dumps(document))


def forget():
    """What was read for one test is not there for the next."""
    for remembered in (published._document, published._operation, published._validator):
        remembered.cache_clear()


def asked(path, body, method="POST", query="", kind="application/json", sender="m@e.com"):
    headers = {"Content-Type": kind} | ({"From": sender} if sender else {})
    content = json.dumps(body).encode() if body is not None else b""
    return Request(now(), method, path, query, headers, content)


def test_what_is_published_is_no_breach():
    assert published.breaches_of(asked("/v2/enqueue", EVENT)) == []
    assert published.breaches_of(asked("/incidents/P1/notes", {"note": {}}, query="limit=3")) == []


@pytest.mark.parametrize(
    ("request_", "breach"),
    [
        (asked("/v2/enqueue", {"payload": {}}), "'routing_key' is a required property"),
        (
            asked("/v2/enqueue", EVENT | {"payload": {"severity": "sev1"}}),
            "'sev1' is not one of ['critical', 'error']",
        ),
        (asked("/v2/enqueue", EVENT, method="PUT"), "is not published"),
        (asked("/incidents/P1/notes", None), "the body is no JSON"),
        (asked("/incidents/P1/notes", {"note": {}}, query="limits=3"), "limits is no parameter"),
        (asked("/incidents/P1/notes", {"note": {}}, kind="text/plain"), "the body is text/plain"),
        (asked("/incidents/P1/notes", {"note": {}}, sender=""), "the header From is missing"),
        (asked("/incidents/P1/nodes", {"note": {}}), "is not published"),
    ],
)
def test_a_breach_is_named(request_, breach):
    assert any(breach in found for found in published.breaches_of(request_))


def test_where_nothing_is_published_nothing_is_wrong(monkeypatch, tmp_path):
    monkeypatch.setattr(published, "FOLDER", tmp_path / "nowhere")

    assert published.breaches_of(asked("/v2/enqueue", {})) == []
