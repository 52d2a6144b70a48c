"""A cry for help that became a private incident: what its thread still shows and does."""

import pytest

from incident.delivery.worker import deliver_one
from incident.services import cord_dialogs, incidents, privacy
from incident.storage import incidents as rows
from incident.storage import timeline
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA
from tests.slack.card_desk import Taking
from tests.slack.conftest import button, labels, text_of
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


@pytest.fixture
def asked(desk):
    """A second cry is asked about, with a title by which the incident should not be known."""
    desk = desk(grace_seconds=0)
    desk.says("Something odd with logins")
    accept = {"incident_key": "INC-1", "actor": MAYA, "at": desk.clock()}
    with transaction() as session:
        incidents.move(session, action="accept", **accept)
        incidents.describe(session, title="Sold by employee X", **accept)
    desk.says("Logins are odd again")
    return desk


def hide(desk):
    with transaction() as session:
        privacy.hide(session, incident_key="INC-1", actor=ADA, at=desk.clock())


def deliver(desk, slack):
    for _ in range(10):
        desk.clock.forward(seconds=1)
        deliver_one(slack, integration="slack", owner="w", clock=desk.clock)


def test_a_question_that_waits_goes_out_without_the_title(asked):
    with transaction() as session:
        again = {"title": "Customers were sold", "actor": MAYA, "at": asked.clock()}
        incidents.describe(session, incident_key="INC-1", **again)
    hide(asked)

    slack = Taking()
    deliver(asked, slack)

    told = [message.settings["text"] for message in slack.sent]
    assert [text for text in told if "old" in text] == []
    assert (
        "Same as INC-1, or new?\n"
        "Unless somebody answers by 02:02:00 UTC, it is new and primary is paged."
    ) in told


def test_a_question_that_is_posted_is_edited_and_can_still_be_answered(asked):
    deliver(asked, Taking())

    hide(asked)

    edit = asked.said("INC-1", "/signal-2/")[-1]
    assert edit.action == "update"
    assert "employee" not in f"{edit.subject} {text_of(edit)}"
    assert labels(edit) == ["Same as INC-1", "New emergency"]


def test_a_question_that_was_answered_stays_as_it_is(asked):
    question = asked.said("INC-1", "/signal-2/")[0]
    asked.presses(button(question, "Same as INC-1"), user="U0MAYA")

    hide(asked)

    assert text_of(asked.said("INC-1", "/signal-2/")[-1]) == "Same as INC-1, said Maya."


def test_a_question_that_was_answered_before_it_was_posted_names_no_title_either(asked):
    question = asked.said("INC-1", "/signal-2/")[0]
    asked.presses(button(question, "Same as INC-1"), user="U0MAYA")
    hide(asked)

    slack = Taking()
    deliver(asked, slack)

    told = [message.settings["text"] for message in slack.sent]
    assert [text for text in told if "employee" in text] == []
    assert any(text.startswith("Same as INC-1, or new?") for text in told)


@pytest.mark.parametrize("posted", [True, False])
def test_why_it_ended_is_taken_back_from_the_thread(asked, posted):
    with transaction() as session:
        why = {"action": "resolve", "reason": "X confessed", "actor": MAYA, "at": asked.clock()}
        incidents.move(session, incident_key="INC-1", **why)
    if posted:
        deliver(asked, Taking())

    hide(asked)

    last = {one.dedup_key.rpartition("/")[0]: text_of(one) for one in asked.said("INC-1")}
    assert [text for text in last.values() if "confessed" in text] == []
