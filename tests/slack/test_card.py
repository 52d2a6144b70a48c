"""The live card: what it tells, and how seldom it is edited."""

import pytest

from incident.delivery.card_keeper import CardKeeper
from incident.integrations.notifier import Refused, TryAgain
from incident.services import cards, effects, incidents, pages, steps
from incident.storage import incidents as incident_rows
from incident.storage.db import reading
from tests.conftest import connect_target
from tests.delivery.notifiers import Told
from tests.slack.card_desk import OWN, a_channel


@pytest.fixture(autouse=True)
def on_one_clock(one_clock):
    """The card is due by the clock that the test moves."""


def test_an_incident_with_a_channel_of_its_own_has_one_card_there(card):
    desk = card("Look at the graphs", severity="sev2")

    [post] = desk.promised()
    assert (post.action, post.target) == ("post", OWN)
    assert "INC-1 · SEV2 · investigating" in desk.text()
    assert "Step 1" in desk.text()
    assert "Look at the graphs" in desk.text()
    assert desk.labels() == ["Done", "I'm on it", "Page…", "Write the update"]


def test_the_card_follows_in_place(card):
    desk = card("Look at the graphs", "Purge the cache")

    desk.change(steps.complete, number=1)
    desk.look()

    post, edit = desk.promised()
    assert (edit.action, edit.settings["update_of"]) == ("update", post.intent_key)
    assert edit.state == "sent"
    assert "Purge the cache" in desk.text()


def test_the_edit_goes_to_the_message_that_slack_took(card):
    desk = card("Look", "Purge")
    desk.change(steps.complete, number=1)

    desk.look()

    assert desk.slack.sent[-1].settings["ts"] == "1625882340.000100"


def test_ten_things_in_a_second_are_one_edit(card):
    desk = card(*[f"Look at graph {number}" for number in range(10)])

    desk.change(steps.complete, number=1)
    desk.change(steps.complete, number=2)
    desk.change(steps.complete, number=3)
    desk.look()

    assert [one.action for one in desk.promised()] == ["post", "update"]
    assert "Look at graph 3" in desk.text()


def test_a_card_rests_three_seconds_between_two_edits(card):
    desk = card("Look", "Purge", "Look again")
    desk.change(steps.complete, number=1)
    desk.look()

    desk.change(steps.complete, number=2)
    desk.look(seconds=1)
    after_one = len(desk.promised())
    desk.look(seconds=2)

    assert (after_one, len(desk.promised())) == (2, 3)


def test_what_the_card_does_not_show_edits_nothing(card):
    desk = card("Look")

    desk.note()
    desk.look()

    assert len(desk.promised()) == 1


def test_the_card_itself_leaves_no_line_on_the_timeline(card):
    desk = card("Look", "Purge")
    desk.change(steps.complete, number=1)
    with reading() as session:
        before = incident_rows.get(session, desk.key).last_seq

    desk.look()

    with reading() as session:
        assert incident_rows.get(session, desk.key).last_seq == before


def test_two_keepers_edit_once(card, clock):
    desk = card("Look", "Purge")
    desk.change(steps.complete, number=1)

    desk.keep()
    CardKeeper(clock=clock).turn()

    assert len(desk.promised()) == 2


def test_while_an_edit_waits_nobody_looks_at_it_every_few_seconds(card, clock):
    desk = card("Look", "Purge", "Look again")
    desk.change(steps.complete, number=1)
    desk.keep()
    desk.change(steps.complete, number=2)

    looks = [desk.keeper.turn() for _ in range(29) if clock.forward(seconds=1)]

    assert sum(looks) == 3


def test_while_slack_is_away_only_the_last_words_wait(card):
    desk = card("Look", "Purge", "Look again")
    away = Told(*[TryAgain("Slack answered 503")] * 20)
    desk.change(steps.complete, number=1)
    desk.keep()
    desk.deliver(away)

    desk.change(steps.complete, number=2)
    desk.keep(seconds=60)
    desk.deliver(away)
    desk.clock.forward(minutes=10)
    desk.deliver(desk.slack)
    desk.deliver(desk.slack)

    assert [one.state for one in desk.promised()] == ["sent", "superseded", "sent"]
    assert "Look again" in str(desk.slack.sent[-1].settings["card"])


def test_a_countdown_alone_heaps_up_no_edits_while_slack_is_away(card):
    desk = card(severity="sev1")
    desk.change(pages.page, target="primary")
    desk.keep()

    desk.keep(minutes=1)
    desk.keep(minutes=1)

    assert len(desk.promised()) == 2


def test_a_page_that_waits_shows_its_countdown_each_minute(card):
    desk = card(severity="sev1")
    desk.change(pages.page, target="primary")
    desk.look()
    first = desk.text()

    desk.look(minutes=1)

    assert "*Paging primary*: it is on its way to PagerDuty." in first
    assert "(in 5 min): the telephones" in first
    assert "(in 4 min): the telephones" in desk.text()
    assert "I have it" in desk.labels()


def test_nobody_was_paged_is_said_in_capitals_with_the_telephones(card):
    desk = card(severity="sev1")
    desk.change(pages.page, target="primary")

    desk.deliver(Told(Refused("PagerDuty knows no such key")), integration="pagerduty")
    desk.look()

    assert "*NOBODY WAS PAGED*: primary: PagerDuty knows no such key" in desk.text()
    assert "1. Maya +1 555 0100\n2. Tom +1 555 0101" in desk.text()


def test_whoever_answers_ends_the_countdown(card):
    desk = card(severity="sev1")
    desk.change(pages.page, target="primary")
    desk.look()

    desk.press(desk.button("I have it"))
    desk.look()

    assert "Awake: Maya" in desk.text()
    assert "I have it" not in desk.labels()
    assert "*Paging primary*" not in desk.text()


def test_what_is_in_effect_and_deferred_is_not_forgotten(card):
    desk = card("Look", "Purge")
    desk.change(effects.put_in_force, text="Signature check off", max_seconds=600)
    desk.change(steps.defer, number=1, reason="")
    desk.look()
    early = desk.text()

    desk.look(minutes=11)

    assert "*In effect*: Signature check off" in early
    assert "1 step deferred" in early
    assert "*OVERDUE*: Signature check off" in desk.text()


def test_the_card_tells_how_it_ended_and_can_be_pressed_no_more(card):
    desk = card("Look")
    desk.change(incidents.move, action="resolve")

    desk.look()

    assert "Maya resolved the incident" in desk.text()
    assert desk.elements() == []
    assert desk.row().ended


def test_a_reopened_incident_has_its_buttons_again(card):
    desk = card("Look")
    desk.change(incidents.move, action="resolve")
    desk.look()

    desk.change(incidents.move, action="reopen", reason="It is back")
    desk.look()

    assert "Done" in desk.labels()
    assert not desk.row().ended


def test_a_hold_shows_what_it_waits_for_and_cannot_be_pressed(card):
    desk = card("Tell them {page=primary}", "Wait for it {hold}")

    assert "It still waits for step 1 Tell them" in desk.text()
    assert "Done" not in desk.labels()


def test_a_message_that_somebody_deleted_is_posted_again(card):
    desk = card("Look", "Purge", "Look again")
    desk.change(steps.complete, number=1)
    desk.keep(minutes=11)
    desk.deliver(Told(Refused("Slack knows no such message", gone=True)))

    desk.look()

    assert [one.action for one in desk.promised()] == ["post", "update", "post"]
    desk.change(steps.complete, number=2)
    desk.look()
    assert desk.promised()[-1].settings["update_of"] == desk.promised()[-2].intent_key


def test_a_card_that_slack_will_not_have_is_not_tried_again_and_again(card, clock):
    connect_target("primary")
    desk = card("Look", "Purge", channel=False)
    a_channel(desk.key)
    desk.keep()
    desk.deliver(Told(Refused("Slack: not_in_channel")))

    desk.change(steps.complete, number=1)
    desk.look()

    assert [one.state for one in desk.promised()] == ["refused"]


def test_one_card_that_fails_does_not_keep_another_from_being_told(card, an_incident, monkeypatch):
    desk = card("Look")
    other = an_incident("Look elsewhere")
    a_channel(other, "C0OTHER")
    desk.note()
    monkeypatch.setattr(cards, "_tell_anew", lambda *_args, **_named: 1 / 0)

    desk.look()

    assert len(desk.promised(other)) == 1
