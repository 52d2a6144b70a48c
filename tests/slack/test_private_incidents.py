"""A cry for help that became a private incident: what its thread still shows and does."""

import pytest

from incident.services import cord_dialogs, incidents, privacy
from incident.storage import incidents as rows
from incident.storage import timeline
from incident.storage.db import reading, transaction
from tests.conftest import ADA
from tests.slack.conftest import button, text_of
from tests.web.browsers import a_person

PRIVATE = "INC-1 is private. One of its members or an admin can let you in."


@pytest.fixture
def sam(desk):
    """Somebody's cry is a private incident of Ada's; Maya, a responder, is no member of it."""
    desk = desk()
    desk.says("Our keys are for sale")
    desk.buttons = desk.receipt()
    with transaction() as session:
        privacy.hide(session, incident_key="INC-1", actor=ADA, at=desk.clock())
    return desk


def test_whoever_sees_the_receipt_may_still_call_for_help(sam):
    sam.presses(button(sam.buttons, "Page now"))

    assert sam.pages() == [("primary", "promised", 1)]


def test_nobody_else_takes_it_or_ends_it_from_there(sam):
    sam.presses(button(sam.buttons, "Not an emergency"), user="U0MAYA")

    assert sam.incidents() == ["INC-1 triage"]
    assert text_of(sam.said("INC-1", "/refusal-")[0]) == PRIVATE


def test_the_end_is_told_without_what_was_said_of_it(sam):
    with transaction() as session:
        incidents.move(
            session,
            incident_key="INC-1",
            action="decline",
            actor=ADA,
            reason="The keys were old",
            at=sam.clock(),
        )

    assert "keys" not in text_of(sam.receipt())


def test_the_next_cry_is_an_incident_of_its_own(sam):
    sam.wait(minutes=1)

    sam.says("Uploads are failing")

    assert sam.incidents()[-1] == "INC-2 triage"


def test_a_member_presses_as_ever(sam):
    tom = a_person("Tom", slack_id="U0TOM")
    with transaction() as session:
        privacy.add(session, incident_key="INC-1", person_id=tom.id, actor=ADA, at=sam.clock())

    sam.presses(button(sam.buttons, "Not an emergency"), user="U0TOM")

    assert sam.incidents() == ["INC-1 declined"]


def test_what_it_is_merged_into_does_not_tell_its_title(sam, an_incident):
    into = an_incident(title="Uploads are failing")
    context = {"incident": "INC-1", "member": "U0ADA"}
    with transaction() as session:
        same = {"values": {"into": into}, "actor": ADA, "at": sam.clock()}
        cord_dialogs.submit_same_as(session, context, **same)

    with reading() as session:
        told = [line.text for line in timeline.since(session, rows.id_of(into), 0)]
    assert told[-1] == "Ada: INC-1 is the same. (private)"
