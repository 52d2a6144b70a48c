"""Where the live card stands, and where it must not."""

import pytest

from incident.services import cards, channel_upkeep, incidents, runs, steps
from incident.storage import incidents as incident_rows
from incident.storage import outbox
from incident.storage.db import reading, transaction
from incident.storage.incident_channels import of_incident
from tests.conftest import TOM, a_checklist
from tests.slack.card_desk import OWN, CardDesk, a_channel
from tests.slack.conftest import A_CHANNEL, button


@pytest.fixture(autouse=True)
def on_one_clock(one_clock):
    """The card is due by the clock that the test moves."""


def incident_thread(key):
    with reading() as session:
        return incident_rows.get(session, key).slack_thread


def test_an_incident_nowhere_in_slack_has_none(card):
    desk = card("Look at the graphs", channel=False)

    assert desk.promised() == []


def test_a_drill_sends_nothing_and_has_no_card(card):
    desk = card("Look", mode="drill")

    assert desk.promised() == []


def test_the_card_tells_the_end_before_its_channel_goes(card):
    desk = card("Look")
    with transaction() as session:
        of_incident(session, incident_rows.id_of(desk.key)).archives = True
    desk.change(incidents.move, action="resolve")

    desk.change(incidents.move, action="close")
    with transaction() as session:
        incident = incident_rows.lock(session, desk.key)
        channel_upkeep.follow(session, incident, desk.clock())

    with reading() as session:
        sent = outbox.of_incident(session, incident_rows.id_of(desk.key))
    actions = [delivery.action for delivery in sent if delivery.target == OWN]
    assert "closed the incident" in desk.text()
    assert actions.index("update") < actions.index("archive_channel")


def test_an_edit_that_is_in_the_way_is_no_reason_to_wait_with_the_end(card):
    desk = card("Look", "Purge")
    desk.change(steps.complete, number=1)
    desk.keep()

    with transaction() as session:
        incident = incident_rows.lock(session, desk.key)
        incident.title = "Downloads are failing"
        cards.show(session, incident, desk.clock())

    assert "Downloads are failing" in desk.text()


def test_an_archived_channel_is_left_alone(card):
    desk = card("Look")
    desk.change(incidents.move, action="resolve")
    with transaction() as session:
        of_incident(session, incident_rows.id_of(desk.key)).state = "archived"

    desk.look()

    assert len(desk.promised()) == 1


def test_a_cry_for_help_gets_its_card_once_somebody_is_awake(desk, clock):
    sam = desk()
    sam.says()
    sam.wait(seconds=45)
    shown = CardDesk("INC-1", clock)
    shown.look()
    before = len(shown.promised())

    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")
    shown.look()

    [post] = shown.promised()
    assert before == 0
    assert (post.target, post.settings["thread_ts"]) == (A_CHANNEL, incident_thread("INC-1"))


def test_a_cry_for_help_gets_its_card_with_a_checklist_that_somebody_attached(desk, clock):
    sam = desk()
    sam.says()
    shown = CardDesk("INC-1", clock)

    with transaction() as session:
        slug = a_checklist(session, "Look")
        runs.attach(session, incident_key="INC-1", slug=slug, actor=TOM, at=clock())
    shown.look()

    assert "Look" in shown.text()


def test_with_a_channel_of_its_own_the_card_moves_there(desk, clock):
    sam = desk()
    sam.says()
    sam.presses(button(sam.receipt(), "Page now"))
    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")
    shown = CardDesk("INC-1", clock)
    shown.look()

    a_channel("INC-1")
    shown.note()
    shown.look()

    in_thread, left, moved = shown.promised()
    assert (left.action, left.settings["update_of"]) == ("update", in_thread.intent_key)
    assert f"'channel': '{OWN}'" in str(left.settings["card"])
    assert (moved.action, moved.target) == ("post", OWN)


def test_a_private_incident_is_not_told_in_a_thread_that_others_read(desk, clock):
    sam = desk()
    sam.says("The payroll is on the internet")
    sam.presses(button(sam.receipt(), "Page now"))
    sam.presses(button(sam.receipt(), "I have it"), user="U0MAYA")
    shown = CardDesk("INC-1", clock)
    shown.catch_up()

    with transaction() as session:
        incident_rows.lock(session, "INC-1").private = True
    shown.note()
    shown.catch_up()

    assert "payroll" not in shown.text()
    assert "INC-1 is private" in shown.text()
    assert shown.elements() == []


def test_a_private_incident_is_told_in_its_private_channel(database, an_incident, clock):
    key = an_incident("Look")
    with transaction() as session:
        incident_rows.lock(session, key).private = True
    a_channel(key, private=True)
    desk = CardDesk(key, clock)

    desk.look()

    assert "Uploads are failing" in desk.text()
