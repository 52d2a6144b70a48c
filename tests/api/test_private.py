"""Private incidents by script, and the channel in Slack."""

import pytest

from incident.api.routes import ROUTES
from incident.services import incidents
from incident.services.incidents import Opening
from incident.storage.db import transaction
from tests.conftest import MAYA, START

KEY = "INC-1"
TITLE = "Keys were stolen"


@pytest.fixture
def app(app_on_sqlite):
    """On SQLite alone: nothing here depends on the database."""
    return app_on_sqlite


@pytest.fixture
def key(app):
    with transaction() as session:
        opening = Opening(TITLE, severity="sev1", private=True)
        return incidents.open_incident(session, opening, actor=MAYA, at=START).key


def filled(path):
    named = {"key": KEY, "number": "1", "id": "1", "seq": "1", "section": "summary"}
    return path.removeprefix("/api").format(**named)


def status(script, route):
    send = getattr(script, route.method.lower())
    return send(filled(route.path), *([] if route.method == "GET" else [{}])).status_code


def test_no_address_of_it_is_there_for_a_token_that_is_no_admins(script, key):
    below = [route for route in ROUTES if "{key}" in route.path]

    found = {f"{route.method} {route.path}": status(script, route) for route in below}

    assert len(found) > 25
    assert {what: status for what, status in found.items() if status != 404} == {}


def test_no_list_shows_it(script, key):
    assert script.get("/incidents").json["incidents"] == []


def test_nobody_merges_into_it(script, key, an_incident):
    other = an_incident()

    merged = script.post(f"/incidents/{other}/merging", {"into": KEY})

    assert merged.status_code == 404


def test_the_token_of_an_admin_sees_it(script_of, key):
    ada = script_of("Ada", "admin")

    assert ada.get(f"/incidents/{KEY}").json["private"] is True
    assert [one["title"] for one in ada.get("/incidents").json["incidents"]] == [TITLE]


def test_a_script_may_open_one_that_it_does_not_see_afterwards(script, app):
    opened = script.post("/incidents", {"title": TITLE, "private": True})

    assert (opened.status_code, opened.json["private"]) == (201, True)
    assert script.get(f"/incidents/{KEY}").status_code == 404


def test_an_incident_is_made_private_and_opened_again(script_of, an_incident):
    ada, key = script_of("Ada", "admin"), an_incident()

    hidden = ada.post(f"/incidents/{key}/privacy")
    opened = ada.post(f"/incidents/{key}/publicity")

    assert (hidden.json["private"], opened.json["private"]) == (True, False)


def test_a_channel_in_slack_is_asked_for_and_told(script, app, an_incident):
    key = an_incident()

    asked = script.post(f"/incidents/{key}/channel", {})
    told = script.get(f"/incidents/{key}").json["channel"]

    assert asked.json == told
    assert (told["name"], told["state"]) == ("inc-1-uploads-are-failing", "wanted")


def test_one_that_is_there_is_used(script, app, an_incident):
    key = an_incident()

    script.post(f"/incidents/{key}/channel", {"channel": "#uploads"})

    sent = script.get(f"/incidents/{key}").json["deliveries"]
    assert [(one["action"], one["target"]) for one in sent] == [("use_channel", "#uploads")]


def test_what_is_no_channel_is_said_at_its_field(script, app, an_incident):
    key = an_incident()

    asked = script.post(f"/incidents/{key}/channel", {"channel": "two words"})

    assert asked.status_code == 422
    assert "One looks like #uploads" in asked.get_data(as_text=True)
