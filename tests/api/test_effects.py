"""Effects by script."""

import pytest


@pytest.fixture
def app(app_on_sqlite):
    """On SQLite alone: nothing here depends on the database."""
    return app_on_sqlite


def test_a_measure_is_put_in_force_and_undone(script, an_incident):
    key = an_incident()

    began = script.post(
        f"/incidents/{key}/effects",
        {"text": "Pushes are off", "undo": "Restore the certificate", "max_seconds": 3600},
    )
    ended = script.post(f"/incidents/{key}/effects/{began.json['id']}/ending")

    assert began.status_code == 201
    assert began.json["due_at"] == "2021-07-10T03:00:00Z"
    assert (began.json["ended_at"], ended.json["ended_by"]) == (None, "Maya")
    assert script.get(f"/incidents/{key}").json["effects"] == [ended.json]


def test_an_incident_is_not_closed_while_a_measure_is_in_force(script, an_incident):
    key = an_incident()
    script.post(f"/incidents/{key}/effects", {"text": "Pushes are off"})
    script.post(f"/incidents/{key}/resolution")

    refused = script.post(f"/incidents/{key}/closing")

    assert refused.status_code == 409
    assert "Pushes are off" in refused.json["detail"]


def test_an_effect_of_another_incident_is_missing(script, an_incident):
    one, other = an_incident(), an_incident()
    effect = script.post(f"/incidents/{one}/effects", {"text": "Pushes are off"}).json["id"]

    assert script.post(f"/incidents/{other}/effects/{effect}/ending").status_code == 404
