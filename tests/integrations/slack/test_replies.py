"""Answers to one person: what they look like, and where they may be sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from incident.integrations.slack import replies
from incident.rules.dialogs import Reply
from incident.rules.slash import button
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.validators import assert_valid

DESK = "https://desk.example.org"
SLACK = "https://slack.com/api/"


def test_every_incident_is_a_link_and_so_is_an_address():
    answer = replies.answer(Reply("INC-42 is open. <!channel> XINC-7 https://a.b?INC-8"), DESK)

    words = answer["blocks"][0]["text"]["text"]
    assert "<https://desk.example.org/incidents/INC-42|INC-42>" in words
    assert "<https://a.b?INC-8>" in words
    assert words.count("<") == 2
    assert answer["response_type"] == "ephemeral"


def test_without_an_address_of_ours_there_is_no_link():
    answer = replies.answer(Reply("INC-42 is open."), "")

    assert answer["blocks"][0]["text"]["text"] == "INC-42 is open."


def test_a_button_carries_words():
    answer = replies.answer(Reply("Which?", (button("INC-1", "INC-1 status"),)), DESK)

    assert answer["blocks"][1]["elements"][0]["value"] == "INC-1 status"


@given(some.text(max_size=300) | some.just("INC-1 " * 2_000) | some.just("<!here>" * 900))
def test_whatever_it_says_slack_takes_it(words):
    answer = replies.answer(Reply(words), DESK)

    assert_valid(answer["blocks"])


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.slack.com/actions/T1/2/abc",
        "https://hooks.slack.com/commands/T1/2/abc",
        "https://slack.com/response/1",
    ],
)
def test_slack_itself_is_answered(url):
    assert replies.may_be_sent_to(url, SLACK)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.slack.com/actions/T1",
        "https://hooks.slack.com.example.org/x",
        "https://hooks.slack.com:8443/x",
        "https://user@hooks.slack.com/x",
        "https://169.254.169.254/latest/meta-data",
        "http://localhost/admin",
        "file:///etc/passwd",
        "https://[::1/x",
        "//hooks.slack.com/x",
    ],
)
def test_nobody_else_is(url):
    assert not replies.may_be_sent_to(url, SLACK)


def test_an_answer_arrives_and_a_refusal_is_known():
    with FakeSlack() as slack:
        taken = replies.send(f"{slack.url}/response/1", {"text": "INC-1"})
        refused = replies.send("http://127.0.0.1:9/response", {"text": "INC-1"})

    assert (taken, refused) == (True, False)
    assert slack.replies_by_url == [{"text": "INC-1"}]
