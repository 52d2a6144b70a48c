"""Sam writes once. Slack tells of it over and over, in every way there is: one page goes out."""

import threading

import pytest

from config import Config
from incident.delivery import envelopes
from incident.delivery.sweep import Sweep
from incident.integrations.slack.envelopes import Envelope
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.fakes.slack_events import a_change_event, a_deletion_event

SAYS = "<@U0DESK> uploads are failing"


@pytest.fixture
def slack(clock):
    with FakeSlack(clock=clock) as fake:
        yield fake


@pytest.fixture
def sweep(slack, clock):
    config = Config(slack_api_url=slack.api_url, slack_bot_token=A_TOKEN)
    return Sweep(config, clock=clock, rest=lambda seconds: clock.forward(seconds=seconds))


def over_a_socket(event, clock):
    return envelopes.take(Envelope("1", "events_api", event), at=clock())


def mention_of(event):
    return {**event, "event_id": "Ev0MENTION", "event": {**event["event"], "type": "app_mention"}}


def test_over_both_transports_as_a_mention_by_the_sweep_and_after_an_edit(
    desk, slack, sweep, clock
):
    sam, event = desk(), slack.person_says(SAYS)
    ts = event["event"]["ts"]

    assert sam.send(event) == 200
    over_a_socket(event, clock)
    assert sam.send(mention_of(event), **{"X-Slack-Retry-Num": "1"}) == 200
    sam.wait(seconds=10)
    sweep.turn()
    assert sam.send(a_change_event(f"{SAYS}!", before=SAYS, ts=ts)) == 200
    assert sam.send(a_deletion_event(f"{SAYS}!", ts=ts)) == 200
    sam.wait(minutes=5)
    sweep.turn()

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.pages() == [("primary", "promised", 1)]
    assert sam.states() == ["opened", "ignored", "noted", "noted"]


def test_by_the_sweep_and_by_slack_in_the_same_moment(desk, slack, sweep, clock):
    sam, event = desk(), slack.person_says(SAYS)
    clock.forward(seconds=10)
    ways = [
        sweep.turn,
        lambda: over_a_socket(event, clock),
        lambda: sam.send(event),
        lambda: sam.send(mention_of(event)),
    ]

    at_once(ways)
    sam.wait(minutes=5)

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.pages() == [("primary", "promised", 1)]


def test_the_edit_before_the_message_and_the_deletion_before_both(desk, slack, clock):
    sam, event = desk(), slack.person_says(SAYS)
    ts = event["event"]["ts"]

    sam.send(a_deletion_event(SAYS, ts=ts))
    sam.send(a_change_event(f"{SAYS}!", before=SAYS, ts=ts))
    sam.send(event)
    sam.wait(seconds=30)

    assert sam.states() == ["ignored", "opened", "ignored"]
    assert sam.pages() == [("primary", "promised", 1)]


def test_nothing_is_asked_of_anybody_before_slack_is_answered(desk, slack, monkeypatch):
    sam = desk()
    monkeypatch.setattr("socket.socket.connect", _no_network)

    assert sam.send(slack.person_says(SAYS)) == 200

    assert sam.states() == ["opened"]


def test_weeks_without_a_worker_are_one_incident_that_asks(desk, slack, sweep, clock):
    sam = desk(swept_ts=f"{clock().timestamp():.6f}")
    slack.person_says("Uploads are failing")
    clock.forward(days=3)
    slack.person_says("Is nobody there?")
    clock.forward(days=18)

    sweep.turn()
    sam.wait(minutes=5)

    assert sam.incidents() == ["INC-1 triage"]
    assert sam.states() == ["opened", "joined"]
    assert sam.pages() == []
    assert "NOBODY WAS PAGED" in sam.receipt().settings["text"]


def at_once(deeds):
    start = threading.Barrier(len(deeds))

    def do(deed):
        start.wait()
        deed()

    doers = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for doer in doers:
        doer.start()
    for doer in doers:
        doer.join(20)


def _no_network(*_args):
    raise AssertionError("the network was asked for something")
