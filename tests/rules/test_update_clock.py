"""When news is owed, by whom, and who is asked when it does not come."""

from datetime import timedelta

import pytest

from incident.rules import update_clock as rules
from tests.conftest import START


@pytest.mark.parametrize(
    ("severity", "first", "every"), [("sev1", 10, 20), ("sev2", 15, 30), ("sev3", 30, 120)]
)
def test_the_worse_it_is_the_sooner_and_the_oftener_news_is_owed(severity, first, every):
    first_due = rules.first_due(severity, START)
    next_due = rules.next_due(status="identified", severity=severity, at=START)

    assert first_due == START + timedelta(minutes=first)
    assert next_due == START + timedelta(minutes=every)


def test_nothing_is_owed_for_a_sev4_unless_it_was_promised():
    usual = rules.next_due(status="investigating", severity="sev4", at=START)
    promised = rules.next_due(status="investigating", severity="sev4", at=START, minutes=60)

    assert not rules.begins(status="investigating", severity="sev4")
    assert (usual, promised) == (None, START + timedelta(hours=1))


def test_nobody_waits_for_news_before_it_is_taken_up_nor_after_it_is_over():
    assert not rules.begins(status="triage", severity="sev1")
    assert not rules.begins(status="resolved", severity="sev1")
    assert rules.next_due(status="resolved", severity="sev1", at=START, minutes=10) is None


def test_a_promise_goes_before_the_rhythm_and_reaches_a_day_at_most():
    soon = rules.next_due(status="mitigated", severity="sev3", at=START, minutes=15)
    never = rules.next_due(status="mitigated", severity="sev3", at=START, minutes=99_999)

    assert soon == START + timedelta(minutes=15)
    assert never == START + timedelta(days=1)


@pytest.mark.parametrize("minutes", [0, -1, 1441])
def test_a_promise_that_nobody_can_keep_is_refused(minutes):
    assert rules.minutes_problem(minutes) == "A whole number of minutes, from 1 to 1440."


def test_whoever_speaks_owes_it_and_else_whoever_commands():
    assert rules.owes({"commander": "Tom", "comms": "Maya", "expert": "Sam"}) == "comms"
    assert rules.owes({"commander": "Tom", "scribe": "Sam"}) == "commander"
    assert rules.owes({"expert": "Sam"}) == "everybody"


def test_the_next_role_of_somebody_else_is_asked_and_then_everybody():
    held = {"comms": "Maya", "commander": "Maya", "scribe": "Sam"}

    assert rules.asked_next("comms", held, turn=1) == "scribe"
    assert rules.asked_next("scribe", held, turn=2) == "everybody"


def test_somebody_alone_is_followed_by_everybody():
    assert rules.asked_next("commander", {"commander": "Maya"}, turn=1) == "everybody"
    assert rules.asked_next("everybody", {}, turn=1) == "everybody"


def test_whoever_owes_it_is_named():
    assert rules.due_words("comms", "Maya") == "An update is due from Maya (comms)"
    assert rules.due_words("everybody", "") == "An update is due from everybody who works on it"


def test_an_overdue_update_says_from_whom_nothing_came_and_who_is_asked():
    silent = rules.asked_words("comms", "Maya")

    told = rules.overdue_words(silent, "commander", "Tom")

    assert told == "THE UPDATE IS OVERDUE: nothing came from Maya, so Tom (commander) is asked"


def test_it_is_said_when_slack_can_call_nobody():
    silent = rules.asked_words("everybody", "")

    told = rules.overdue_words(silent, "everybody", "", reached=False)

    assert "nothing came from anybody, so everybody who works on it is asked." in told
    assert told.endswith("for no account is linked. Tell them yourself")
