"""Every wrong entry is explained where it was made."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from incident.rules import connecting as rules

NOW = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)


@dataclass
class Known:
    proving: bool


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "Paste the token"),
        ("two words", "one word"),
        ("tökèn", "one word"),
        ("R" * 32, "That is a routing key"),
        ("x" * 201, "too long"),
        ("u+aB3dE6gH9jK2mN5pQ8", ""),
    ],
)
def test_a_token_is_looked_at_before_it_is_tried(token, words):
    said = rules.token_problem(token)

    assert words in said
    assert bool(said) == bool(words)


@pytest.mark.parametrize(
    ("sender", "ok"), [("", True), ("maya@example.com", True), ("Maya", False)]
)
def test_a_sender_is_an_address_or_nothing(sender, ok):
    assert (rules.sender_problem(sender) == "") is ok


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:8000", "only this machine can"),
        ("http://localhost:8000", "only this machine can"),
        ("http://desk.example.com", "only https"),
        ("https://desk.example.com", ""),
    ],
)
def test_where_pagerduty_cannot_reach_us_it_is_said_plainly(url, words):
    said = rules.webhook_problem(url)

    assert words in said
    assert bool(said) == bool(words)


def test_the_test_service_is_nobodys_real_one():
    assert "would wake people" in rules.test_service_problem("PAPP00", {"PAPP00": "primary"})
    assert rules.test_service_problem("PPROOF", {"PAPP00": "primary"}) == ""


def test_the_test_service_takes_no_name_of_a_target_that_pages():
    known = {"primary": Known(proving=False), "tests": Known(proving=True)}

    assert "pages people" in rules.proving_name_problem("primary", known)
    assert rules.proving_name_problem("tests", known) == ""
    assert rules.proving_name_problem("other", known) == ""


def stages(state, **known):
    given = {"accepted_at": None, "heard_at": None, "heard_by": "", "settled_at": None} | known
    return [(s.words, s.state) for s in rules.stages(state=state, begun_at=NOW, **given)]


def test_a_test_under_way_shows_what_it_waits_for():
    assert stages("accepted", accepted_at=NOW) == [
        ("Sent", "done"),
        ("Accepted by PagerDuty", "done"),
        ("Heard back", "now"),
        ("Resolved", "later"),
    ]


def test_a_test_that_failed_shows_where_and_is_not_called_resolved():
    assert [state for _, state in stages("failed", accepted_at=NOW, settled_at=NOW)] == [
        "done",
        "done",
        "failed",
        "later",
    ]


def test_a_test_that_came_back_is_done_throughout():
    known = {"accepted_at": NOW, "heard_at": NOW, "heard_by": "poll", "settled_at": NOW}

    assert {state for _, state in stages("resolved", **known)} == {"done"}
