"""Slack over sockets: nothing is acknowledged before it is kept, and a lost socket is replaced."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from config import Config
from incident.delivery import slack_access
from incident.delivery.envelopes import take
from incident.delivery.sockets import Sockets
from incident.integrations.slack.envelopes import WRONG
from incident.services import connections
from incident.storage import incidents, proofs
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from tests.conftest import ADA, START, connect_target
from tests.fakes.server import rate_limited
from tests.fakes.slack import AN_APP_TOKEN, FakeSlack
from tests.fakes.slack_events import a_message_event
from tests.fakes.slack_sockets import FakeSockets
from tests.slack.conftest import a_rule
from tests.trials.processes import wait_until

BOTH = 2


class Steady:
    """Seconds that pass when told."""

    def __init__(self):
        self.seconds = 1_000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def fake():
    with FakeSockets() as sockets:
        yield sockets


@pytest.fixture
def slack(fake):
    with FakeSlack() as made:
        made.socket_url = fake.url
        yield made


@pytest.fixture
def steady():
    return Steady()


@pytest.fixture
def taken():
    return []


@pytest.fixture
def ears(database, slack, clock, steady, taken, monkeypatch):
    """Sockets whose rounds a test makes itself."""
    monkeypatch.setattr(slack_access, "GOOD_FOR", 0)

    def note(envelope, *, at):
        taken.append(envelope.id)
        return take(envelope, at=at)

    config = Config(slack_api_url=slack.api_url, slack_app_token=AN_APP_TOKEN)
    made = Sockets(config, clock=clock, steady=steady, take=note)
    yield made
    made.stop()
    made.end()


def rounds_until(ears, how_many):
    wait_until(lambda: ears.turn() == how_many, f"{how_many} sockets")


def a_cry(text="Uploads are failing", **fields):
    return a_message_event(text, **fields)


def kept():
    with reading() as session:
        return session.scalar(select(func.count(Signal.id)))


def opened():
    with reading() as session:
        return [row.title for row in incidents.newest(session)]


def told():
    with reading() as session:
        row = proofs.find(session, "slack", "socket")
        return row and (row.ok, row.sentence, row.data["grave"])


def test_two_sockets_are_opened_and_no_more(ears, fake, slack):
    rounds_until(ears, BOTH)
    ears.turn()

    assert (len(fake.open), fake.opened) == (2, 2)
    assert {r.headers["Authorization"] for r in slack.requests} == {f"Bearer {AN_APP_TOKEN}"}


def test_a_cry_over_a_socket_is_acknowledged_when_it_is_kept(ears, fake):
    connect_target("primary")
    a_rule()
    rounds_until(ears, BOTH)

    id = fake.send("events_api", a_cry(), over=1)

    assert fake.wait_for_answer(id) == {"envelope_id": id}
    assert (kept(), opened()) == (1, ["Uploads are failing"])


def test_the_same_cry_over_both_sockets_has_one_effect(ears, fake):
    connect_target("primary")
    a_rule()
    rounds_until(ears, BOTH)
    cry = a_cry()

    ids = [fake.send("events_api", cry, over=over, id=f"e-{over}") for over in (0, 1)]
    answers = [fake.wait_for_answer(id) for id in ids]

    assert answers == [{"envelope_id": "e-0"}, {"envelope_id": "e-1"}]
    assert (kept(), opened()) == (1, ["Uploads are failing"])


def test_while_the_database_is_away_nothing_is_acknowledged(
    database, slack, fake, clock, steady, monkeypatch
):
    connect_target("primary")
    a_rule()
    away, tries = threading.Event(), []

    def flaky(envelope, *, at):
        tries.append(envelope.id)
        if away.is_set():
            raise OperationalError("insert", {}, OSError("away"))
        return take(envelope, at=at)

    config = Config(slack_api_url=slack.api_url, slack_app_token=AN_APP_TOKEN)
    ears = Sockets(config, clock=clock, steady=steady, take=flaky)
    rounds_until(ears, BOTH)
    away.set()
    fake.send("events_api", a_cry(), id="e-1")
    wait_until(lambda: tries == ["e-1"], "the first try")
    before = (dict(fake.acknowledged), kept())

    away.clear()
    fake.send_again(over=1)
    fake.wait_for_answer("e-1")
    ears.stop()
    ears.end()

    assert before == ({}, 0)
    assert (fake.deliveries, opened()) == ([("e-1", 0), ("e-1", 1)], ["Uploads are failing"])


def test_a_bug_over_one_envelope_leaves_the_socket_listening(ears, fake, taken):
    rounds_until(ears, BOTH)

    fake.say("not json")
    fake.say('{"type": "events_api"}')
    fake.say("[1]")
    id = fake.send("something_new", {"a": 1})

    assert fake.wait_for_answer(id) == {"envelope_id": id}
    assert taken == [id]


def test_a_new_socket_stands_before_the_old_one_goes(ears, fake, steady):
    rounds_until(ears, BOTH)
    steady.seconds += 31
    fewest = []

    fake.say_goodbye("refresh_requested", over=0)
    wait_until(lambda: ears.turn() and fewest.append(len(fake.open)) or fake.opened == 3, "relief")
    wait_until(lambda: ears.turn() == 2 and len(fake.open) == 2, "two sockets again")

    assert (min(fewest) >= 2, fake.opened) == (True, 3)


def test_what_an_old_socket_left_unanswered_is_taken_over_the_new_one(ears, fake, steady):
    rounds_until(ears, BOTH)
    fake.pending["e-9"] = {"envelope_id": "e-9", "type": "events_api", "payload": a_cry()}
    fake.pending["e-9"] |= {"retry_attempt": 0, "accepts_response_payload": False}
    fake.drop(0)
    fake.wait_for(1)
    steady.seconds += 31
    wait_until(lambda: ears.turn() == BOTH and fake.opened == 3, "another socket")

    fake.send_again(over=1)

    assert fake.wait_for_answer("e-9") == {"envelope_id": "e-9"}
    assert kept() == 1


def test_two_sockets_that_lasted_are_replaced_at_once(ears, fake, steady):
    rounds_until(ears, BOTH)
    steady.seconds += 31
    ears.turn()

    fake.drop(1)
    fake.drop(0)
    fake.wait_for(0)
    wait_until(lambda: ears.turn() == BOTH and fake.opened >= 4, "two others")

    assert fake.opened == 4


def test_sockets_that_break_at_once_are_opened_less_and_less_often(ears, fake, slack, steady):
    fake.takes = False
    asked = []

    for wait in (0, 0.9, 0.1, 1.9, 0.1, 3.9, 0.1):
        steady.seconds += wait
        ears.turn()
        asked.append(len(slack.requests))

    assert asked == [2, 2, 4, 4, 6, 6, 8]


def test_slack_may_want_to_be_left_alone_for_longer(ears, slack, steady):
    slack.script += [rate_limited(30), rate_limited(30)]
    ears.turn()

    steady.seconds += 29
    ears.turn()
    before = len(slack.requests)
    steady.seconds += 1
    ears.turn()

    assert (before, len(slack.requests)) == (2, 4)


def test_that_slack_is_not_heard_is_told_with_the_reason_and_since_when(ears, slack, clock):
    connect_target("primary")
    a_rule()
    slack.app_tokens.clear()
    ears.turn()
    assert told() is None

    clock.forward(seconds=11)
    ears.turn()

    ok, sentence, grave = told()
    assert (ok, grave) == (False, True)
    assert sentence == (
        f"Slack's socket has been away since 02:00 UTC: {WRONG}. "
        "A cry for help in Slack is heard late or not at all: telephone."
    )


def test_that_slack_is_heard_again_is_told_too(ears, fake, clock, steady):
    fake.takes = False
    ears.turn()
    clock.forward(seconds=11)
    ears.turn()
    assert told()[0] is False

    fake.takes = True
    steady.seconds += 30
    rounds_until(ears, BOTH)

    assert told() == (True, "", False)


def test_a_process_that_hears_speaks_for_one_that_does_not(ears, fake, slack, clock, steady):
    rounds_until(ears, BOTH)
    deaf = Sockets(
        Config(slack_api_url=slack.api_url, slack_app_token="xapp-wrong"),
        clock=clock,
        steady=steady,
    )
    deaf.turn()
    clock.forward(seconds=15)
    deaf.turn()

    assert told() == (True, "", False)


def test_a_token_typed_later_opens_the_sockets(database, slack, fake, clock, monkeypatch):
    monkeypatch.setattr(slack_access, "GOOD_FOR", 0)
    ears = Sockets(Config(slack_api_url=slack.api_url), clock=clock)
    assert (ears.turn(), slack.requests) == (0, [])

    type_in(AN_APP_TOKEN)
    rounds_until(ears, BOTH)

    type_in("")
    ears.turn()
    fake.wait_for(0)
    assert (ears.turn(), told()) == (0, None)


def type_in(token):
    with transaction() as session:
        connections.keep_slack(session, actor=ADA, at=START, secrets={"app_token": token})


def test_stopping_hangs_up_both(ears, fake):
    rounds_until(ears, BOTH)

    ears.stop()
    ears.end()

    fake.wait_for(0)
    assert ears.hearing == 0


def test_a_command_over_a_socket_is_answered_with_its_acknowledgement(ears, fake):
    rounds_until(ears, BOTH)

    id = fake.send("slash_commands", a_command("help"), takes_answer=True)

    answer = fake.wait_for_answer(id)
    assert answer["payload"]["response_type"] == "ephemeral"
    assert "/inc" in str(answer["payload"])


def a_command(text):
    return {
        "command": "/inc",
        "text": text,
        "user_id": "U0MAYA",
        "user_name": "maya",
        "channel_id": "C0EMERGENCY",
        "team_id": "T0DESK",
        "trigger_id": "1.2.abc",
        "response_url": "https://hooks.slack.com/commands/T0DESK/1/abc",
    }
