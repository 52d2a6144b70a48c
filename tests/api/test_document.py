"""The API's page of documentation names every address, and no others."""

import re
from pathlib import Path

from incident.api import openapi
from incident.api.routes import ROUTES

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
CALL = re.compile(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/\S+)` \|", re.MULTILINE)


def test_every_address_of_the_api_is_documented_and_no_other():
    documented = CALL.findall(PAGE.read_text(encoding="utf-8"))

    assert set(documented) == {(route.method, route.path) for route in ROUTES}
    assert len(documented) == len(ROUTES)


def test_no_address_is_a_verb():
    nouns = re.compile(r"/(create|delete|update|set|do|complete|resolve|close|open|accept)\b")

    assert [route.path for route in ROUTES if nouns.search(route.path)] == []


def test_every_view_says_in_a_sentence_what_it_does():
    assert [route.name for route in ROUTES if not route.view.__doc__] == []


def test_the_document_needs_no_token(quick_script):
    quick_script.token = None

    answer = quick_script.get("/openapi.json")

    assert answer.json == openapi.document()
    assert answer.json["openapi"] == "3.1.0"


def test_only_the_document_and_the_health_are_open_to_anybody():
    assert {route.path for route in ROUTES if not route.role and not route.guard} == {
        "/api/openapi.json",
        "/healthz",
        "/readyz",
    }


def test_whatever_changes_something_needs_a_responder_at_least():
    changing = [route for route in ROUTES if route.changes]

    assert {route.role for route in changing if not route.guard} == {"responder", "admin"}
    assert {route.path for route in changing if route.guard} == {"/api/triggers/pagerduty"}
