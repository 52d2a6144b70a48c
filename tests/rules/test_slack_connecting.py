"""What may be typed where Slack is connected, and how Slack is heard."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.rules import slack_connecting as rules
from incident.rules import slack_manifest
from incident.rules.slack_connecting import HTTP, SOCKET, Workspace
from tests.conftest import START

EVERY_SCOPE = [scope.name for scope in slack_manifest.SCOPES]


@pytest.mark.parametrize(
    ("chosen", "secure", "has_app_token", "way"),
    [
        ({}, False, False, SOCKET),
        ({}, True, False, HTTP),
        ({}, True, True, SOCKET),
        ({"transport": HTTP}, False, True, HTTP),
        ({"transport": SOCKET}, True, False, SOCKET),
        ({"transport": "pigeons"}, True, False, HTTP),
    ],
)
def test_what_was_chosen_counts_else_what_can_work(chosen, secure, has_app_token, way):
    assert rules.transport(chosen, secure=secure, has_app_token=has_app_token) == way


def test_another_workspace_is_told_by_name():
    found = Workspace("T0NEW", "Newcomers")

    assert rules.workspace_problem(found, {}) == ""
    assert rules.workspace_problem(found, {"team": "T0NEW"}) == ""
    assert "of the workspace Newcomers" in rules.workspace_problem(
        found, {"team": "T0OLD", "name": "Old hands"}
    )


def test_only_what_is_grave_keeps_a_token_out():
    assert rules.scopes_problem(EVERY_SCOPE) == ""
    assert rules.scopes_problem([]) == ""
    assert rules.scopes_problem([one for one in EVERY_SCOPE if one != "commands"]) == ""
    assert "chat:write (posting" in rules.scopes_problem(["channels:history"])


def test_a_secret_is_one_more_of_two():
    assert rules.secret_problem("a" * 32) == ""
    assert rules.secret_problem("a" * 32, ["a" * 32]) == "This one is kept already."
    assert "Drop the old one first" in rules.secret_problem("a" * 32, ["b" * 32, "c" * 32])


def test_a_slack_that_was_heard_today_needs_no_word():
    yesterday = START - timedelta(hours=25)

    assert rules.heard_sentence(START, START, by_socket=True) == ""
    assert "more than a day" in rules.heard_sentence(yesterday, START, by_socket=True)
    assert "Event Subscriptions" in rules.heard_sentence(None, START, by_socket=False)
    assert "A worker holds the socket" in rules.heard_sentence(None, START, by_socket=True)
    assert "Write anything in #help" in rules.heard_sentence(
        None, START, by_socket=True, channel="#help"
    )


def test_who_was_never_called_over_https_has_slack_verify_the_address():
    said = rules.heard_sentence(None, START, by_socket=False)

    assert "press Retry beside the Request URL until it says Verified" in said
    assert "Retry" not in rules.heard_sentence(None, START, by_socket=True)


@pytest.mark.parametrize("which", ["", "#exec", "exec-team", "C024BE91L", "günther"])
def test_a_channel_is_named_or_numbered(which):
    assert rules.channel_problem(which) == ""


@pytest.mark.parametrize("which", ["two words", "<!channel>", "@ana", "x" * 90])
def test_anything_else_is_no_channel(which):
    assert "such as #executives" in rules.channel_problem(which)


def test_an_empty_channel_is_shared_by_nobody():
    assert rules.audience_problems({"executives": "", "customers": ""}) == {}
    assert list(rules.audience_problems({"executives": "C1", "customers": "C1"})) == ["customers"]


def test_many_names_become_a_few_and_a_count():
    assert rules.names(["Ana", "Tom"]) == "Ana, Tom"
    assert rules.names(["Ana", "Ben", "Tom"], most=2) == "Ana, Ben and 1 more"


@given(st.text(max_size=60))
def test_whatever_is_pasted_is_taken_or_explained_in_a_sentence(text):
    problems = (
        rules.bot_token_problem(text),
        rules.app_token_problem(text),
        rules.secret_problem(text),
        rules.channel_problem(text),
        rules.prefix_problem(text),
    )

    assert all(not problem or problem.endswith(".") for problem in problems)
