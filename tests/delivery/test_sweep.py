"""A cry that Slack never told us of is found, once, and told as late as it is."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from config import Config
from incident.delivery import inbox
from incident.delivery.scheduler import Scheduler
from incident.delivery.sweep import Sweep
from incident.services import incidents as commands
from incident.services import rehearsals
from incident.storage import incidents, outbox, pages, signals, slack_rules, timeline
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from incident.storage.slack_rules import SlackRule
from tests.conftest import ADA, MAYA, START, connect_target
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, FakeSlack, method_of, says, too_many
from tests.fakes.slack_events import OUR_BOT, OUR_MEMBER

CHANNEL = "C0EMERGENCY"


@pytest.fixture
def slack(clock):
    with FakeSlack(clock=clock) as fake:
        yield fake


@pytest.fixture
def rule(database, monkeypatch):
    monkeypatch.setattr(outbox, "database_now", lambda _session, process_now: process_now)
    connect_target("primary")
    return a_rule()


@pytest.fixture
def sweep(rule, slack, clock):
    config = Config(
        base_url="http://127.0.0.1:8000", slack_api_url=slack.api_url, slack_bot_token=A_TOKEN
    )
    return Sweep(config, clock=clock, rest=lambda seconds: clock.forward(seconds=seconds))


def a_rule(**fields):
    given = {"channel": CHANNEL, "channel_name": "#emergency", "target": "primary"}
    given |= {"armed": True, "checklist": "", "created_at": START, "updated_at": START} | fields
    with transaction() as session:
        session.add(SlackRule(**given))


def change_rule(**fields):
    with transaction() as session:
        found = slack_rules.find(session, CHANNEL)
        for name, value in fields.items():
            setattr(found, name, value)


def the_rule():
    with reading() as session:
        return slack_rules.find(session, CHANNEL)


def opened():
    with reading() as session:
        return [f"{one.key} {one.status} {one.title}" for one in incidents.newest(session)][::-1]


def paged(key="INC-1"):
    with reading() as session:
        found = pages.of_incident(session, incidents.id_of(key))
    return [page.state for page in found]


def lines(key="INC-1"):
    with reading() as session:
        return [event.text for event in timeline.since(session, incidents.id_of(key), 0)]


def states():
    with reading() as session:
        return list(session.scalars(select(Signal.state).order_by(Signal.id)))


def receipts(key="INC-1"):
    with reading() as session:
        found = outbox.of_incident(session, incidents.id_of(key))
    return [str(one.settings["text"]) for one in found if one.integration == "slack"]


def later(clock, sweep, **units):
    clock.forward(**units)
    Scheduler(clock=clock).sweep()
    return sweep.turn()


def test_a_message_that_slack_never_told_is_found_and_read_as_if_live(sweep, slack, clock):
    slack.person_says("Uploads are failing")

    found = later(clock, sweep, seconds=60)
    later(clock, sweep, seconds=30)

    assert found == 1
    assert opened() == ["INC-1 triage Uploads are failing"]
    assert "Found by the sweep, 60 s late: Slack had not told of this message" in lines()
    assert paged() == ["promised"]


def test_finding_it_again_changes_nothing(sweep, slack, clock):
    slack.person_says("Uploads are failing")

    later(clock, sweep, seconds=60)
    later(clock, sweep, seconds=60)
    later(clock, sweep, seconds=60)

    assert states() == ["opened"]
    assert len(opened()) == 1


def test_what_slack_has_told_is_not_found(sweep, slack, clock):
    event = slack.person_says("Uploads are failing")
    inbox.receive(b"1", event, at=clock())

    assert later(clock, sweep, seconds=60) == 0
    assert states() == ["opened"]
    assert not any("sweep" in line for line in lines())


def test_what_slack_tells_after_it_was_found_is_the_same_message(sweep, slack, clock):
    event = slack.person_says("Uploads are failing")
    later(clock, sweep, seconds=60)

    inbox.receive(b"1", event, at=clock())

    assert states() == ["opened", "ignored"]
    assert len(opened()) == 1


def test_a_workspace_that_slack_calls_by_another_name_is_the_same(sweep, slack, clock):
    event = slack.person_says("Uploads are failing")
    inbox.receive(b"1", {**event, "team_id": "E0GRID"}, at=clock())

    assert later(clock, sweep, seconds=60) == 0
    slack.person_says("Logins, too")
    later(clock, sweep, seconds=60)

    with reading() as session:
        assert {row.key.partition(":")[0] for row in signals.newest(session)} == {"E0GRID"}


def test_in_a_channel_of_another_company_our_own_people_are_found(sweep, slack, clock):
    slack.channels[CHANNEL].shared = True
    first = slack.person_says("Uploads are failing")
    inbox.receive(b"1", {**first, "team_id": "T0OTHER"}, at=clock())
    slack.person_says("Logins, too")
    slack.person_says("Hello", user_team="T0OTHER")

    assert later(clock, sweep, seconds=60) == 1
    assert states() == ["opened", "joined"]


def test_nobody_is_judged_before_slack_says_whose_channel_it_is(sweep, slack, clock):
    slack.channels[CHANNEL].shared = True
    slack.person_says("Hello", user_team="T0OTHER")
    slack.script_for["conversations.info"] = [too_many(10)]

    assert later(clock, sweep, seconds=60) == 0
    assert opened() == []


def test_a_cry_waits_for_the_next_turn_when_slack_asks_for_a_pause(sweep, slack, clock):
    slack.person_says("Uploads are failing")
    slack.script_for["conversations.info"] = [too_many(500)] * 2

    assert later(clock, sweep, seconds=60) == 0
    assert sum(later(clock, sweep, seconds=130) for _ in range(2)) == 1
    assert opened() == ["INC-1 triage Uploads are failing"]


@pytest.mark.parametrize(
    "answer",
    [says("internal_error"), server.reset(), says("missing_scope", needed="channels:read")],
)
def test_where_slack_does_not_say_so_nobody_is_a_stranger(sweep, slack, clock, answer):
    slack.person_says("Uploads are failing")
    slack.script_for["conversations.info"] = [answer]

    assert later(clock, sweep, seconds=60) == 1


def test_who_we_are_is_asked_again_when_slack_is_ready(sweep, slack, clock):
    slack.person_says("Uploads are failing")
    slack.script_for["auth.test"] = [too_many(10)]

    assert later(clock, sweep, seconds=60) == 1


def test_one_pause_is_for_every_channel(sweep, slack, clock):
    other = slack.add_channel("support")
    a_rule(channel=other.id, channel_name="#support")
    slack.script_for["auth.test"] = [too_many(500), too_many(500), too_many(500)]

    later(clock, sweep, seconds=60)

    assert [method_of(request) for request in slack.requests] == ["auth.test"] * 2


def test_what_was_written_just_now_is_left_to_slack_until_the_next_time(sweep, slack, clock):
    clock.forward(seconds=60)
    slack.person_says("Uploads are failing")

    assert later(clock, sweep, seconds=4) == 0
    assert later(clock, sweep, seconds=60) == 1


def test_a_channel_is_read_once_in_a_minute(sweep, slack, clock):
    sweep.turn()
    slack.person_says("Uploads are failing")

    assert sweep.turn() == 0
    assert later(clock, sweep, seconds=59) == 0
    assert later(clock, sweep, seconds=1) == 1


def test_of_two_processes_one_reads(sweep, slack, clock, rule):
    slack.person_says("Uploads are failing")
    other = Sweep(sweep._config, clock=clock)
    clock.forward(seconds=60)

    assert (sweep.turn(), other.turn()) == (1, 0)


def test_what_was_written_before_the_rule_wakes_nobody(sweep, slack, clock):
    change_rule(created_at=START + timedelta(seconds=1))
    slack.person_says("Lunch?")

    later(clock, sweep, seconds=60)

    assert opened() == []


def test_what_was_written_before_it_was_armed_wakes_nobody(sweep, slack, clock):
    change_rule(created_at=START - timedelta(days=30), armed_at=START + timedelta(minutes=3))
    slack.person_says("Uploads are failing")

    later(clock, sweep, minutes=4)

    assert opened() == []


def test_what_was_written_since_it_was_armed_is_found_even_by_the_first_sweep(sweep, slack, clock):
    change_rule(armed_at=START)
    slack.person_says("Uploads are failing")

    later(clock, sweep, hours=7)

    assert opened() == ["INC-1 triage Uploads are failing"]
    assert receipts()[0].startswith("INC-1: NOBODY WAS PAGED.")


def test_a_dry_run_finds_without_waking(sweep, slack, clock):
    change_rule(armed=False)
    slack.person_says("Uploads are failing")

    assert later(clock, sweep, seconds=60) == 1
    assert (states(), opened()) == (["rehearsed"], [])


def test_what_is_hours_late_asks_a_human_first(sweep, slack, clock):
    change_rule(swept_ts=f"{START.timestamp():.6f}")
    slack.person_says("Uploads are failing")

    later(clock, sweep, hours=3)
    later(clock, sweep, seconds=30)

    assert opened() == ["INC-1 triage Uploads are failing"]
    assert paged() == []
    assert receipts()[0].startswith("INC-1: NOBODY WAS PAGED. It was due at 02:00:30 UTC")


def test_a_young_cry_is_not_swallowed_by_one_that_was_found_too_late(sweep, slack, clock):
    change_rule(swept_ts=f"{START.timestamp():.6f}")
    slack.person_says("Uploads are failing")
    clock.forward(hours=3)
    slack.person_says("Is anybody there?")

    later(clock, sweep, seconds=30)
    later(clock, sweep, seconds=30)

    assert states() == ["opened", "joined"]
    assert paged() == ["promised"]


def test_a_late_cry_beside_an_open_incident_opens_its_own_and_asks(sweep, slack, clock):
    change_rule(swept_ts=f"{START.timestamp():.6f}")
    slack.person_says("Payments fail")
    clock.forward(hours=2)
    event = slack.person_says("Uploads are failing")
    inbox.receive(b"1", event, at=clock())
    with transaction() as session:
        commands.move(session, incident_key="INC-1", action="accept", actor=MAYA, at=clock())

    later(clock, sweep, seconds=1)
    later(clock, sweep, minutes=3)

    assert opened() == ["INC-1 investigating Uploads are failing", "INC-2 triage Payments fail"]
    assert paged("INC-2") == []


def test_neither_bots_nor_joins_nor_we_ourselves_are_found(sweep, slack, clock):
    slack.person_says("Backup done", bot_id="B0OTHER", user=None)
    slack.person_says("sam has joined", subtype="channel_join")
    slack.person_says("Paging primary", user=OUR_MEMBER, bot_id=OUR_BOT)

    assert later(clock, sweep, seconds=60) == 0
    assert states() == []


def test_a_bot_that_may_cry_is_found(sweep, slack, clock):
    change_rule(bots=["B0ALARMS"])
    slack.person_says("Disk full", bot_id="B0ALARMS", user=None, subtype="bot_message")

    assert later(clock, sweep, seconds=60) == 1
    assert opened() == ["INC-1 triage Disk full"]


def test_an_edit_that_adds_the_word_is_found_too(sweep, slack, clock):
    change_rule(words=["sos"])
    event = slack.person_says("The site is slow")
    inbox.receive(b"1", event, at=clock())
    message = slack.channels[CHANNEL].messages[0]
    message |= {"text": "SOS the site is down", "edited": {"user": "U0SAM", "ts": message["ts"]}}

    later(clock, sweep, seconds=60)
    later(clock, sweep, seconds=60)

    assert opened() == ["INC-1 triage SOS the site is down"]
    assert states() == ["ignored", "opened"]


def test_an_edit_that_makes_a_cry_of_an_old_message_is_as_young_as_the_edit(sweep, slack, clock):
    change_rule(words=["sos"], swept_ts=f"{START.timestamp():.6f}")
    event = slack.person_says("The site is slow")
    inbox.receive(b"1", event, at=clock())
    clock.forward(hours=2)
    message = slack.channels[CHANNEL].messages[0]
    at = f"{clock().timestamp():.6f}"
    message |= {"text": "SOS the site is down", "edited": {"user": "U0SAM", "ts": at}}

    later(clock, sweep, seconds=60)
    later(clock, sweep, seconds=30)

    assert "Found by the sweep, 60 s late: Slack had not told of this message" in lines()
    assert paged() == ["promised"]


def test_every_page_of_a_long_history_is_read(sweep, slack, clock):
    texts = [slack.person_says(f"Line {number}") for number in range(450)]

    found = later(clock, sweep, seconds=60)

    assert found == len(texts)
    assert states().count("opened") == 1
    assert states().count("joined") == 449
    assert opened() == ["INC-1 triage Line 0"]


def test_slacks_pauses_are_kept(sweep, slack, clock):
    slack.person_says("Uploads are failing")
    clock.forward(seconds=60)
    slack.script_for["conversations.history"] = [too_many(30)]

    assert sweep.turn() == 1
    assert clock() == START + timedelta(seconds=90)


def test_a_pause_that_is_too_long_is_kept_by_coming_back(sweep, slack, clock):
    slack.person_says("Uploads are failing")
    clock.forward(seconds=60)
    slack.script_for["conversations.history"] = [too_many(100), too_many(100)]

    assert sweep.turn() == 0
    assert the_rule().trouble == "Slack asks for a pause before #emergency is read."
    assert later(clock, sweep, seconds=99) == 0
    assert later(clock, sweep, seconds=1) == 1
    assert (the_rule().trouble, the_rule().swept_ts != "") == ("", True)


def test_when_slack_does_not_answer_nothing_is_taken_as_read(sweep, slack, clock):
    slack.person_says("Uploads are failing")
    clock.forward(seconds=60)
    slack.script_for["conversations.history"] = [says("fatal_error")]

    assert sweep.turn() == 0
    assert the_rule().swept_ts == ""
    assert the_rule().trouble.startswith("#emergency could not be read: ")
    assert later(clock, sweep, seconds=60) == 1


def test_a_public_channel_that_we_are_not_in_is_joined(sweep, slack, clock):
    slack.person_says("Uploads are failing")
    slack.channels[CHANNEL].joined = False

    assert later(clock, sweep, seconds=60) == 1
    assert slack.channels[CHANNEL].joined


def test_a_private_one_says_that_it_wants_an_invitation(sweep, slack, clock):
    slack.channels[CHANNEL].joined = False
    slack.channels[CHANNEL].private = True

    later(clock, sweep, seconds=60)

    assert "could not be read" in the_rule().trouble


def test_without_a_token_the_rule_says_so(rule, clock):
    sweep = Sweep(Config(base_url="http://127.0.0.1:8000"), clock=clock)

    sweep.turn()

    assert the_rule().trouble.startswith("Slack is not connected")


def test_a_message_that_fails_is_kept_and_does_not_stop_the_others(
    sweep, slack, clock, monkeypatch
):
    slack.person_says("Uploads are failing")
    slack.person_says("Logins, too")
    monkeypatch.setattr("incident.services.signals.said_in", _stumble)
    clock.forward(seconds=60)

    sweep.turn()

    assert states() == ["new", "new"]
    assert the_rule().swept_ts != ""


def test_last_week_is_read_for_a_new_rule_and_wakes_nobody(sweep, slack, clock):
    slack.person_says("Uploads are failing")
    slack.person_says("Backup done", bot_id="B0OTHER", user=None)
    clock.forward(days=3)
    change_rule(created_at=clock(), armed_at=clock(), look_back_at=clock())
    slack.person_says("Live now")

    later(clock, sweep, seconds=5)

    assert opened() == ["INC-1 triage Live now"]
    assert sorted(states()) == ["ignored", "opened", "rehearsed"]
    assert (the_rule().look_back_at, the_rule().looked_back_at) == (None, clock())


def test_what_was_read_for_last_week_is_a_cry_when_slack_tells_it_after_all(sweep, slack, clock):
    event = slack.person_says("Uploads are failing")
    clock.forward(seconds=2)
    change_rule(created_at=clock(), armed_at=clock(), look_back_at=clock())
    later(clock, sweep, seconds=1)
    assert states() == ["rehearsed"]

    inbox.receive(b"1", event, at=clock())
    inbox.receive(b"1", event, at=clock())

    assert states() == ["rehearsed", "opened"]
    assert opened() == ["INC-1 triage Uploads are failing"]


def test_reading_last_week_again_keeps_nothing_twice(sweep, slack, clock):
    slack.person_says("Uploads are failing")
    clock.forward(days=3)
    change_rule(armed=False, created_at=clock(), look_back_at=clock())
    later(clock, sweep, seconds=1)

    with transaction() as session:
        rehearsals.ask(session, channel=CHANNEL, actor=ADA, at=clock())
    later(clock, sweep, seconds=1)

    assert states() == ["rehearsed"]


def test_a_week_that_cannot_be_read_is_tried_again_and_says_why(sweep, slack, clock):
    change_rule(look_back_at=clock(), created_at=clock() - timedelta(days=8), armed=False)
    slack.script_for["conversations.history"] = [says("ok"), says("missing_scope")]

    sweep.turn()

    assert "could not be read" in the_rule().trouble
    assert the_rule().look_back_at == clock() + timedelta(seconds=60)


def _stumble(_raw):
    raise RuntimeError("a fault of ours")


def thread_of(slack, clock, text="Uploads are failing"):
    """The first message of a thread, which Slack told."""
    root = slack.person_says(text)
    inbox.receive(b"1", root, at=clock())
    return root["event"]["ts"]


def test_a_cry_in_a_thread_that_slack_never_told_is_found(sweep, slack, clock):
    change_rule(threads=True, words=["help"])
    root = slack.person_says("Deploying now")
    inbox.receive(b"1", root, at=clock())
    slack.person_says("Help, all uploads fail since then", thread_ts=root["event"]["ts"])

    assert later(clock, sweep, seconds=60) == 1
    assert opened() == ["INC-1 triage Help, all uploads fail since then"]


def test_an_answer_in_the_thread_of_an_incident_is_found(sweep, slack, clock):
    root = thread_of(slack, clock)
    clock.forward(seconds=30)
    slack.person_says("Only in Frankfurt", thread_ts=root)

    assert later(clock, sweep, seconds=60) == 1
    assert any("Only in Frankfurt" in line for line in lines())
    assert later(clock, sweep, seconds=60) == 0


def test_a_thread_is_looked_into_though_it_began_hours_ago(sweep, slack, clock):
    root = slack.person_says("Uploads are failing")
    inbox.receive(b"1", root, at=clock())
    for number in range(3):
        clock.forward(hours=5)
        last = slack.person_says(f"Lunch {number}?")
        inbox.receive(b"1", last, at=clock())
        later(clock, sweep, seconds=60)
    slack.person_says("Again!", thread_ts=root["event"]["ts"])

    assert later(clock, sweep, seconds=60) == 1
    assert any("Again!" in line for line in lines())


def test_threads_where_nobody_answered_cost_no_question(sweep, slack, clock):
    for _ in range(3):
        root = slack.person_says("Uploads are failing")
        inbox.receive(b"1", root, at=clock())
        inbox.receive(b"1", slack.person_says("Which?", thread_ts=root["event"]["ts"]), at=clock())
    later(clock, sweep, seconds=60)
    slack.person_says("Hello")
    later(clock, sweep, minutes=10)
    asked = [method_of(request) for request in slack.requests]
    later(clock, sweep, minutes=10)

    assert asked.count("conversations.replies") == 6
    assert [method_of(request) for request in slack.requests].count("conversations.replies") == 6


def test_a_thread_that_is_gone_is_no_trouble(sweep, slack, clock):
    slack.person_says("Anyone?", thread_ts=thread_of(slack, clock))
    slack.script_for["conversations.replies"] = [says("thread_not_found")]
    later(clock, sweep, seconds=60)

    assert the_rule().trouble == ""


def test_a_thread_that_could_not_be_read_is_read_again(sweep, slack, clock):
    slack.person_says("Only in Frankfurt", thread_ts=thread_of(slack, clock))
    slack.script_for["conversations.replies"] = [says("internal_error")]
    assert later(clock, sweep, seconds=60) == 0
    assert the_rule().trouble != ""

    assert later(clock, sweep, seconds=60) == 1
    assert the_rule().trouble == ""


def test_an_answer_of_just_now_is_left_to_slack_and_found_the_next_time(sweep, slack, clock):
    root = thread_of(slack, clock)
    clock.forward(seconds=60)
    slack.person_says("Only in Frankfurt", thread_ts=root)
    assert later(clock, sweep, seconds=2) == 0

    assert later(clock, sweep, seconds=60) == 1


def test_a_thread_where_only_we_answered_costs_no_question(sweep, slack, clock):
    root = thread_of(slack, clock)
    slack.person_says("Paging primary", thread_ts=root, user=OUR_MEMBER, bot_id=OUR_BOT)
    later(clock, sweep, seconds=60)

    assert "conversations.replies" not in [method_of(request) for request in slack.requests]


def test_a_thread_that_cannot_be_read_keeps_no_other_from_it(sweep, slack, clock):
    for place in ("Berlin", "Frankfurt"):
        slack.person_says(f"Only in {place}", thread_ts=thread_of(slack, clock))
    slack.script_for["conversations.replies"] = [says("internal_error")]

    assert later(clock, sweep, seconds=60) == 1
    assert the_rule().trouble != ""
    assert later(clock, sweep, seconds=60) == 1
    assert the_rule().trouble == ""


def test_while_slack_wants_to_be_left_alone_threads_wait_for_their_turn(sweep, slack, clock):
    slack.person_says("Only in Frankfurt", thread_ts=thread_of(slack, clock))
    slack.script_for["conversations.replies"] = [server.rate_limited(600)] * 2
    assert later(clock, sweep, seconds=60) == 0
    slack.person_says("Hello")
    clock.forward(minutes=10)
    later(clock, sweep, minutes=10)

    assert any("Only in Frankfurt" in line for line in lines())


def test_an_older_answer_that_turns_up_late_is_found(sweep, slack, clock):
    """Slack's messages may become readable a little out of order."""
    root = thread_of(slack, clock)
    clock.forward(seconds=30)
    hidden = slack.stamp()
    slack.person_says("Second", thread_ts=root)
    later(clock, sweep, seconds=60)
    slack.person_says("First", thread_ts=root, ts=hidden)

    assert later(clock, sweep, seconds=60) == 1
    assert any("First" in line for line in lines())


def test_a_message_of_just_now_does_not_move_what_is_read_next(sweep, slack, clock):
    clock.forward(seconds=60)
    first = slack.person_says("Uploads are failing")
    clock.forward(seconds=20)
    slack.person_says("Lunch?")
    later(clock, sweep, seconds=1)

    assert the_rule().swept_ts == first["event"]["ts"]
