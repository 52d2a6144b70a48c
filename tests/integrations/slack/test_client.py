from datetime import timedelta

import pytest

from incident.integrations.slack.client import Client
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, says


@pytest.fixture
def client(slack):
    return Client(slack.api_url, A_TOKEN)


def test_slack_is_asked_and_answers(client):
    answer = client.ask("users.info", user="U0SAM")

    assert answer.ok
    assert answer.data["user"]["profile"]["real_name"] == "Sam"


def test_what_slack_says_no_to_is_its_own_word(client):
    answer = client.ask("users.info", user="U0NOBODY")

    assert (answer.ok, answer.error, answer.status) == (False, "user_not_found", 200)


def test_how_long_to_wait_comes_with_the_answer(client, slack):
    slack.script = [server.rate_limited(9)]

    answer = client.ask("auth.test")

    assert (answer.error, answer.after) == ("ratelimited", timedelta(seconds=9))


@pytest.mark.parametrize("said", [None, 7, "", ["no"]])
def test_a_no_without_a_word_is_still_a_no(client, slack, said):
    slack.script = [says(said)]

    assert client.ask("auth.test").error == "unreadable_answer"


def test_a_yes_under_a_bad_status_is_no_yes(client, slack):
    slack.script = [server.status(500, b'{"ok": true}')]

    assert not client.ask("auth.test").ok


def test_after_hanging_up_nothing_more_is_asked(client, slack):
    assert client.ask("auth.test").ok

    client.hang_up()

    answer = client.ask("auth.test")
    assert (answer.error, answer.heard) == ("no_answer", False)
    assert len(slack.requests) == 1


@pytest.mark.parametrize("url", ["http://", "nonsense", "ftp://127.0.0.1/", "http://[::1/"])
def test_an_address_that_is_none_is_no_answer(url):
    assert Client(url, A_TOKEN).ask("auth.test").error == "no_answer"
