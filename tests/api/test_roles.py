"""Roles by script."""

import pytest

from incident.storage.db import transaction
from incident.storage.people import Person
from tests.conftest import START


@pytest.fixture
def app(app_on_sqlite):
    """On SQLite alone: nothing here depends on the database."""
    return app_on_sqlite


def test_a_script_takes_a_role_and_gives_one(script, an_incident):
    key = an_incident()

    mine = script.post(f"/incidents/{key}/roles", {"role": "scribe"})
    toms = script.post(f"/incidents/{key}/roles", {"role": "comms", "person": "Tom"})

    assert mine.status_code == 201
    assert (mine.json["role"], mine.json["person"], mine.json["until"]) == ("scribe", "Maya", None)
    assert toms.json["person"] == "Tom"
    held = script.get(f"/incidents/{key}").json["roles"]
    assert [(role["role"], role["person"]) for role in held] == [
        ("scribe", "Maya"),
        ("comms", "Tom"),
    ]


def test_command_is_handed_over(script, an_incident):
    key = an_incident()
    script.post(f"/incidents/{key}/roles", {"role": "commander"})

    handed = script.post(f"/incidents/{key}/handover", {"person": "Tom"})

    assert (handed.status_code, handed.json["role"]) == (200, "commander")
    last = script.get(f"/incidents/{key}/events").json["events"][-1]
    assert last["text"] == "Tom has command from Maya"


def test_a_role_is_ended(script, an_incident):
    key = an_incident()
    script.post(f"/incidents/{key}/roles", {"role": "scribe"})

    ended = script.post(f"/incidents/{key}/roles/ending", {"role": "scribe"})
    again = script.post(f"/incidents/{key}/roles/ending", {"role": "scribe"})

    assert ended.json == {"roles": []}
    assert again.status_code == 409


def test_an_address_names_the_person_with_that_account(script, an_incident):
    a_person("Tom", "tom@example.com")
    key = an_incident()

    handed = script.post(f"/incidents/{key}/handover", {"person": "Tom@example.com"})
    unknown = script.post(f"/incidents/{key}/handover", {"person": "sam@example.com"})

    assert handed.json["person"] == "Tom"
    assert unknown.status_code == 404


def test_an_unknown_role_is_refused(script, an_incident):
    refused = script.post(f"/incidents/{an_incident()}/roles", {"role": "hero"})

    assert refused.status_code == 422
    assert refused.json["errors"][0]["field"] == "role"


def a_person(name: str, email: str) -> None:
    with transaction() as session:
        session.add(Person(name=name, email=email, created_at=START))
