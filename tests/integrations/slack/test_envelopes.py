import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.integrations.slack.envelopes import (
    WRONG,
    Envelope,
    Goodbye,
    Hello,
    NotOpened,
    acknowledgement,
    open_socket,
    read,
)
from incident.integrations.slack.websocket import WebSocket
from tests.fakes.server import rate_limited
from tests.fakes.slack import AN_APP_TOKEN
from tests.fakes.slack_sockets import FakeSockets

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
KINDS = st.sampled_from(["hello", "disconnect", "events_api", "interactive", 7, None])


def test_an_envelope_is_read():
    said = {
        "envelope_id": "e-1",
        "type": "slash_commands",
        "payload": {"command": "/inc"},
        "accepts_response_payload": True,
        "retry_attempt": 0,
    }

    assert read(json.dumps(said)) == Envelope("e-1", "slash_commands", {"command": "/inc"}, True)


def test_hello_and_goodbye_are_read():
    assert read('{"type": "hello", "num_connections": 1}') == Hello()
    assert read('{"type": "disconnect", "reason": "warning"}') == Goodbye("warning")


@given(st.text() | JSON.map(json.dumps))
def test_whatever_comes_never_raises(said):
    read(said)


@given(st.fixed_dictionaries({"type": KINDS, "envelope_id": JSON, "payload": JSON}))
def test_an_envelope_of_any_shape_never_raises(said):
    read(json.dumps(said))


def test_an_answer_goes_back_only_where_slack_takes_one():
    takes, takes_not = Envelope("e-1", "interactive", {}, True), Envelope("e-2", "interactive", {})

    said = [acknowledgement(each, {"text": "Done"}) for each in (takes, takes_not)]

    assert [json.loads(each) for each in said] == [
        {"envelope_id": "e-1", "payload": {"text": "Done"}},
        {"envelope_id": "e-2"},
    ]


def test_slack_says_where_to_connect(slack):
    with FakeSockets() as sockets:
        slack.socket_url = sockets.url
        opened = open_socket(slack.api_url, AN_APP_TOKEN)
        assert isinstance(opened, WebSocket)
        assert read(opened.read()) == Hello()
        opened.end()


@pytest.mark.parametrize("token", ["xoxb-of-the-stand-in", "xapp-of-somebody-else"])
def test_a_token_that_opens_nothing_is_told_in_words(slack, token):
    assert open_socket(slack.api_url, token) == NotOpened(WRONG)


def test_slack_may_want_to_be_left_alone(slack):
    slack.script.append(rate_limited(30))

    opened = open_socket(slack.api_url, AN_APP_TOKEN)

    assert opened.after.total_seconds() == 30


def test_what_leads_nowhere_is_told_in_words(slack):
    slack.socket_url = "ws://127.0.0.1:1/"

    opened = open_socket(slack.api_url, AN_APP_TOKEN)

    assert opened.reason.startswith("Slack's socket could not be opened: ")
