"""The page on which a visitor plays the other side."""

import http.client
import json
import urllib.parse

import pytest

from incident.integrations.slack.signature import verify
from tests.fakes import server
from tests.fakes.conftest import A_SECRET


def ask(controls, method, path, headers=None, **form):
    connection = http.client.HTTPConnection("127.0.0.1", controls.port, timeout=30)
    body = urllib.parse.urlencode(form) if form else None
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    page = answer.read().decode()
    connection.close()
    return answer, page


def a_post_with_buttons(slack, label="Page now"):
    button = {"type": "plain_text", "text": label}
    block = {
        "type": "actions",
        "elements": [
            {"type": "button", "text": button, "action_id": "page_now#0", "value": "signal-17"}
        ],
    }
    message = {"user": "U0DESK", "bot_id": "B0DESK", "text": "Paging", "ts": "1741053601.000100"}
    slack.channels["C0EMERGENCY"].messages.append(message | {"blocks": [block]})
    return message["ts"]


def test_a_message_written_here_reaches_the_app_signed(controls, app):
    answer, _ = ask(controls, "POST", "/messages", text="Uploads <b>fail</b>", user="U0SAM")

    told = app.requests[0]
    event = json.loads(told.body)["event"]
    assert (answer.status, told.path) == (303, "/slack/events")
    assert verify(told.headers, told.body, (A_SECRET,), told.at)
    assert event["text"] == "Uploads &lt;b&gt;fail&lt;/b&gt;"
    assert event["user"] == "U0SAM"


def test_a_reply_written_here_stays_in_its_thread(controls, app):
    ts = controls.slack.person_says("Uploads fail")["event"]["ts"]

    place = f"C0EMERGENCY/{ts}"
    ask(controls, "POST", "/messages", text="anyone?", user="U0SAM", place=place)

    assert json.loads(app.requests[0].body)["event"]["thread_ts"] == ts


def test_a_button_pressed_here_reaches_the_app_signed(controls, app):
    ts = a_post_with_buttons(controls.slack)

    ask(controls, "POST", "/presses", channel="C0EMERGENCY", ts=ts, button="0")

    told = app.requests[0]
    pressed = json.loads(urllib.parse.parse_qs(told.body.decode())["payload"][0])
    assert told.path == "/slack/actions"
    assert verify(told.headers, told.body, (A_SECRET,), told.at)
    assert pressed["actions"][0]["value"] == "signal-17"
    assert pressed["container"]["message_ts"] == ts


@pytest.mark.parametrize("button", ["1", "-1", "x", ""])
def test_a_button_that_is_not_there_cannot_be_pressed(controls, app, button):
    ts = a_post_with_buttons(controls.slack)

    answer, _ = ask(controls, "POST", "/presses", channel="C0EMERGENCY", ts=ts, button=button)

    assert answer.status == 404
    assert app.requests == []


def test_pagerduty_can_be_put_out_of_order_and_in_order_again(controls):
    ask(controls, "POST", "/mood", mood="500")
    broken = controls.pagerduty.always

    ask(controls, "POST", "/mood", mood="normal")

    assert broken.answer.status == 500
    assert controls.pagerduty.always is None


def test_a_desk_that_does_not_answer_is_said_to_be_silent(controls, app):
    app.script = [server.close()]

    ask(controls, "POST", "/messages", text="Uploads fail", user="U0SAM")

    _, page = ask(controls, "GET", "/")
    assert f"The desk did not answer. Is it running at {app.url}?" in page


def test_whatever_anybody_wrote_is_only_text(controls):
    evil = "&lt;script&gt;alert(1)&lt;/script&gt;"
    controls.slack.person_says(evil)
    a_post_with_buttons(controls.slack, label="<script>alert(2)</script>")
    event = {
        "event_action": "trigger",
        "routing_key": "k" * 32,
        "client_url": "javascript:alert(3)",
        "payload": {"summary": "<script>", "source": "x", "severity": "error"},
    }
    request = server.Request(controls.clock(), "POST", "/v2/enqueue", "", {}, server.as_json(event))
    controls.pagerduty.answer(request)

    pages = [ask(controls, "GET", path)[1] for path in ("/", "/slack", "/pagerduty")]

    assert "<script" not in "".join(pages)
    assert "javascript:" not in "".join(pages)
    assert evil in pages[1]


@pytest.mark.parametrize("path", ["/", "/slack", "/pagerduty", "/nowhere"])
def test_every_page_forbids_scripts(controls, path):
    answer, _ = ask(controls, "GET", path)

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none';")


def test_what_was_received_is_drawn_anew_until_it_is_held_still(controls):
    live, _ = ask(controls, "GET", "/slack")
    still, _ = ask(controls, "GET", "/slack?still=1")

    assert (live.headers["Refresh"], still.headers["Refresh"]) == ("3", None)


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_no_other_site_can_press_here(controls, app, headers):
    answer, _ = ask(controls, "POST", "/messages", headers, text="x", user="U0SAM")

    assert answer.status == 403
    assert app.requests == []


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/messages", {"text": " ", "user": "U0SAM"}),
        ("/messages", {"text": "x", "user": "U0NOBODY"}),
        ("/messages", {"text": "x", "user": "U0SAM", "place": "C0NOWHERE"}),
        ("/mood", {"mood": "sour"}),
    ],
)
def test_nonsense_is_not_taken(controls, app, path, form):
    answer, _ = ask(controls, "POST", path, **form)

    assert answer.status == 422
    assert app.requests == []


def an_alert(pagerduty):
    """A page that has gone out and rings."""
    event = {
        "routing_key": "R" * 32,
        "event_action": "trigger",
        "dedup_key": "ic/1/step-2/g1",
        "payload": {"summary": "Uploads fail", "source": "desk", "severity": "critical"},
    }
    connection = http.client.HTTPConnection("127.0.0.1", pagerduty.port, timeout=30)
    connection.request("POST", "/v2/enqueue", json.dumps(event))
    connection.getresponse().read()
    connection.close()
    return pagerduty.alerts[0]


@pytest.mark.parametrize(
    ("act", "kind", "line"),
    [
        ("acknowledge", "incident.acknowledged", "acknowledge_log_entry"),
        ("escalate", "incident.escalated", "escalate_log_entry"),
        ("resolve", "incident.resolved", "resolve_log_entry"),
        ("exhaust", "incident.triggered", "exhaust_escalation_path_log_entry"),
    ],
)
def test_a_visitor_answers_a_page_or_lets_it_ring(controls, act, kind, line):
    alert = an_alert(controls.pagerduty)

    shown = ask(controls, "GET", "/pagerduty")[1]
    answer, _ = ask(controls, "POST", "/answers", act=act, dedup_key=alert.dedup_key, who="Maya")

    assert f'value="{act}"' in shown
    assert answer.status == 303
    assert controls.pagerduty.told[-1].kind == kind
    assert line in [entry.type for entry in alert.incident.log]


@pytest.mark.parametrize(
    "form", [{"act": "shout"}, {"dedup_key": "unknown"}, {"who": "<b>"}, {"act": ""}]
)
def test_an_answer_that_makes_no_sense_changes_nothing(controls, form):
    alert = an_alert(controls.pagerduty)
    asked = {"act": "resolve", "dedup_key": alert.dedup_key, "who": "Maya"} | form

    answer, _ = ask(controls, "POST", "/answers", **asked)

    assert (answer.status, alert.state) == (422, "triggered")
