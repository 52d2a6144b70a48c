"""One report, worded for those who work on it, those who lead, and those who pay."""

from dataclasses import replace
from datetime import timedelta

import pytest

from incident.rules import wordings as rules
from incident.rules.wordings import Report
from tests.conftest import START

REPORT = Report(
    key="INC-42",
    title="Uploads are failing",
    severity="sev1",
    status="identified",
    conditions="A third of all uploads fail.",
    actions="We take the new storage out.",
    needs="Somebody who knows the CDN.",
    next_at=START + timedelta(minutes=20),
    at=START,
)


def test_responders_read_conditions_actions_and_needs():
    assert rules.wording(REPORT, "responders").splitlines() == [
        "INC-42 (SEV1, identified): Uploads are failing",
        "Conditions: A third of all uploads fail.",
        "Actions: We take the new storage out.",
        "Needs: Somebody who knows the CDN.",
        "Next update by 02:20 UTC.",
    ]


def test_responders_read_what_is_still_in_effect():
    said = rules.wording(replace(REPORT, effects=("Uploads are paused",)), "responders")

    assert "Still in effect: Uploads are paused" in said


def test_what_is_not_known_is_said_to_be_nothing():
    said = rules.wording(replace(REPORT, actions="", needs=""), "responders")

    assert "Actions: none yet" in said
    assert "Needs: nothing" in said


def test_executives_are_not_asked_for_what_is_needed():
    said = rules.wording(REPORT, "executives")

    assert "What is being done: We take the new storage out." in said
    assert "CDN" not in said


def test_customers_read_neither_keys_nor_causes_nor_who_works_on_it():
    assert rules.wording(REPORT, "customers").splitlines() == [
        "We know what causes a problem and are working on it.",
        "A third of all uploads fail.",
        "We will say more by 02:20 UTC.",
    ]


@pytest.mark.parametrize(
    ("status", "opening"),
    [
        ("investigating", "We know of a problem and are working on it."),
        ("mitigated", "A problem is under control, and we are watching it."),
        ("resolved", "This is resolved."),
    ],
)
def test_customers_read_how_far_it_is(status, opening):
    said = rules.wording(replace(REPORT, status=status), "customers")

    assert said.startswith(opening)


def test_the_next_update_is_told_in_the_zone_of_the_incident():
    said = rules.wording(replace(REPORT, zone="America/New_York"), "executives")

    assert "Next update by 22:20 EDT." in said


def test_a_promise_for_tomorrow_has_its_date():
    said = rules.wording(replace(REPORT, next_at=START + timedelta(hours=23)), "executives")

    assert "Next update by 11 Jul 01:00 UTC." in said


def test_no_more_is_promised_when_it_is_over():
    said = rules.wording(replace(REPORT, status="resolved", next_at=None), "customers")

    assert said == "This is resolved.\nA third of all uploads fail."


@pytest.mark.parametrize("audience", rules.AUDIENCES)
def test_a_drill_says_so_first_to_everybody(audience):
    assert rules.wording(replace(REPORT, drill=True), audience).startswith("DRILL ")


def test_the_timeline_keeps_the_whole_report():
    told = rules.line(replace(REPORT, actions="We take the new storage out", needs=""), "Maya")

    assert told.splitlines() == [
        "Update from Maya: A third of all uploads fail.",
        "Actions: We take the new storage out.",
        "Next update by 02:20 UTC.",
    ]


def test_an_update_without_conditions_is_none():
    assert rules.problem("  \n") == "Say what is known: what do users see?"
    assert rules.problem("Uploads fail") == ""
