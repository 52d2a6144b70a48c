"""Who may call, and what is said to whoever may not, or does not know how."""

import re

import pytest
from sqlalchemy.exc import OperationalError

from incident.api import incidents
from incident.api.routes import ROUTES
from incident.services import tokens
from incident.storage.db import reading, transaction
from incident.storage.tokens import Token
from tests.api.scripts import Script, a_token
from tests.conftest import ADA

PROBLEM = "application/problem+json"


def test_without_a_token_nobody_comes_in(quick_script):
    stranger = Script(quick_script.app, None)

    refused = stranger.get("/incidents")

    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == 'Bearer realm="incident desk"'
    assert refused.mimetype == PROBLEM


@pytest.mark.parametrize(
    "header",
    ["Bearer ic_1_nonsense", "Bearer ", "Basic TWF5YTpzZWNyZXQ=", f"Bearer ic_999_{'x' * 43}"],
)
def test_a_token_that_is_none_is_refused(quick_script, header):
    refused = quick_script.get("/incidents", headers={"Authorization": header})

    assert refused.status_code == 401


def test_a_revoked_token_is_refused_at_once(quick_script, clock):
    with transaction() as session:
        tokens.revoke(session, token_id=1, actor=ADA, at=clock())

    refused = quick_script.get("/incidents")

    assert refused.status_code == 401
    assert "error=invalid_token" in refused.headers["WWW-Authenticate"]


def test_a_token_in_the_address_is_refused_even_a_good_one(quick_script):
    refused = quick_script.get(f"/incidents?token={quick_script.token}")

    assert refused.status_code == 400
    assert "Authorization header" in refused.json["detail"]


def test_the_cookie_of_a_browser_opens_nothing(quick_script):
    stranger = Script(quick_script.app, None)

    refused = stranger.get("/incidents", headers={"Cookie": "ic_session=anything"})

    assert refused.status_code == 401


def test_a_viewer_looks_and_does_not_touch(quick_script):
    sam = Script(quick_script.app, a_token("Sam", "viewer"))

    looked = sam.get("/incidents")
    touched = sam.post("/incidents", {"title": "Uploads are failing"})

    assert looked.status_code == 200
    assert (touched.status_code, touched.mimetype) == (403, PROBLEM)
    assert touched.json["detail"] == "This needs a token with the role responder; Sam is viewer."


def test_every_address_asks_who_calls_and_what_they_may(quick_script):
    stranger, sam = (
        Script(quick_script.app, None),
        Script(quick_script.app, a_token("Sam", "viewer")),
    )
    guarded = [route for route in ROUTES if route.role]
    changing = [route for route in guarded if route.changes]

    unknown = {route.name: stranger.call(route.method, filled(route)).status for route in guarded}
    looking = {route.name: sam.call(route.method, filled(route)).status for route in changing}

    assert set(unknown.values()) == {"401 UNAUTHORIZED"}
    assert set(looking.values()) == {"403 FORBIDDEN"}
    assert len(changing) > 25


def test_the_last_use_is_written_once_a_minute(quick_script, clock):
    began = clock()
    quick_script.get("/incidents")
    clock.forward(seconds=59)
    quick_script.get("/incidents")
    first = used_at()
    clock.forward(seconds=1)
    quick_script.get("/incidents")

    assert (first, used_at()) == (began, clock())


def test_an_unknown_field_is_refused_by_name(quick_script):
    refused = quick_script.post("/incidents", {"title": "Uploads", "colour": "red"})

    assert (refused.status_code, refused.mimetype) == (422, PROBLEM)
    assert refused.json["errors"] == [{"field": "colour", "message": "There is no such field."}]


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "title", "This is needed."),
        ({"title": "   "}, "title", "This must not be empty."),
        ({"title": 7}, "title", "Input should be a valid string."),
        ({"title": "x", "severity": "high"}, "severity", None),
        ({"title": "x", "checklists": ["a", 7]}, "checklists.1", None),
        ({"title": "x", "started_at": "2021-07-10T02:00:00"}, "started_at", None),
        ({"title": "x", "started_at": 1625882400}, "started_at", None),
        ({"title": "x", "started_at": "0001-01-01T00:00:00+14:00"}, "started_at", None),
        ([], "body", "An object is asked for."),
    ],
)
def test_a_wrong_field_is_named(quick_script, body, field, message):
    refused = quick_script.post("/incidents", body)

    assert refused.status_code == 422
    (error,) = refused.json["errors"]
    assert error["field"] == field
    assert message in (None, error["message"])


@pytest.mark.parametrize(
    "body", [b"{", b'{"title": "\xff"}', b'{"title":' * 5000, b"[" * 100_000, b'"\\ud800"']
)
def test_what_is_not_json_is_unreadable(quick_script, body):
    refused = quick_script.call("POST", "/incidents", data=body, content_type="application/json")

    assert (refused.status_code, refused.mimetype) == (400, PROBLEM)
    assert refused.json["detail"].startswith("This is not JSON: ")


def test_a_form_is_not_json(quick_script):
    refused = quick_script.call("POST", "/incidents", data={"title": "Uploads"})

    assert (refused.status_code, refused.mimetype) == (415, PROBLEM)


def test_a_body_has_its_limit(quick_script):
    refused = quick_script.post("/incidents", {"title": "x" * 1_100_000})

    assert (refused.status_code, refused.mimetype) == (413, PROBLEM)


def test_a_query_that_nobody_knows_is_refused(quick_script):
    refused = quick_script.get("/incidents?sort=title")

    assert refused.json["errors"] == [{"field": "sort", "message": "There is no such field."}]


@pytest.mark.parametrize("address", ["/nowhere", "/incidents/INC-1/nowhere", "/incidents/INC-0"])
def test_an_address_that_is_not_there_is_missing_in_json(quick_script, address):
    missing = quick_script.get(address)

    assert (missing.status_code, missing.mimetype) == (404, PROBLEM)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_a_method_that_is_not_there_names_those_that_are(quick_script, method):
    refused = quick_script.call(method, "/incidents")

    assert (refused.status_code, refused.mimetype) == (405, PROBLEM)
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_database_out_of_reach_is_told_with_when_to_come_back(quick_script, monkeypatch):
    monkeypatch.setattr(incidents.incidents, "newest", _fail(OperationalError("", {}, OSError())))

    refused = quick_script.get("/incidents")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "2")


def test_a_fault_of_ours_tells_a_number_and_nothing_else(quick_script, monkeypatch, caplog):
    monkeypatch.setattr(incidents.incidents, "newest", _fail(ValueError("routing key R123")))

    broken = quick_script.get("/incidents")

    assert (broken.status_code, broken.mimetype) == (500, PROBLEM)
    assert broken.json["id"] in caplog.text
    assert "R123" not in broken.text


def test_the_key_belongs_to_the_request(quick_script):
    quick_script.post("/incidents", {"title": "Uploads"}, key="k1")

    again = quick_script.post("/incidents", {"title": "Uploads"}, key="k1")
    other = quick_script.post("/incidents", {"title": "Pushes"}, key="k1")

    assert again.json["key"] == "INC-1"
    assert again.headers["Location"] == "/api/incidents/INC-1"
    assert other.status_code == 422
    assert other.json["errors"][0]["field"] == "Idempotency-Key"


def test_a_refusal_may_be_tried_again_with_its_key(quick_script, an_incident):
    key = an_incident()
    refused = quick_script.post(f"/incidents/{key}/closing", key="k1")
    quick_script.post(f"/incidents/{key}/resolution")

    assert refused.status_code == 409
    assert quick_script.post(f"/incidents/{key}/closing", key="k1").status_code == 200


def filled(route) -> str:
    """An address of this route, though there need be nothing at it."""
    return re.sub(r"{(number|id|seq)}", "1", route.path).replace("{key}", "INC-1")


def used_at():
    with reading() as session:
        return session.get_one(Token, 1).used_at


def _fail(error: Exception):
    def fail(*_args, **_kwargs):
        raise error

    return fail
