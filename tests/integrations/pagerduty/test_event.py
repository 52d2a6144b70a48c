import json

import pytest

from incident.integrations.pagerduty.event import event_for, key_for
from tests.fakes.pagerduty import problems_of
from tests.integrations.pagerduty.messages import A_ROUTING_KEY, a_message


def problems(event):
    return problems_of({**event, "routing_key": A_ROUTING_KEY}, size=len(json.dumps(event)))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("sev1", "critical"),
        ("sev2", "error"),
        ("sev3", "warning"),
        ("sev4", "info"),
        ("unset", "critical"),
        (None, "critical"),
        ("sev9", "critical"),
    ],
)
def test_what_nobody_has_judged_yet_is_paged_as_the_worst(ours, theirs):
    event = event_for(a_message(settings={"severity": ours}))

    assert event["payload"]["severity"] == theirs


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("sev1", "critical"), ("unset", "critical"), ("sev2", "warning"), ("sev4", "info")],
)
def test_a_low_urgency_does_not_ring_unless_it_may_be_the_worst(ours, theirs):
    event = event_for(a_message(settings={"severity": ours, "urgency": "low"}))

    assert event["payload"]["severity"] == theirs


def test_a_long_subject_is_cut_between_two_characters():
    event = event_for(a_message(subject="🔥" * 2000))

    assert event["payload"]["summary"] == "🔥" * 1024


def test_a_page_without_a_subject_still_says_something():
    event = event_for(a_message(subject=" "))

    assert event["payload"]["summary"] == "Somebody is needed: primary"
    assert problems(event) == []


def test_a_page_without_a_link_has_none():
    event = event_for(a_message(settings={}))

    assert "links" not in event
    assert "client_url" not in event


def test_a_drill_cannot_be_mistaken():
    event = event_for(a_message(drill=True))

    assert event["payload"]["summary"].startswith("DRILL [SEV2] INC-42")
    assert event["payload"]["custom_details"]["drill"] is True


def test_a_drill_that_says_so_already_does_not_say_it_twice():
    event = event_for(a_message(drill=True, subject="[DRILL] INC-42 Uploads fail"))

    assert event["payload"]["summary"] == "[DRILL] INC-42 Uploads fail"


def test_an_acknowledgement_carries_the_key_and_nothing_else():
    event = event_for(a_message(action="acknowledge"))

    assert event == {"event_action": "acknowledge", "dedup_key": "ic/0a1b2c3d/42/step-3/g1"}


def test_a_first_report_of_a_megabyte_is_shortened_to_fit():
    settings = {"details": {"first_report": "👾" * 1_000_000, "said_by": "Sam"}}

    event = event_for(a_message(settings=settings))

    assert len(json.dumps(event)) <= 400_000
    assert event["payload"]["custom_details"]["first_report"].startswith("👾👾👾")
    assert event["payload"]["custom_details"]["said_by"] == "Sam"
    assert problems(event) == []


def test_nested_details_are_shortened_too():
    settings = {"details": {"steps": [{"text": "x" * 1000}] * 1000}}

    event = event_for(a_message(settings=settings))

    assert len(json.dumps(event)) <= 400_000


def test_details_beyond_shortening_leave_the_intent():
    settings = {"details": {f"label {number}": "x" * 100 for number in range(10_000)}}

    event = event_for(a_message(settings=settings))

    details = event["payload"]["custom_details"]
    assert details["intent"] == "ic/0a1b2c3d/42/step-3/g1/trigger"
    assert details["details"] == "too long for PagerDuty, left out"


def test_nobody_can_forge_the_intent():
    event = event_for(a_message(settings={"details": {"intent": "another"}}))

    intent = event["payload"]["custom_details"]["intent"]
    assert intent == "ic/0a1b2c3d/42/step-3/g1/trigger"


def test_a_key_within_the_limits_is_kept():
    assert key_for("ic/0a1b2c3d/42/step-3/g1") == "ic/0a1b2c3d/42/step-3/g1"


@pytest.mark.parametrize("key", ["k" * 256, "ic/é/42", "ic/\ud800/1"])
def test_a_key_beyond_the_limits_becomes_one_that_stays_the_same(key):
    short = key_for(key)

    assert short == key_for(key)
    assert short.isascii()
    assert len(short) <= 255


def test_two_long_keys_stay_two():
    assert key_for("k" * 256 + "1") != key_for("k" * 256 + "2")
