"""What is asked after a press below the receipt: why it was nothing, and what it is the same as."""

import pytest

from incident.rules.dialogs import Asked
from incident.rules.outcome import NotAllowed
from incident.services import dialogs, incidents, presses
from incident.services.incidents import Opening
from incident.services.members import actor_for
from incident.services.presses import Press
from incident.storage.db import transaction
from tests.conftest import MAYA
from tests.services.looks import the
from tests.slack.conftest import button, labels, text_of


def press(desk, label, member="U0MAYA"):
    """What whoever presses sees of it, besides the receipt."""
    pressed = button(desk.receipt(), label)
    with transaction() as session:
        given = Press(pressed["action"], pressed["value"], member, "sam")
        return presses.press(session, given, at=desk.clock())


def fill(desk, asked, member="U0MAYA"):
    with transaction() as session:
        return dialogs.fill(session, asked, actor=actor_for(session, member), at=desk.clock())


def submit(desk, asked, member="U0MAYA", **values):
    with transaction() as session:
        return dialogs.submit(
            session,
            asked.name,
            asked.context,
            values,
            actor=actor_for(session, member, "sam"),
            at=desk.clock(),
        )


@pytest.fixture
def another(database, clock):
    """Something else that is open."""
    with transaction() as session:
        opening = Opening(title="Payments are slow")
        return incidents.open_incident(session, opening, actor=MAYA, at=clock()).key


def test_not_an_emergency_is_over_at_once_and_then_asks_why(desk):
    sam = desk()
    sam.says(user="U0SAM")

    reply = press(sam, "Not an emergency", member="U0SAM")

    assert sam.incidents() == ["INC-1 declined"]
    assert (reply.dialog.name, reply.dialog.context["incident"]) == ("why_false_alarm", "INC-1")
    assert [one.name for one in fill(sam, reply.dialog, "U0SAM").fields] == ["reason"]


def test_the_reason_is_a_line_and_the_dialog_may_stay_unanswered(desk):
    sam = desk()
    sam.says(user="U0SAM")
    asked = press(sam, "Not an emergency", member="U0SAM").dialog

    submit(sam, asked, "U0SAM", reason="A test of the smoke alarm")

    assert sam.lines()[-1] == "sam on why it was no emergency: A test of the smoke alarm"


def test_no_reason_is_asked_for_again(desk):
    sam = desk()
    sam.says()
    asked = press(sam, "Not an emergency").dialog

    assert "reason" in submit(sam, asked, reason="  ").errors


def test_somebody_else_gives_no_reason(desk):
    sam = desk()
    sam.says(user="U0SAM")
    asked = press(sam, "Not an emergency").dialog

    with pytest.raises(NotAllowed, match="a responder, may call it off"):
        submit(
            sam,
            Asked(asked.name, "", {"incident": "INC-1", "member": "U0EVE"}),
            "U0EVE",
            reason="Me",
        )


def test_a_false_alarm_resolves_the_page_before_it_asks(desk):
    sam = desk(grace_seconds=0)
    sam.says()

    reply = press(sam, "False alarm")

    assert sam.incidents() == ["INC-1 declined"]
    assert sam.pages()[0][1] != "promised"
    assert reply.dialog.name == "why_false_alarm"


def test_pressing_it_twice_asks_once(desk):
    sam = desk()
    sam.says()
    off = button(sam.receipt(), "Not an emergency")
    given = Press(off["action"], off["value"], "U0MAYA")

    with transaction() as session:
        presses.press(session, given, at=sam.clock())
        again = presses.press(session, given, at=sam.clock())

    assert again is None


def test_same_as_is_offered_only_while_something_else_is_open(desk, another):
    sam = desk()

    sam.says()

    assert labels(sam.receipt("INC-2")) == ["Page now", "Not an emergency", "Same as…"]


def test_same_as_lists_what_is_open_and_changes_nothing_yet(desk, another):
    sam = desk()
    sam.says()
    reply = _press_same_as(sam)

    dialog = fill(sam, reply.dialog)

    assert dialog.fields[0].options == (("INC-1", "INC-1 Payments are slow"),)
    assert sam.incidents() == ["INC-1 investigating", "INC-2 triage"]


def test_what_is_the_same_is_merged_and_its_page_is_never_sent(desk, another):
    sam = desk()
    sam.says("Cannot pay")
    asked = _press_same_as(sam).dialog

    reply = submit(sam, asked, into="INC-1")
    submit(sam, asked, into="INC-1")
    sam.wait(minutes=2)

    assert reply.text == "INC-2 is part of INC-1 now."
    assert sam.incidents() == ["INC-1 investigating", "INC-2 merged"]
    assert the("INC-2").merged_into_id == the("INC-1").id
    assert sam.pages("INC-2") == []
    assert sam.lines("INC-1")[-1] == "Maya: INC-2 is the same. Cannot pay"
    assert "merged" in text_of(sam.receipt("INC-2"))


def test_merging_into_what_is_over_is_asked_again(desk, another, clock):
    sam = desk()
    sam.says()
    asked = _press_same_as(sam).dialog
    with transaction() as session:
        incidents.move(session, incident_key="INC-1", action="resolve", actor=MAYA, at=clock())

    assert "over by now" in submit(sam, asked, into="INC-1").errors["into"]
    with pytest.raises(NotAllowed, match="No other incident is open"):
        fill(sam, asked)


def test_a_stranger_to_the_message_merges_nothing(desk, another):
    sam = desk()
    sam.says(user="U0SAM")

    with pytest.raises(NotAllowed, match="may call it off"):
        _press_same_as(sam, member="U0EVE")


def _press_same_as(desk, member="U0MAYA"):
    with transaction() as session:
        return presses.press(session, Press("same_as", "INC-2", member), at=desk.clock())
