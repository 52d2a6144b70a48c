"""Slack refuses for a while, and then it works again: what it missed is told after all."""

from datetime import timedelta

import pytest

from incident.delivery.catch_up import CatchUp
from incident.delivery.worker import deliver_one
from incident.integrations.notifier import Delivered, NotSent, Refused, TryAgain
from incident.rules.proofs import Finding
from incident.rules.slack_connecting import Workspace
from incident.services import incidents, second_tries, slack_connecting
from incident.storage import incidents as rows
from incident.storage.db import reading, transaction
from incident.storage.outbox import Delivery
from tests.conftest import ADA, MAYA
from tests.slack.card_desk import a_channel
from tests.slack.conftest import button, text_of
from tests.sqlcount import counted

REVOKED = "Slack no longer accepts this app's token"


class Slack:
    """Takes what it is asked for, unless it `refuses`. Alarms and the like are not looked at."""

    def __init__(self, clock):
        self.clock, self.refuses, self.shown, self.asked = clock, None, {}, 0

    def send(self, message):
        if any(beside in message.intent_key for beside in ("/alarm-", "/update-asked-")):
            return Delivered({"channel": message.target, "ts": "1.1"})
        self.asked += 1
        if self.refuses is not None:
            return self.refuses
        ts = str(message.settings.get("ts") or f"{message.delivery_id}.000100")
        self.shown[ts] = message.settings["text"]
        return Delivered({"channel": message.target, "ts": ts})

    def close(self):
        pass


class Desk:
    """Somebody called for help; `passes` lets time pass with everybody on duty."""

    def __init__(self, sam, clock):
        self.sam, self.clock, self.slack = sam, clock, Slack(clock)
        self.keeper = CatchUp(clock=clock)

    def passes(self, *, step=60, **units):
        until = self.clock() + timedelta(**units)
        while self.clock() < until:
            self.sam.wait(seconds=step)
            self.keeper.turn()
            self.deliver()

    def deliver(self):
        for _ in range(4):
            deliver_one(self.slack, integration="slack", owner="w", clock=self.clock)
            self.clock.forward(seconds=1)

    def in_slack(self):
        return list(self.slack.shown.values())


@pytest.fixture(autouse=True)
def on_one_clock(one_clock):
    """What is tried again is due by the clock that the test moves."""


@pytest.fixture
def called(desk, clock):
    """A cry that is paged, and its receipt in Slack."""
    sam = desk(grace_seconds=0)
    sam.says("Uploads are failing")
    made = Desk(sam, clock)
    made.passes(seconds=30)
    return made


def refused(called, result=None):
    called.slack.refuses = result or Refused(REVOKED)
    called.sam.presses(button(called.sam.receipt(), "I have it"), user="U0MAYA", name="maya")
    with transaction() as session:
        at = called.clock()
        incidents.move(session, incident_key="INC-1", action="accept", actor=MAYA, at=at)
    called.passes(seconds=30)
    called.slack.refuses = None


@pytest.mark.parametrize("result", [Refused(REVOKED), NotSent("Slack is not connected")])
def test_a_receipt_comes_right_within_ten_minutes_and_the_reporter_hears_it(called, result):
    refused(called, result)
    assert [text for text in called.in_slack() if "awake" in text] == []

    called.passes(minutes=11)

    receipt, news = called.in_slack()
    assert "Maya is awake" in receipt
    assert news == receipt


def replace_the_token(session, at):
    asked = {"token": "xoxb-new", "found": Workspace("T0"), "scopes": ()}
    slack_connecting.keep_bot_token(session, **asked, actor=ADA, at=at)


def check_it(session, at):
    slack_connecting.keep_findings(session, [Finding("slack", "token")], at=at)


@pytest.mark.parametrize("mend", [replace_the_token, check_it])
def test_it_comes_right_at_once_when_somebody_mended_slack_in_settings(called, clock, mend):
    refused(called)
    with transaction() as session:
        mend(session, clock())

    called.passes(seconds=20, step=10)

    assert "Maya is awake" in called.in_slack()[0]


def test_what_is_older_than_a_day_has_its_time_anew(called, clock):
    refused(called)
    clock.forward(hours=25)
    called.slack.refuses = TryAgain("Slack takes no more posts just now", crowded=True)
    called.passes(minutes=12)
    lines = [line for line in called.sam.lines() if "gave up after" in line]
    called.slack.refuses = None
    called.passes(minutes=12)

    assert lines == []
    assert "Maya is awake" in called.in_slack()[0]


def test_what_is_never_told_again_costs_no_questions(called, clock):
    with transaction() as session:
        for number in range(30):
            session.add(an_old_answer(rows.id_of("INC-1"), number, clock()))
    clock.forward(minutes=1)

    with reading() as session, counted() as statements:
        assert not second_tries.is_any(session, rows.get(session, "INC-1"), clock())

    assert len(statements) < 5


def an_old_answer(incident_id, number, at):
    key = f"ic/aaaaaaaa/1/signal-{number}00/g1"
    return Delivery(
        incident_id=incident_id,
        integration="slack",
        action="post",
        target="C0EMERGENCY",
        subject="Joined",
        settings={"text": "Joined"},
        intent_key=f"{key}/post",
        dedup_key=key,
        fifo_key="C0EMERGENCY",
        state="refused",
        due_at=at,
        created_at=at,
        settled_at=at,
    )


def test_a_receipt_that_was_refused_is_posted_with_the_words_of_then(desk, clock):
    sam = desk(grace_seconds=0)
    called = Desk(sam, clock)
    called.slack.refuses = Refused("The Slack app is not in #emergency. Invite it there: /invite")
    sam.says("Uploads are failing")
    called.deliver()
    refused(called, called.slack.refuses)

    called.passes(minutes=12)

    assert len(called.in_slack()) == 2
    assert all("Maya is awake" in text for text in called.in_slack())


def test_news_that_are_not_so_any_more_are_told_to_nobody(called, clock):
    refused(called)
    with transaction() as session:
        incidents.move(session, incident_key="INC-1", action="resolve", actor=ADA, at=clock())

    called.passes(minutes=12)

    assert [text for text in called.in_slack() if "awake" in text] == []
    assert all("resolved" in text for text in called.in_slack())


def test_while_it_goes_on_slack_is_asked_every_ten_minutes_and_the_timeline_told_once(called):
    refused(called)
    called.slack.refuses = Refused(REVOKED)
    asked = called.slack.asked

    called.passes(minutes=25)

    assert called.slack.asked - asked == 2 * 2
    assert len([line for line in called.sam.lines() if REVOKED in line]) == 2


def test_what_came_right_is_left_alone(called):
    refused(called)
    called.passes(minutes=11)
    asked = called.slack.asked

    called.passes(minutes=30)

    assert called.slack.asked == asked


def test_what_is_over_since_a_day_is_not_tried_again(called, clock):
    called.slack.refuses = Refused(REVOKED)
    with transaction() as session:
        incidents.move(session, incident_key="INC-1", action="resolve", actor=ADA, at=clock())
    called.deliver()
    asked = called.slack.asked
    clock.forward(days=2)

    called.passes(minutes=1)

    assert called.slack.asked == asked


def test_an_answer_to_a_question_is_shown_after_all(called, clock):
    with transaction() as session:
        incidents.move(session, incident_key="INC-1", action="accept", actor=MAYA, at=clock())
    called.sam.says("Payments are down")
    called.deliver()
    called.slack.refuses = Refused(REVOKED)
    called.sam.presses(
        button(called.sam.said("INC-1", "/signal-2/")[0], "New emergency"), user="U0EVE"
    )
    called.deliver()
    called.slack.refuses = None

    called.passes(minutes=11)

    assert any(text.startswith("Opened INC-2") for text in called.in_slack())
    assert text_of(called.sam.said("INC-1", "/signal-2/")[-1]) in called.in_slack()


def test_the_card_of_an_incident_tells_the_truth_again_after_ten_minutes(card):
    desk = card("Look", "Purge", title="Uploads")
    desk.look(minutes=15)
    slack = desk.slack
    desk.slack = Slack(desk.clock)
    desk.slack.refuses = Refused(REVOKED)
    for number in (1, 2, 3):
        desk.change(incidents.set_severity, severity=f"sev{number}")
        desk.look(seconds=40)
    desk.slack = slack

    desk.look(minutes=11)
    desk.look(minutes=2)

    with reading() as session:
        severity = rows.get(session, desk.key).severity
    assert severity == "sev3"
    assert [one.action for one in desk.promised()].count("post") == 1
    assert {one.state for one in desk.promised()} == {"sent"}
    assert "SEV3" in desk.text()


def test_a_card_that_could_not_be_posted_is_posted_once(card):
    desk = card("Look", "Purge", channel=False)
    a_channel(desk.key)
    slack, desk.slack = desk.slack, Slack(desk.clock)
    desk.slack.refuses = Refused("The Slack app is not in C0INC1. Invite it there: /invite")
    for _ in range(20):
        desk.look(minutes=1)
    refused = desk.slack.asked
    desk.slack = slack

    for _ in range(12):
        desk.look(minutes=1)

    assert refused == 2
    assert [(one.action, one.state) for one in desk.promised()] == [("post", "sent")]


def test_a_card_whose_end_was_refused_can_be_pressed_no_more_afterwards(card):
    desk = card("Look")
    slack, desk.slack = desk.slack, Slack(desk.clock)
    desk.slack.refuses = Refused(REVOKED)
    desk.change(incidents.move, action="resolve")
    desk.look()
    desk.slack = slack

    desk.look(minutes=12)

    assert desk.promised()[-1].state == "sent"
    assert desk.elements() == []
