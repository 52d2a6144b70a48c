"""Updates by script."""

import pytest
from sqlalchemy import select

from incident.storage import connections as connection_rows
from incident.storage.db import transaction
from incident.storage.outbox import Delivery
from tests.conftest import START


@pytest.fixture
def app(app_on_sqlite):
    """On SQLite alone: the service's tests ask both databases."""
    return app_on_sqlite


@pytest.fixture
def key(app, an_incident):
    with transaction() as session:
        row = connection_rows.find_or_make(session, "slack", "Ada", START)
        row.settings = {"audiences": {"executives": {"channel": "C0EXEC", "name": "#exec"}}}
    return an_incident(severity="sev1")


def test_an_update_is_written_and_listed(script, key):
    written = script.post(
        f"/incidents/{key}/updates",
        {
            "conditions": "Uploads fail",
            "next_minutes": 15,
            "wordings": {"responders": "", "executives": "All is well", "customers": None},
        },
    )

    assert written.status_code == 201
    assert written.json["promised_at"] == "2021-07-10T02:15:00Z"
    assert written.json["was_due_at"] == "2021-07-10T02:10:00Z"
    assert script.get(f"/incidents/{key}/updates").json == {
        "updates": [written.json],
        "due_at": "2021-07-10T02:15:00Z",
    }


def test_each_wording_says_where_it_went(script, key):
    asked = {"conditions": "Uploads fail", "wordings": {"responders": "", "executives": "Well"}}

    responders, executives = script.post(f"/incidents/{key}/updates", asked).json["wordings"]

    assert executives == {
        "audience": "executives",
        "text": "Well",
        "place": "#exec",
        "state": "due",
        "error": None,
    }
    assert (responders["place"], responders["state"]) == (None, None)


def test_what_did_not_arrive_is_sent_again(script, key):
    asked = {"conditions": "Uploads fail", "wordings": {"executives": "Well"}}
    seq = script.post(f"/incidents/{key}/updates", asked).json["seq"]
    address, body = f"/incidents/{key}/updates/{seq}/repetition", {"audience": "executives"}
    assert script.post(address, body).json["detail"] == "It is on its way already."
    with transaction() as session:
        session.scalars(select(Delivery)).one().state = "refused"

    (told,) = script.post(address, body).json["wordings"]

    assert (told["place"], told["state"]) == ("#exec", "due")
    assert script.post(address, {"audience": "press"}).status_code == 422
    assert script.post(f"/incidents/{key}/updates/999/repetition", body).status_code == 404


def test_the_incident_says_when_an_update_is_owed(script, key):
    assert script.get(f"/incidents/{key}").json["update_due_at"] == "2021-07-10T02:10:00Z"


def test_an_update_is_put_off_with_a_reason(script, key):
    address = f"/incidents/{key}/updates/postponement"

    put_off = script.post(address, {"minutes": 40, "reason": "All are in the room"})

    assert put_off.json["update_due_at"] == "2021-07-10T02:40:00Z"
    assert script.post(address, {"minutes": 40}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"conditions": " "},
        {"conditions": "x" * 3001},
        {"conditions": "x", "next_minutes": 1441},
        {"conditions": "x", "wordings": {"press": "No comment"}},
    ],
)
def test_what_nobody_could_send_is_refused(script, key, body):
    assert script.post(f"/incidents/{key}/updates", body).status_code == 422


def test_nothing_is_put_off_when_nothing_is_due(script, key):
    script.post(f"/incidents/{key}/resolution")

    refused = script.post(
        f"/incidents/{key}/updates/postponement", {"minutes": 5, "reason": "It is over"}
    )

    assert refused.status_code == 409
    assert refused.json["detail"] == f"No update of {key} is due."


def test_a_viewer_reads_updates_and_writes_none(script_of, key):
    sam = script_of("Sam", role="viewer")

    assert sam.get(f"/incidents/{key}/updates").status_code == 200
    assert sam.post(f"/incidents/{key}/updates", {"conditions": "x"}).status_code == 403
