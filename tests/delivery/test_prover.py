"""The way a page takes is looked at and tried out, and a crash leaves nothing open."""

from datetime import timedelta

import pytest

from config import Config
from incident.clock import now
from incident.delivery.prover import Prover
from incident.services import connections, proofs, proving
from incident.services.connections import PagerDutyAccess
from incident.storage import proofs as rows
from incident.storage import targets
from incident.storage.db import reading, transaction
from incident.storage.slack_rules import SlackRule
from tests.conftest import ADA, START, a_checklist, connect_target
from tests.fakes import server
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.pagerduty_catalog import A_TOKEN, Turn, Webhook
from tests.fakes.slack import A_TOKEN as SLACK_TOKEN
from tests.fakes.slack import FakeSlack
from tests.trials.processes import wait_until

HTTPS = "https://desk.example.com"
HOOK = f"{HTTPS}/api/triggers/pagerduty"
ACCESS = PagerDutyAccess(token=A_TOKEN)
TEST_KEY = "T" * 32


@pytest.fixture
def pagerduty(clock):
    """All that is asked of it and sent to it is as PagerDuty publishes it."""
    with FakePagerDuty(clock=clock) as fake:
        yield fake
    assert fake.breaches == []


@pytest.fixture
def config(pagerduty):
    return Config(
        pagerduty_api_url=pagerduty.url,
        pagerduty_events_url=pagerduty.url,
        pagerduty_api_token=A_TOKEN,
        base_url="http://127.0.0.1:8000",
    )


@pytest.fixture
def prover(database, config, clock):
    connect_target(service_id="PAPP00", zone="Europe/Berlin")
    with transaction() as session:
        a_checklist(session, "Page them {page=primary}")
    return Prover(config, clock=clock)


def wrong():
    with reading() as session:
        return {f"{p.subject} {p.name}": p for p in rows.every(session) if not p.ok}


def chip(clock):
    with reading() as session:
        return proofs.chip(session, at=clock())


def begin(clock):
    with transaction() as session:
        return proving.ask(session, access=ACCESS, actor=ADA, at=clock()).id


def the_test(number):
    with reading() as session:
        return rows.get_test(session, number)


def actions(pagerduty):
    return [event["event_action"] for event in pagerduty.events]


def test_a_sound_path_is_found_sound_and_who_is_on_call_is_remembered(prover, pagerduty, clock):
    pagerduty.turns[0].end = clock() + timedelta(hours=30)

    prover.turn()

    with reading() as session:
        target = targets.find(session, "primary")
    assert wrong() == {}
    assert target.on_call_at == clock()
    assert [(p["name"], p["phone"], p["zone"]) for p in target.on_call] == [
        ("Maya", "+1 5550100", "Europe/Berlin")
    ]


def test_nobody_on_call_from_later_today_is_red_before_it_happens(prover, pagerduty, clock):
    pagerduty.turns = [Turn("PCORE0", "PMAYA0", end=clock() + timedelta(hours=16))]

    prover.turn()

    assert chip(clock).words == "PAGING DEGRADED"
    assert "The policy Core has nobody on call from 20:00 CEST" in chip(clock).sentence


def test_nobody_on_call_now_is_what_a_page_is_told(prover, pagerduty, clock):
    pagerduty.turns.clear()

    prover.turn()

    with reading() as session:
        trouble = proofs.trouble_with(session, "primary", at=clock())
    assert "has nobody on call now" in trouble


@pytest.mark.parametrize("status", ["disabled", "maintenance"])
def test_a_service_that_takes_no_pages_is_red(prover, pagerduty, status):
    pagerduty.services["PAPP00"].status = status

    prover.turn()

    assert wrong()["target primary service"].data["grave"]


def test_somebody_with_an_address_alone_is_named(prover, pagerduty):
    pagerduty.users["PTOM00"].ways = ["email"]

    prover.turn()

    assert "Tom is on call for primary without" in wrong()["target primary reach"].sentence


def test_a_target_of_a_list_without_a_key_is_red(prover, clock):
    with transaction() as session:
        targets.get(session, "primary").routing_key_id = None
    connect_target("other", service_id="PAPP00")

    prover.turn()

    assert "primary has no routing key" in chip(clock).sentence


def test_a_token_not_taken_any_more_is_red_and_what_was_known_stays(prover, pagerduty, clock):
    prover.turn()
    pagerduty.always = server.status(401)
    clock.forward(minutes=10)

    prover.turn()

    assert "does not take the REST token any more (401)" in chip(clock).sentence
    with reading() as session:
        assert targets.find(session, "primary").on_call


def test_a_pagerduty_that_is_silent_changes_nothing_that_was_known(prover, pagerduty, clock):
    pagerduty.turns.clear()
    prover.turn()
    pagerduty.always = server.status(503)
    clock.forward(minutes=10)

    prover.turn()

    assert set(wrong()) == {"target primary on_call", "pagerduty token"}


def test_it_looks_every_ten_minutes(prover, pagerduty, clock):
    assert prover.turn()
    asked = len(pagerduty.requests)

    clock.forward(minutes=9)
    assert not prover.turn()
    clock.forward(minutes=1)
    assert prover.turn()

    assert len(pagerduty.requests) == 2 * asked


def test_of_two_processes_one_looks(prover, config, pagerduty, clock):
    prover.turn()
    clock.forward(minutes=10)
    with transaction() as session:
        proofs.take_turn(session, owner="somebody else", at=clock())
    asked = len(pagerduty.requests)

    assert not prover.turn()

    assert len(pagerduty.requests) == asked


def test_a_webhook_that_was_switched_off_is_switched_on_once(prover, pagerduty, config, clock):
    prover._config = config.model_copy(update={"base_url": HTTPS})
    pagerduty.webhooks["PW1"] = Webhook("PW1", HOOK, "secret", temporarily_disabled=True)
    with transaction() as session:
        settings = {"subscription": "PW1"}
        connections.keep_pagerduty(session, settings=settings, actor=ADA, at=START)

    prover.turn()
    assert "It is on again now" in wrong()["pagerduty webhook"].sentence
    assert not pagerduty.webhooks["PW1"].temporarily_disabled

    clock.forward(minutes=10)
    prover.turn()
    assert "pagerduty webhook" not in wrong()

    pagerduty.webhooks["PW1"].temporarily_disabled = True
    clock.forward(minutes=10)
    prover.turn()
    assert "twice within a day" in wrong()["pagerduty webhook"].sentence
    assert pagerduty.webhooks["PW1"].temporarily_disabled


@pytest.mark.parametrize(
    ("url", "words"), [(None, "is gone from PagerDuty"), ("https://old.example.com/x", "Make the")]
)
def test_a_webhook_that_does_not_lead_here_is_told(prover, pagerduty, config, url, words):
    prover._config = config.model_copy(update={"base_url": HTTPS})
    if url:
        pagerduty.webhooks["PW1"] = Webhook("PW1", url, "secret")
    with transaction() as session:
        settings = {"subscription": "PW1"}
        connections.keep_pagerduty(session, settings=settings, actor=ADA, at=START)

    prover.turn()

    assert words in wrong()["pagerduty webhook"].sentence


def test_a_test_event_goes_there_comes_back_and_is_resolved(prover, pagerduty, clock):
    connect_target("tests", TEST_KEY, proving=True)
    prover.turn()
    number = begin(clock)

    for _ in range(4):
        prover.turn()

    test = the_test(number)
    assert (test.state, test.heard_by, test.settled_at) == ("resolved", "poll", clock())
    assert actions(pagerduty) == ["trigger", "resolve"]
    assert {event["routing_key"] for event in pagerduty.events} == {TEST_KEY}
    assert [alert.state for alert in pagerduty.alerts] == ["resolved"]
    assert chip(clock).tone == "well"


def test_a_test_is_sent_every_day_without_anybody_asking(prover, pagerduty, clock):
    connect_target("tests", TEST_KEY, proving=True)

    for _ in range(3):
        prover.turn()

    assert actions(pagerduty) == ["trigger"]


def test_what_does_not_come_back_within_a_minute_is_red_and_resolved(prover, pagerduty, clock):
    pagerduty.faults["/incidents"] = server.status(200, b'{"incidents": []}')
    connect_target("tests", TEST_KEY, proving=True)
    prover.turn()
    number = begin(clock)

    for _ in range(25):
        prover.turn()
        clock.forward(seconds=5)

    test = the_test(number)
    assert (test.state, test.settled_at is not None) == ("failed", True)
    assert "nothing came back within 60 s" in chip(clock).sentence
    assert actions(pagerduty) == ["trigger", "resolve"]


def test_a_key_that_is_refused_fails_at_once_and_opens_nothing(prover, pagerduty, clock):
    connect_target("tests", TEST_KEY, proving=True)
    prover.turn()
    pagerduty.script.append(server.status(400))

    number = begin(clock)
    prover.turn()

    assert (the_test(number).state, the_test(number).settled_at) == ("failed", clock())
    assert "The test event was not taken" in chip(clock).sentence


def test_a_bad_moment_is_tried_again_for_a_minute(prover, pagerduty, clock):
    connect_target("tests", TEST_KEY, proving=True)
    prover.turn()
    pagerduty.script += [server.status(500), server.status(500)]
    number = begin(clock)

    for _ in range(6):
        prover.turn()
        clock.forward(seconds=3)

    assert the_test(number).state == "resolved"
    assert len(pagerduty.alerts) == 1


def test_another_process_goes_on_with_what_a_crash_left_open(prover, config, pagerduty, clock):
    connect_target("tests", TEST_KEY, proving=True)
    prover.turn()
    number = begin(clock)
    prover.turn()
    assert [alert.state for alert in pagerduty.alerts] == ["triggered"]

    clock.forward(minutes=2)
    another = Prover(config, clock=clock)
    for _ in range(3):
        another.turn()
        clock.forward(seconds=30)

    assert [alert.state for alert in pagerduty.alerts] == ["resolved"]
    assert the_test(number).settled_at is not None


def test_a_webhook_is_given_a_head_start_before_we_ask(prover, pagerduty, config, clock):
    connect_target("tests", TEST_KEY, proving=True)
    secret = {"base_url": HTTPS, "pagerduty_webhook_secrets": "secret"}
    prover = Prover(config.model_copy(update=secret), clock=clock)
    prover.turn()
    number = begin(clock)

    for _ in range(4):
        prover.turn()
        clock.forward(seconds=4)
    assert the_test(number).state == "accepted"

    with transaction() as session:
        proofs.heard(session, rows.get_test(session, number, lock=True), None, at=clock())
    prover.turn()
    assert (the_test(number).state, the_test(number).heard_by) == ("resolved", "webhook")


def test_a_thread_of_its_own_carries_a_test_through_and_leaves_its_turn(database, config):
    connect_target("tests", TEST_KEY, proving=True)
    prover = Prover(config, clock=now)
    number = begin(now)

    prover.start()
    wait_until(lambda: the_test(number).settled_at is not None, "the proof")
    prover.stop()
    prover.join()

    assert the_test(number).state == "resolved"
    with transaction() as session:
        assert proofs.take_turn(session, owner="the next one", at=now())


def test_slack_is_asked_for_token_scopes_and_membership(database, config, clock):
    with FakeSlack(clock=clock) as slack:
        given = {"slack_bot_token": SLACK_TOKEN, "slack_signing_secrets": "secret"}
        settings = {"slack_api_url": slack.api_url, **given}
        prover = Prover(config.model_copy(update=settings), clock=clock)
        with transaction() as session:
            session.add(a_rule("C0EMERGENCY", armed=True))
        prover.turn()
        assert [key for key in wrong() if key.startswith("slack")] == []

        slack.scopes.remove("chat:write")
        slack.channels["C0EMERGENCY"].joined = False
        clock.forward(minutes=10)
        prover.turn()

    assert "lacks chat:write" in wrong()["slack scopes"].sentence
    outside = wrong()["slack channel C0EMERGENCY"]
    assert "The app is not in #emergency" in outside.sentence
    assert outside.data["grave"]


def test_a_slack_token_that_is_not_taken_is_red_where_a_cord_hangs_on_it(database, config, clock):
    with FakeSlack(clock=clock) as slack:
        settings = {"slack_api_url": slack.api_url, "slack_bot_token": "xoxb-old"}
        prover = Prover(config.model_copy(update=settings), clock=clock)
        with transaction() as session:
            session.add(a_rule("C0EMERGENCY", armed=True))
        prover.turn()

    assert "Slack does not know SLACK_BOT_TOKEN" in wrong()["slack token"].sentence
    assert wrong()["slack token"].data["grave"]


def test_a_cord_that_slack_cannot_pull_is_red(database, config, clock):
    with transaction() as session:
        session.add(a_rule("C0EMERGENCY", armed=True))

    Prover(config, clock=clock).turn()

    assert "A cry for help in Slack is not heard" in wrong()["slack hearing"].sentence
    assert wrong()["slack hearing"].data["grave"]
    assert "there is no bot token" in wrong()["slack token"].sentence
    assert not wrong()["slack token"].data["grave"]


def test_where_no_channel_has_a_rule_nothing_of_slack_is_missing(database, config, clock):
    Prover(config, clock=clock).turn()

    assert [name for name in wrong() if name.startswith("slack")] == []


def test_what_the_app_need_not_be_allowed_is_kept_and_no_trouble(database, config, clock):
    with FakeSlack(clock=clock) as slack:
        slack.scopes.remove("pins:write")
        given = {"slack_bot_token": SLACK_TOKEN, "slack_signing_secrets": "secret"}
        settings = {"slack_api_url": slack.api_url, **given}
        Prover(config.model_copy(update=settings), clock=clock).turn()

    with reading() as session:
        assert rows.find(session, "slack", "scopes").ok
        assert "pins:write" in rows.find(session, "slack", "scopes").data["optional"]


def test_a_dry_run_that_is_not_heard_is_told_and_not_red(database, config, clock):
    with FakeSlack(clock=clock) as slack:
        slack.channels["C0EMERGENCY"].joined = False
        settings = {"slack_api_url": slack.api_url, "slack_bot_token": SLACK_TOKEN}
        with transaction() as session:
            session.add(a_rule("C0EMERGENCY", armed=False))
        Prover(config.model_copy(update=settings), clock=clock).turn()

    assert not wrong()["slack hearing"].data["grave"]
    assert "/invite @incident-desk" in wrong()["slack channel C0EMERGENCY"].sentence
    assert not wrong()["slack channel C0EMERGENCY"].data["grave"]


def a_rule(channel, *, armed):
    return SlackRule(
        channel=channel,
        channel_name="#emergency",
        target="primary",
        armed=armed,
        created_at=START,
        updated_at=START,
    )
