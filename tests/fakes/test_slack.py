"""Our Slack against what the Web API is known to answer."""

import http.client
import json
import urllib.parse

import pytest

from incident.clock import now
from incident.integrations.slack.signature import verify
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, FakeSlack, says
from tests.fakes.slack_events import a_button_press, a_message_event, send_event, send_press
from tests.fakes.slack_rules import error_in_blocks

A_POST = {"channel": "C0EMERGENCY", "text": "Uploads fail"}
A_BUTTON = {"type": "button", "text": {"type": "plain_text", "text": "Page"}, "action_id": "a"}
A_SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Uploads fail"}}


@pytest.fixture
def slack():
    with FakeSlack() as fake:
        yield fake


def ask(fake, method, token=A_TOKEN, form=False, **arguments):
    connection = http.client.HTTPConnection("127.0.0.1", fake.port, timeout=30)
    body = urllib.parse.urlencode(arguments) if form else json.dumps(arguments)
    kind = "application/x-www-form-urlencoded" if form else "application/json;charset=utf-8"
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request("POST", f"/api/{method}", body, headers)
    answer = connection.getresponse()
    said = json.loads(answer.read() or "null")
    connection.close()
    return said | {"status": answer.status}


def test_a_post_stands_in_its_channel(slack):
    said = ask(slack, "chat.postMessage", **A_POST)

    assert said["ok"] is True
    assert slack.channels["C0EMERGENCY"].find(said["ts"])["text"] == "Uploads fail"


def test_the_same_post_twice_is_two_posts(slack):
    ask(slack, "chat.postMessage", **A_POST)
    ask(slack, "chat.postMessage", **A_POST)

    assert len(slack.posts) == 2


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), ("", "not_authed")])
def test_nobody_posts_without_a_token(slack, token, error):
    assert ask(slack, "chat.postMessage", token=token, **A_POST)["error"] == error


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"channel": None}, "invalid_arguments"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"txet": "Uploads fail"}, "invalid_arguments"),
        ({"text": ""}, "no_text"),
        ({"blocks": "text"}, "invalid_blocks_format"),
        ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"metadata": {"event_type": "x", "event_payload": "y"}}, "invalid_metadata_schema"),
    ],
)
def test_a_post_is_checked_as_slack_checks_it(slack, fields, error):
    assert ask(slack, "chat.postMessage", **A_POST | fields)["error"] == error


@pytest.mark.parametrize(
    "blocks",
    [
        [A_SECTION] * 51,
        [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}],
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [{"type": "marquee"}],
        [{"type": "actions", "elements": []}],
        [{"type": "actions", "elements": [A_BUTTON, A_BUTTON]}],
        [{"type": "actions", "elements": [A_BUTTON | {"value": "x" * 2_001}]}],
        [{"type": "actions", "elements": [A_BUTTON | {"style": "loud"}]}],
        [
            {
                "type": "actions",
                "elements": [A_BUTTON | {"text": {"type": "plain_text", "text": "x" * 76}}],
            }
        ],
    ],
)
def test_the_limits_of_blocks_are_kept(blocks):
    assert error_in_blocks(blocks) == "invalid_blocks"


def test_blocks_that_are_too_long_together_are_refused():
    long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_000}}

    assert error_in_blocks([long] * 4) == ""
    assert error_in_blocks([long] * 5) == "msg_blocks_too_long"


def test_a_message_is_changed_by_its_ts(slack):
    ts = ask(slack, "chat.postMessage", **A_POST)["ts"]

    said = ask(slack, "chat.update", channel="C0EMERGENCY", ts=ts, text="Fixed")

    assert said["ok"] is True
    assert slack.channels["C0EMERGENCY"].find(ts)["text"] == "Fixed"


def test_only_our_own_messages_can_be_changed(slack):
    ts = slack.person_says("help")["event"]["ts"]

    error = ask(slack, "chat.update", channel="C0EMERGENCY", ts=ts, text="Fixed")["error"]

    assert error == "cant_update_message"


def test_a_change_may_not_be_longer_than_4000_characters(slack):
    ts = ask(slack, "chat.postMessage", **A_POST)["ts"]

    said = ask(slack, "chat.update", channel="C0EMERGENCY", ts=ts, text="x" * 4_001)

    assert said["error"] == "msg_too_long"


def test_history_is_read_page_by_page_newest_first(slack):
    for number in range(3):
        slack.person_says(f"help {number}")

    first = ask(slack, "conversations.history", form=True, channel="C0EMERGENCY", limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    rest = ask(slack, "conversations.history", form=True, channel="C0EMERGENCY", cursor=cursor)

    assert [m["text"] for m in first["messages"]] == ["help 2", "help 1"]
    assert [m["text"] for m in rest["messages"]] == ["help 0"]
    assert not rest["has_more"]


def test_history_shows_metadata_only_when_asked_and_no_replies(slack):
    metadata = {"event_type": "ic_intent", "event_payload": {"id": "1"}}
    ts = ask(slack, "chat.postMessage", metadata=metadata, **A_POST)["ts"]
    ask(slack, "chat.postMessage", thread_ts=ts, **A_POST)

    shy = ask(slack, "conversations.history", form=True, channel="C0EMERGENCY")
    open_ = ask(
        slack, "conversations.history", form=True, channel="C0EMERGENCY", include_all_metadata="1"
    )
    thread = ask(slack, "conversations.replies", form=True, channel="C0EMERGENCY", ts=ts)

    assert ["metadata" in message for message in shy["messages"]] == [False]
    assert [message["metadata"] for message in open_["messages"]] == [metadata]
    assert len(thread["messages"]) == 2


def test_history_says_of_a_thread_how_long_it_is_and_when_somebody_answered(slack):
    root = slack.person_says("Help")["event"]["ts"]
    slack.person_says("Alone")
    slack.person_says("Which host?", thread_ts=root)
    last = slack.person_says("All of them", thread_ts=root)["event"]["ts"]

    said = ask(slack, "conversations.history", form=True, channel="C0EMERGENCY")["messages"]

    assert said[-1]["thread_ts"] == root
    assert (said[-1]["reply_count"], said[-1]["latest_reply"]) == (2, last)
    assert "latest_reply" not in said[-2]


def test_history_takes_no_json(slack):
    said = ask(slack, "conversations.history", channel="C0EMERGENCY")

    assert said["error"] == "invalid_form_data"


def test_a_channel_is_joined_before_it_is_read(slack):
    slack.add_channel("support", joined=False)
    before = ask(slack, "conversations.history", form=True, channel="C0SUPPORT")

    ask(slack, "conversations.join", channel="C0SUPPORT")

    after = ask(slack, "conversations.history", form=True, channel="C0SUPPORT")
    assert (before["error"], after["ok"]) == ("not_in_channel", True)


def test_a_private_channel_cannot_be_joined_nor_seen(slack):
    slack.add_channel("secret", joined=False, private=True)

    joining = ask(slack, "conversations.join", channel="C0SECRET")
    posting = ask(slack, "chat.postMessage", channel="C0SECRET", text="hello")

    assert joining["error"] == "method_not_supported_for_channel_type"
    assert posting["error"] == "channel_not_found"


def test_an_archived_channel_takes_no_posts(slack):
    slack.add_channel("old", archived=True)

    assert ask(slack, "chat.postMessage", channel="C0OLD", text="hello")["error"] == "is_archived"


def test_a_view_is_opened_once(slack):
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Why?"}, "blocks": []}

    first = ask(slack, "views.open", view=view, trigger_id="1.2")
    second = ask(slack, "views.open", view=view, trigger_id="1.2")

    assert (first["ok"], second["error"]) == (True, "exchanged_trigger_id")


def test_a_channel_and_its_people_are_described(slack):
    assert ask(slack, "auth.test")["user_id"] == "U0DESK"
    channel = ask(slack, "conversations.info", form=True, channel="C0EMERGENCY")["channel"]
    assert channel["name"] == "emergency"
    assert ask(slack, "conversations.list", form=True)["channels"] == [channel]


def test_a_method_that_is_none_is_refused(slack):
    assert ask(slack, "chat.shout")["error"] == "unknown_method"


def test_it_misbehaves_on_one_method_as_told(slack):
    slack.script_for = {"chat.update": [says("fatal_error")]}
    ts = ask(slack, "chat.postMessage", **A_POST)["ts"]

    said = ask(slack, "chat.update", channel="C0EMERGENCY", ts=ts, text="Fixed")

    assert said["error"] == "fatal_error"


def test_it_misbehaves_after_it_did_as_asked(slack):
    slack.script = [says("fatal_error", taken=True)]

    said = ask(slack, "chat.postMessage", **A_POST)

    assert (said["error"], len(slack.posts)) == ("fatal_error", 1)


def test_one_post_a_second_is_allowed_where_it_matters():
    at_one_moment = now()
    with FakeSlack(paced=True, clock=lambda: at_one_moment) as slack:
        slack.add_channel("support")
        first = ask(slack, "chat.postMessage", **A_POST)
        second = ask(slack, "chat.postMessage", **A_POST)
        elsewhere = ask(slack, "chat.postMessage", channel="C0SUPPORT", text="hello")

    assert [first["status"], second["status"], elsewhere["status"]] == [200, 429, 200]


def test_an_answer_to_a_button_is_kept(slack):
    connection = http.client.HTTPConnection("127.0.0.1", slack.port, timeout=30)
    connection.request("POST", "/response/1", json.dumps({"text": "Only Maya may"}))
    connection.getresponse().read()
    connection.close()

    assert slack.replies_by_url == [{"text": "Only Maya may"}]


def test_what_it_tells_an_app_arrives_signed():
    with server.FakeServer() as app:
        app.script = [server.status(204), server.status(503), server.close()]
        told = [
            send_event(f"{app.url}/slack/events", a_message_event(), secret="s", retry=1),
            send_press(f"{app.url}/slack/actions", a_button_press("page_now"), secret="s"),
            send_event(f"{app.url}/slack/events", a_message_event(), secret="s"),
        ]

    assert told == [204, 503, 0]
    assert app.requests[0].headers["X-Slack-Retry-Num"] == "1"
    assert [verify(r.headers, r.body, ("s",), now()) for r in app.requests] == [True] * 3
