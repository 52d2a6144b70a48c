"""Who may press what on the live card, and what becomes of a second press."""

import pytest
from sqlalchemy.exc import NoResultFound

from incident.rules.dialogs import NOTHING, Asked
from incident.rules.outcome import NotAllowed
from incident.services import incidents, pages, steps
from incident.storage import incidents as incident_rows
from incident.storage import outbox, slack_members, timeline
from incident.storage import pages as page_rows
from incident.storage import steps as step_rows
from incident.storage.db import reading, transaction
from tests.conftest import MAYA, START, TOM, connect_target
from tests.slack.card_desk import CardDesk, a_channel
from tests.slack.conftest import PHONES, a_responder


@pytest.fixture(autouse=True)
def one_clock(monkeypatch):
    monkeypatch.setattr(outbox, "database_now", lambda _session, process_now: process_now)


@pytest.fixture
def card(database, an_incident, clock):
    """An incident that follows these items, and its card in front of Maya and Tom."""

    def make(*items, **opening):
        connect_target("primary", phones=PHONES)
        a_responder()
        a_responder("Tom", "U0TOM")
        key = an_incident(*items, **opening)
        a_channel(key)
        desk = CardDesk(key, clock)
        desk.look()
        clock.forward(seconds=10)
        return desk

    return make


def state(desk, number):
    with reading() as session:
        in_run = step_rows.of_run_with(session, incident_rows.id_of(desk.key), number)
    return next((s.state, s.value, s.settled_by) for s in in_run if s.number == number)


def lines(desk):
    with reading() as session:
        return [e.text for e in timeline.since(session, incident_rows.id_of(desk.key), 0)]


def asked_pages(desk):
    with reading() as session:
        return [
            (page.target, page.acknowledged_by)
            for page in page_rows.of_incident(session, incident_rows.id_of(desk.key))
        ]


def test_done_is_done_by_whoever_pressed_it(card):
    desk = card("Look", "Purge")

    assert desk.press(desk.button("Done")) == NOTHING

    assert state(desk, 1) == ("done", None, "Maya")
    assert state(desk, 2)[0] == "current"


def test_a_second_click_is_the_first_one(card):
    desk = card("Look", "Purge")
    done = desk.button("Done")

    desk.press(done)
    desk.press(done)

    assert state(desk, 2)[0] == "current"
    assert lines(desk).count("Maya completed step 1: Look") == 1


def test_who_presses_on_an_old_card_is_told_who_was_first(card):
    desk = card("Look", "Purge")
    done = desk.button("Done")
    desk.press(done)

    with pytest.raises(NotAllowed, match=r"Step 1 is already done, by Maya at 02:00 UTC\."):
        desk.press(done, member="U0TOM")


def test_a_step_that_was_reopened_is_looked_at_anew(card):
    desk = card("Look", "Purge")
    done = desk.button("Done")
    desk.press(done)
    with transaction() as session:
        steps.reopen(session, incident_key=desk.key, number=1, actor=TOM, at=desk.clock())

    with pytest.raises(NotAllowed, match="Step 1 has changed since"):
        desk.press(done)


def test_a_button_that_came_under_the_finger_is_not_meant(card):
    desk = card("Look", "Purge")
    desk.press(desk.button("Done"))
    desk.look()

    desk.clock.forward(seconds=0.5)
    with pytest.raises(NotAllowed, match="it shows step 2 now"):
        desk.press(desk.button("Done"))

    desk.clock.forward(seconds=2)
    desk.press(desk.button("Done"))
    assert state(desk, 2)[0] == "done"


def test_somebody_without_an_account_is_told_how_to_get_one(card):
    desk = card("Look")

    with pytest.raises(NotAllowed, match="write your Slack member id U0EVE on your profile"):
        desk.press(desk.button("Done"), member="U0EVE", name="eve")

    assert state(desk, 1)[0] == "current"


def test_a_viewer_may_only_look(card):
    desk = card("Look")
    a_responder("Sam", "U0SAM", role="viewer")

    with pytest.raises(NotAllowed, match="This needs the role responder; Sam is viewer"):
        desk.press(desk.button("Done"), member="U0SAM")


def test_somebody_of_another_company_may_not_even_page(card):
    desk = card("Look")
    with transaction() as session:
        slack_members.find_or_make(session, "U0EVE", START).stranger = True

    with pytest.raises(NotAllowed, match="another company"):
        desk.press(desk.button("Page…"), member="U0EVE")


def test_nobody_presses_in_a_private_incident_that_they_are_not_in(card):
    desk = card("Look")
    with transaction() as session:
        incident_rows.lock(session, desk.key).private = True

    with pytest.raises(NotAllowed, match="INC-1 is private"):
        desk.press(desk.button("Done"))


def test_a_question_is_answered_with_a_button_for_each_answer(card):
    desk = card("Is it the network? {decide}")

    assert desk.labels()[:2] == ["yes", "no"]
    desk.press(desk.button("no"))
    desk.press(desk.button("no"))

    assert state(desk, 1) == ("done", "no", "Maya")


def test_many_answers_are_a_list(card):
    desk = card("- [ ] Which region? {decide}" + "".join(f"\n  - {c}" for c in "abcdef"))
    choice = next(one for one in desk.elements() if one.get("menu") == "list")

    desk.press({"action": choice["action"], "value": choice["options"][5][0]})

    assert state(desk, 1)[:2] == ("done", "f")


def test_a_step_that_wants_a_value_asks_for_it(card):
    desk = card("Look at the error rate {expect=<5}")

    reply = desk.press(desk.button("Done…"))

    context = {"key": "INC-1", "number": "1", "seq": "0"}
    assert reply.dialog == Asked("step_value", "Step 1", context)


@pytest.mark.parametrize(
    ("label", "outcome"),
    [
        ("Not applicable…", "not_applicable"),
        ("Override…", "overridden"),
        ("Defer…", "deferred"),
        ("Failed…", "failed"),
    ],
)
def test_every_other_outcome_asks_why(card, label, outcome):
    desk = card("Look")

    reply = desk.press(desk.chosen(label))

    assert reply.dialog.name == "step_reason"
    assert reply.dialog.context["outcome"] == outcome
    assert len(reply.dialog.title) <= 24


def test_a_note_asks_for_its_words(card):
    desk = card("Look")

    assert desk.press(desk.chosen("Note…")).dialog.name == "step_note"


def test_a_hold_can_only_be_overridden_or_noted(card):
    desk = card("Stop here {hold}")

    menu = next(one for one in desk.elements() if one.get("menu") == "overflow")

    assert [label for _, label in menu["options"]] == ["Override…", "Note…"]
    assert "Done" in desk.labels()


def test_a_button_says_whom_it_wakes_and_asks_before_it_does(card):
    desk = card("Look", "Tell them {page=primary}")

    done = desk.button("Done, then page primary")

    assert done["asks"] == "Done, then page primary?"


def test_i_have_it_takes_the_page_and_twice_changes_nothing(card):
    desk = card("Tell them {page=primary}", "Purge")

    desk.press(desk.button("I have it"))
    desk.press(desk.button("I have it"))

    assert asked_pages(desk) == [("primary", "Maya")]
    assert state(desk, 1)[0] == "done"


def test_who_comes_second_hears_who_has_it(card):
    desk = card("Tell them {page=primary}")
    desk.press(desk.button("I have it"))

    with pytest.raises(NotAllowed, match="Maya has it already"):
        desk.press(desk.button("I have it"), member="U0TOM")


def test_who_is_no_responder_cannot_have_it(card):
    desk = card("Tell them {page=primary}")

    with pytest.raises(NotAllowed, match="so it still looks for one"):
        desk.press(desk.button("I have it"), member="U0EVE")


def test_of_two_pages_each_has_its_button(card):
    desk = card("Look")
    connect_target("platform", key="P" * 32)
    with transaction() as session:
        pages.page(session, incident_key=desk.key, target="primary", actor=MAYA, at=desk.clock())
        pages.page(session, incident_key=desk.key, target="platform", actor=MAYA, at=desk.clock())
    desk.look()

    desk.press(desk.button("I have it: platform"))

    assert asked_pages(desk) == [("primary", None), ("platform", "Maya")]


def test_the_first_press_on_page_wakes_nobody(card):
    desk = card("Look")

    reply = desk.press(desk.button("Page…"), member="U0EVE")

    assert reply.dialog == Asked("page", "Page somebody", {"key": "INC-1"})
    assert asked_pages(desk) == []


def test_write_the_update_asks_for_its_words(card):
    desk = card("Look")

    assert desk.press(desk.button("Write the update")).dialog.name == "update"


@pytest.mark.parametrize("value", ["INC-1:1:0:99", "INC-1:1:0:", "INC-1:1:0:-1", "INC-1:1:0:¹"])
def test_an_answer_that_there_is_not_settles_nothing(card, value):
    desk = card("Is it the network? {decide}")

    with pytest.raises(NotAllowed, match="has no such answer"):
        desk.press({"action": "step_answer", "value": value})

    assert state(desk, 1)[0] == "current"


@pytest.mark.parametrize("value", ["INC-1:7:0", "INC-1::", "INC-1:1234567890123:0", "INC-7:1:0"])
def test_a_step_that_there_is_not_is_nowhere_to_be_found(card, value):
    desk = card("Look")

    with pytest.raises(NoResultFound):
        desk.press({"action": "step_done", "value": value})


def test_a_closed_incident_is_not_pressed_on_from_an_old_card(card):
    desk = card("Tell them {page=primary}")
    have = desk.button("I have it")
    with transaction() as session:
        incidents.move(session, incident_key=desk.key, action="resolve", actor=TOM, at=desk.clock())

    with pytest.raises(NotAllowed, match="INC-1 is resolved"):
        desk.press(have)


def test_who_is_on_a_step_is_said_on_the_card(card):
    desk = card("Look", "Purge")

    assert desk.press(desk.button("I'm on it"), member="U0TOM") == NOTHING
    desk.look()

    assert lines(desk)[-1] == "Tom is on step 1: Look"
    assert "Tom has been on it since" in desk.text()
    assert state(desk, 1)[0] == "current"


def test_a_second_click_on_it_is_the_first_one(card):
    desk = card("Look", "Purge")
    mine = desk.button("I'm on it")
    desk.press(mine)
    desk.look()
    desk.clock.forward(seconds=10)

    assert desk.press(mine) == NOTHING
    assert desk.press(desk.button("Take over")) == NOTHING
    assert lines(desk).count("Maya is on step 1: Look") == 1


def test_a_claim_is_taken_over_from_whoever_the_card_named(card):
    desk = card("Look", "Purge")
    old = desk.button("I'm on it")
    desk.press(old, member="U0TOM")
    desk.look()
    desk.clock.forward(seconds=10)

    with pytest.raises(NotAllowed, match="Tom is on step 1"):
        desk.press(old)
    desk.press(desk.button("Take over"))

    assert lines(desk)[-1] == "Maya took over step 1 from Tom: Look"


def test_nobody_is_on_a_step_that_is_done(card):
    desk = card("Look", "Purge")
    old = desk.button("I'm on it")
    desk.press(desk.button("Done"))

    with pytest.raises(NotAllowed, match="Step 1 is already done, by Maya"):
        desk.press(old, member="U0TOM")
