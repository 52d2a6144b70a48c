"""The line that says when to telephone: posted once, pinned, and true."""

from datetime import timedelta

import pytest

from config import Config
from incident.delivery.sweep import Sweep
from incident.services import pinned_lines
from incident.services import slack_rules as rules
from incident.services.slack_rules import RuleForm
from incident.storage import left_lines, slack_rules, targets
from incident.storage.db import reading, transaction
from incident.storage.slack_rules import SlackRule
from tests.conftest import ADA, START, connect_target
from tests.fakes.slack import A_TOKEN, FakeSlack, says, too_many

CHANNEL = "C0EMERGENCY"


@pytest.fixture
def slack(clock):
    with FakeSlack(clock=clock) as fake:
        yield fake


@pytest.fixture
def sweep(database, slack, clock):
    connect_target("primary", phones=[{"name": "Maya", "phone": "+1 555 0100"}])
    with transaction() as session:
        given = {"channel": CHANNEL, "channel_name": "#emergency", "target": "primary"}
        given |= {"armed": True, "checklist": "", "created_at": START, "updated_at": START}
        session.add(SlackRule(**given))
    config = Config(
        base_url="http://127.0.0.1:8000", slack_api_url=slack.api_url, slack_bot_token=A_TOKEN
    )
    return Sweep(config, clock=clock, rest=lambda _: None)


def ask(clock):
    with transaction() as session:
        pinned_lines.ask(session, channel=CHANNEL, actor=ADA, at=clock())


def make_again(clock):
    form = RuleForm(target="primary", checklist="")
    with transaction() as session:
        rules.put(session, channel=CHANNEL, form=form, actor=ADA, at=clock())


def rule():
    with reading() as session:
        return slack_rules.find(session, CHANNEL)


def test_it_is_posted_and_pinned_when_asked_for_and_once(sweep, slack, clock):
    ask(clock)

    sweep.turn()
    clock.forward(seconds=60)
    sweep.turn()

    assert [post["text"].splitlines()[1:] for post in slack.posts] == [
        ["No reply within 10 seconds means: telephone.", "1. Maya +1 555 0100"]
    ]
    assert slack.channels[CHANNEL].pins == [rule().pinned_ts] == [slack.posts[0]["ts"]]
    assert (rule().pin_due_at, rule().pin_trouble) == (None, "")


def test_nobody_asked_for_means_nothing_is_posted(sweep, slack):
    sweep.turn()

    assert slack.posts == []


def test_it_follows_the_telephones_by_an_edit(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    with transaction() as session:
        targets.get(session, "primary").phones = [{"name": "Tom", "phone": "+1 555 0101"}]

    sweep.turn()

    assert len(slack.posts) == 1
    assert "1. Tom +1 555 0101" in slack.channels[CHANNEL].messages[0]["text"]


def test_it_follows_the_words_of_the_rule(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    with transaction() as session:
        slack_rules.find(session, CHANNEL).words = ["sos"]

    sweep.turn()

    said = slack.channels[CHANNEL].messages[0]["text"]
    assert "a message with the word “sos” wakes primary" in said


def test_a_rule_that_is_disarmed_promises_nothing_any_more(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    with transaction() as session:
        slack_rules.find(session, CHANNEL).armed = False

    sweep.turn()

    said = slack.channels[CHANNEL].messages[0]["text"]
    assert said.startswith("Writing here wakes nobody: this is still a rehearsal.")


def test_one_that_somebody_deleted_is_posted_anew(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    slack.channels[CHANNEL].messages.clear()
    clock.forward(hours=2)

    ask(clock)
    sweep.turn()

    assert len(slack.posts) == 2
    assert slack.channels[CHANNEL].pins[-1] == rule().pinned_ts


def test_a_post_that_slack_took_before_it_stumbled_is_not_repeated(sweep, slack, clock):
    ask(clock)
    slack.script_for["chat.postMessage"] = [says("fatal_error", taken=True)]

    sweep.turn()
    assert rule().pin_trouble.startswith("It is not posted: ")
    clock.forward(seconds=60)
    sweep.turn()

    assert len(slack.posts) == 1
    assert slack.channels[CHANNEL].pins == [rule().pinned_ts]


def test_a_line_waits_as_long_as_slack_asks_for(sweep, slack, clock):
    ask(clock)
    slack.script_for["chat.postMessage"] = [too_many(90)]

    sweep.turn()

    assert rule().pin_due_at == clock() + timedelta(seconds=90)


def test_what_may_not_be_pinned_is_said_and_tried_again(sweep, slack, clock):
    ask(clock)
    slack.script_for["pins.add"] = [says("missing_scope", needed="pins:write")]

    sweep.turn()

    assert rule().pin_trouble == (
        "It is posted, but not pinned: The Slack app may not do this yet. "
        "It needs the scope pins:write."
    )
    assert rule().pin_due_at == clock() + timedelta(seconds=60)
    clock.forward(seconds=60)
    sweep.turn()
    assert (len(slack.posts), rule().pin_trouble) == (1, "")


def remove():
    with transaction() as session:
        rules.remove(session, channel=CHANNEL, actor=ADA)


def left():
    with reading() as session:
        return left_lines.due(session, START + timedelta(days=1))


def test_when_its_rule_is_removed_it_says_that_nobody_is_woken_and_is_unpinned(sweep, slack, clock):
    ask(clock)
    sweep.turn()

    remove()
    sweep.turn()

    assert slack.channels[CHANNEL].messages[0]["text"].splitlines() == [
        "Writing in this channel wakes nobody any more.",
        "Something is broken? Telephone whoever is on call.",
    ]
    assert (slack.channels[CHANNEL].pins, left()) == ([], [])


def test_a_rule_without_a_pinned_line_leaves_nothing_behind(sweep, slack):
    remove()
    sweep.turn()

    assert (slack.posts, left()) == ([], [])


def test_taking_it_back_is_tried_again_until_slack_does_it(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    slack.script_for["chat.update"] = [says("internal_error")]
    remove()

    sweep.turn()
    assert slack.channels[CHANNEL].pins != []
    clock.forward(seconds=60)
    sweep.turn()

    assert (slack.channels[CHANNEL].pins, left()) == ([], [])


def test_what_slack_refuses_to_take_back_is_tried_once_in_an_hour(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    slack.script_for["pins.remove"] = [says("missing_scope", needed="pins:write")]
    remove()

    sweep.turn()

    assert [line.due_at for line in left()] == [clock() + timedelta(hours=1)]


def test_one_that_is_gone_in_slack_need_not_be_taken_back(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    slack.channels[CHANNEL].messages.clear()
    slack.channels[CHANNEL].pins.clear()

    remove()
    sweep.turn()

    assert left() == []


def test_a_rule_that_is_made_again_speaks_by_the_line_that_still_stands(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    remove()

    make_again(clock)
    sweep.turn()

    assert left() == []
    assert slack.channels[CHANNEL].pins == [rule().pinned_ts] == [slack.posts[0]["ts"]]
    assert "still a rehearsal" in slack.channels[CHANNEL].messages[0]["text"]


def test_after_it_was_taken_back_another_rule_pins_its_own(sweep, slack, clock):
    ask(clock)
    sweep.turn()
    remove()
    sweep.turn()

    make_again(clock)
    ask(clock)
    sweep.turn()

    assert len(slack.posts) == 2
    assert slack.channels[CHANNEL].pins == [slack.posts[1]["ts"]]


def test_one_that_was_being_posted_while_its_rule_went_is_taken_back(sweep, slack, clock):
    ask(clock)
    with transaction() as session:
        (wanted,) = pinned_lines.take(session, clock())
    remove()

    with transaction() as session:
        pinned_lines.done(session, wanted, "1.1")

    assert [line.ts for line in left()] == ["1.1"]
