"""Our PagerDuty against what the Events API v2 is known to answer."""

import http.client
import json

import pytest

from tests.fakes import server
from tests.fakes.pagerduty import FakePagerDuty, problems_of

A_KEY = "0123456789abcdef0123456789abcdef"
ANOTHER_KEY = "fedcba9876543210fedcba9876543210"
A_TRIGGER = {
    "routing_key": A_KEY,
    "event_action": "trigger",
    "dedup_key": "uploads",
    "payload": {"summary": "Uploads fail", "source": "web-3", "severity": "critical"},
}


@pytest.fixture
def pagerduty():
    with FakePagerDuty() as fake:
        yield fake


def send(fake, **fields):
    connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=30)
    connection.request("POST", "/v2/enqueue", json.dumps(A_TRIGGER | fields))
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, json.loads(said or "null")


def test_a_trigger_opens_an_alert_and_wakes_somebody(pagerduty):
    status, said = send(pagerduty)

    assert status == 202
    assert said == {"status": "success", "message": "Event processed", "dedup_key": "uploads"}
    assert [alert.state for alert in pagerduty.alerts] == ["triggered"]


@pytest.mark.parametrize("before", ["trigger", "acknowledge"])
def test_a_trigger_for_an_open_alert_is_only_noted(pagerduty, before):
    send(pagerduty)
    send(pagerduty, event_action=before)

    send(pagerduty)

    assert len(pagerduty.alerts) == 1
    assert pagerduty.received[-1].effect.endswith("nobody is woken again")


def test_a_trigger_after_the_resolve_wakes_somebody_again(pagerduty):
    send(pagerduty)
    send(pagerduty, event_action="resolve")

    send(pagerduty)

    assert [alert.state for alert in pagerduty.alerts] == ["resolved", "triggered"]


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_what_is_said_about_no_open_alert_is_taken_and_dropped(pagerduty, action):
    status, _ = send(pagerduty, event_action=action)

    assert status == 202
    assert pagerduty.alerts == []


def test_another_routing_key_cannot_resolve_the_alert(pagerduty):
    send(pagerduty)

    status, _ = send(pagerduty, event_action="resolve", routing_key=ANOTHER_KEY)

    assert status == 202
    assert pagerduty.alerts[0].state == "triggered"


def test_a_trigger_without_a_key_always_opens_another_alert(pagerduty):
    send(pagerduty, dedup_key=None)
    send(pagerduty, dedup_key=None)

    assert len(pagerduty.alerts) == 2


def test_a_bad_event_is_refused_in_pagerdutys_words(pagerduty):
    status, said = send(pagerduty, routing_key="short")

    assert status == 400
    assert said == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": ["Length of 'routing_key' is incorrect (should be 32 characters)"],
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"event_action": "page"},
        {"event_action": None},
        {"routing_key": None},
        {"event_action": "resolve", "dedup_key": None},
        {"dedup_key": "k" * 256},
        {"dedup_key": 7},
        {"client_url": 7},
        {"links": [{"text": "no address"}]},
        {"links": [{"href": "http://["}]},
        {"links": {"href": "https://desk.example"}},
        {"images": [{"src": "http://desk.example/a.png"}]},
        {"payload": None},
        {"payload": A_TRIGGER["payload"] | {"summary": ""}},
        {"payload": A_TRIGGER["payload"] | {"summary": "x" * 1025}},
        {"payload": A_TRIGGER["payload"] | {"severity": "sev1"}},
        {"payload": A_TRIGGER["payload"] | {"source": None}},
        {"payload": A_TRIGGER["payload"] | {"custom_details": "text"}},
        {"payload": A_TRIGGER["payload"] | {"timestamp": "yesterday"}},
        {"payload": A_TRIGGER["payload"] | {"component": 7}},
    ],
)
def test_every_limit_of_an_event_is_kept(fields):
    assert len(problems_of(A_TRIGGER | fields)) == 1


@pytest.mark.parametrize("event", [None, [], "text"])
def test_what_is_no_event_is_refused(event):
    assert problems_of(event) == ["JSON parse error"]


def test_an_event_beyond_512_kilobytes_is_refused():
    assert problems_of(A_TRIGGER, size=512 * 1024) == []
    assert problems_of(A_TRIGGER, size=512 * 1024 + 1) != []


def test_more_events_in_a_minute_than_allowed_are_not_taken():
    with FakePagerDuty(per_minute=1) as pagerduty:
        first, _ = send(pagerduty)
        second, _ = send(pagerduty, dedup_key="downloads")
        elsewhere, _ = send(pagerduty, routing_key=ANOTHER_KEY)

    assert (first, second, elsewhere) == (202, 429, 202)
    assert len(pagerduty.alerts) == 2


def test_it_misbehaves_as_told_and_then_no_more(pagerduty):
    pagerduty.script = [server.status(503), server.rate_limited(5)]

    answers = [send(pagerduty)[0] for _ in range(3)]

    assert answers == [503, 429, 202]
    assert [len(pagerduty.requests), len(pagerduty.alerts)] == [3, 1]


def test_it_misbehaves_until_told_otherwise(pagerduty):
    pagerduty.always = server.status(500)
    assert [send(pagerduty)[0], send(pagerduty)[0]] == [500, 500]

    pagerduty.always = None

    assert send(pagerduty)[0] == 202


def test_an_answer_lost_on_the_way_has_its_effect_all_the_same(pagerduty):
    pagerduty.script = [server.reset(taken=True)]

    with pytest.raises(ConnectionError):
        send(pagerduty)

    assert len(pagerduty.alerts) == 1


def test_a_request_lost_on_the_way_has_none(pagerduty):
    pagerduty.script = [server.close()]

    with pytest.raises(ConnectionError):
        send(pagerduty)

    assert pagerduty.alerts == []


def test_an_answer_may_come_one_byte_at_a_time(pagerduty):
    pagerduty.script = [server.drip(0.0005)]

    status, said = send(pagerduty)

    assert (status, said["status"]) == (202, "success")


def test_no_other_address_is_served(pagerduty):
    connection = http.client.HTTPConnection("127.0.0.1", pagerduty.port, timeout=30)
    connection.request("GET", "/v2/enqueue")

    assert connection.getresponse().status == 404
    connection.close()
