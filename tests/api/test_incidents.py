"""Incidents by script: open, find, look, move."""

import pytest

from incident.api import incidents
from incident.storage.db import transaction
from tests.conftest import a_checklist

SHAPE = {
    "key", "title", "status", "severity", "mode", "service", "summary", "seq", "merged_into",
    "roles", "times", "update_due_at", "effects", "runs", "pages", "deliveries", "private",
    "channel",
}  # fmt: skip


def test_an_incident_is_opened_with_a_title_alone(script):
    opened = script.post("/incidents", {"title": "Uploads are failing"})

    assert opened.status_code == 201
    assert opened.headers["Location"] == "/api/incidents/INC-1"
    assert set(opened.json) == SHAPE
    assert opened.json["status"] == "investigating"
    assert opened.json["severity"] == "unset"
    assert opened.json["times"]["declared_at"] == "2021-07-10T02:00:00Z"
    assert opened.json == script.get("/incidents/INC-1").json


def test_its_checklists_are_attached_and_begun(script):
    slug = published("Look at the dashboard", "Page the mobile on-call {page=primary ack=5m}")

    opened = script.post(
        "/incidents", {"title": "Pushes", "severity": "sev2", "checklists": [slug]}
    )

    (run,) = opened.json["runs"]
    assert (run["checklist"], run["revision"], run["state"]) == (slug, 1, "active")
    first, second = run["steps"]
    assert (first["number"], first["state"], first["current"]) == (1, "current", True)
    assert (second["kind"], second["state"], second["current"]) == ("page", "pending", False)
    assert second["settings"]["ack"] == 300


def test_what_a_checklist_sends_first_is_sent_when_the_incident_is_opened(script):
    slug = published("Page the on-call {page=primary ack=5m}", "Look at the dashboard")

    opened = script.post("/incidents", {"title": "Pushes", "checklists": [slug]})

    page, look = opened.json["runs"][0]["steps"]
    assert (page["state"], page["due_at"]) == ("waiting", "2021-07-10T02:05:00Z")
    assert look["current"]
    (delivery,) = opened.json["deliveries"]
    assert delivery["integration"] == "pagerduty"
    assert delivery["state"] == "not_sent"
    assert delivery["dedup_key"] == "ic/testtest/1/step-1/g1"


def test_an_unknown_checklist_opens_nothing(script):
    refused = script.post("/incidents", {"title": "Pushes", "checklists": ["nowhere"]})

    assert refused.status_code == 409
    assert "nowhere" in refused.json["detail"]
    assert script.get("/incidents").json["incidents"] == []


def test_it_is_found_by_status_severity_and_words(script):
    script.post("/incidents", {"title": "Uploads are failing", "severity": "sev1"})
    script.post("/incidents", {"title": "Pushes run away", "severity": "sev2"})
    script.post("/incidents/INC-2/resolution")

    assert keys(script.get("/incidents")) == ["INC-2", "INC-1"]
    assert keys(script.get("/incidents?status=resolved")) == ["INC-2"]
    assert keys(script.get("/incidents?status=resolved&status=investigating")) == ["INC-2", "INC-1"]
    assert keys(script.get("/incidents?severity=sev1&q=")) == ["INC-1"]
    assert keys(script.get("/incidents?q=uploads")) == ["INC-1"]


def test_a_long_list_comes_in_pieces_that_lead_to_all_of_it(script, an_incident, monkeypatch):
    monkeypatch.setattr(incidents, "PER_PAGE", 2)
    made = [an_incident() for _ in range(3)]

    first = script.get("/incidents?status=investigating")
    second = script.get(first.json["next"])

    assert keys(first) == made[:0:-1]
    assert (keys(second), second.json["next"]) == (made[:1], None)


def test_an_incident_that_is_not_there_is_missing(script):
    missing = script.get("/incidents/INC-99")

    assert missing.status_code == 404
    assert missing.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("noun", "status"),
    [
        ("identification", "identified"),
        ("mitigation", "mitigated"),
        ("resolution", "resolved"),
    ],
)
def test_every_move_is_a_noun(script, an_incident, noun, status):
    key = an_incident()

    moved = script.post(f"/incidents/{key}/{noun}")

    assert (moved.status_code, moved.json["status"]) == (200, status)
    assert moved.json["times"][f"{status}_at"] == "2021-07-10T02:00:00Z"


def test_from_triage_it_is_accepted_or_declined(script, an_incident):
    real, false = an_incident(status="triage"), an_incident(status="triage")

    assert script.post(f"/incidents/{real}/acceptance").json["status"] == "investigating"
    declined = script.post(f"/incidents/{false}/declining", {"reason": "A test message"})
    assert declined.json["status"] == "declined"


def test_it_is_closed_and_reopened(script, an_incident):
    key = an_incident()
    script.post(f"/incidents/{key}/resolution")

    assert script.post(f"/incidents/{key}/closing").json["status"] == "closed"
    assert script.post(f"/incidents/{key}/reopening").json["status"] == "investigating"


def test_it_is_merged_into_another(script, an_incident):
    one, other = an_incident(), an_incident()

    merged = script.post(f"/incidents/{one}/merging", {"into": other})

    assert (merged.json["status"], merged.json["merged_into"]) == ("merged", other)
    assert script.post(f"/incidents/{other}/merging", {"into": "INC-99"}).status_code == 404


def test_a_move_that_is_not_allowed_says_why(script, an_incident):
    refused = script.post(f"/incidents/{an_incident()}/closing")

    assert refused.status_code == 409
    assert refused.json["detail"] == "You cannot close an incident that is investigating."


def test_severity_is_set(script, an_incident):
    set_to = script.post(f"/incidents/{an_incident()}/severity", {"severity": "sev1"})

    assert set_to.json["severity"] == "sev1"


def keys(answer) -> list[str]:
    return [incident["key"] for incident in answer.json["incidents"]]


def published(*items: str) -> str:
    with transaction() as session:
        return a_checklist(session, *items)
