import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.integrations.slack.trigger import Pressed, read, read_action
from incident.rules.signals import Ignored, Signal
from tests.fakes.slack_events import (
    A_LATER_TS,
    A_TS,
    APP,
    OUR_BOT,
    OUR_MEMBER,
    a_button_press,
    a_change_event,
    a_deletion_event,
    a_mention_event,
    a_message_event,
    an_envelope,
)

PAYLOADS = Path(__file__).parent / "payloads"


def a_payload(name):
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def test_a_message_is_a_call_for_help():
    signal = read(a_payload("message"))

    assert signal == Signal(
        source="slack",
        key="T0DESK1:C0EMRG1:1741053600.123459",
        event_id="Ev08G3V4QK1M",
        title="Users get the same push again and again :scream:",
        kind="call",
        text="Users get the same push again and again :scream:\nSince about 2 am, see the graph",
        said_by="U0SAM01",
        team="T0DESK1",
        channel="C0EMRG1",
        ts="1741053600.123459",
        occurred_at=datetime(2025, 3, 4, 2, 0, 0, 123459, tzinfo=UTC),
        link="https://slack.com/archives/C0EMRG1/p1741053600123459",
    )


def test_a_mention_is_the_same_call_without_our_name():
    mention, message = read(a_payload("app_mention")), read(a_payload("message"))

    assert mention.title == "uploads are failing & nobody answers"
    assert mention.key == message.key
    assert mention.event_id != message.event_id


def test_a_file_without_a_word_is_a_call_for_help():
    signal = read(a_payload("file_share"))

    assert (signal.kind, signal.title) == ("call", "File: Screenshot_20250304-020001.png")


def test_what_we_posted_ourselves_is_no_call():
    assert read(a_payload("own_post")) == Ignored("we wrote it ourselves")


def test_an_edit_is_about_the_message_it_changes():
    signal = read(a_payload("message_changed"))

    assert signal.kind == "edit"
    assert signal.key == "T0DESK1:C0EMRG1:1741053600.123459"
    assert signal.title == "Uploads and downloads are failing"
    assert signal.occurred_at == datetime(2025, 3, 4, 2, 0, 55, 300, tzinfo=UTC)


def test_a_deletion_is_about_the_message_it_takes_away():
    signal = read(a_payload("message_deleted"))

    assert signal.kind == "deletion"
    assert signal.key == "T0DESK1:C0EMRG1:1741053600.123459"
    assert signal.title == "Uploads are failing"


def test_a_reply_stays_in_its_thread():
    signal = read(a_message_event("anyone there?", ts=A_LATER_TS, thread_ts=A_TS))

    assert (signal.kind, signal.thread_ts) == ("reply", A_TS)
    assert signal.link.endswith(f"?thread_ts={A_TS}&cid=C0EMERGENCY")


def test_a_reply_that_was_sent_to_the_channel_too_is_a_call():
    signal = read(
        a_message_event("still down", subtype="thread_broadcast", ts=A_LATER_TS, thread_ts=A_TS)
    )

    assert (signal.kind, signal.thread_ts) == ("call", A_TS)


def test_the_first_message_of_a_thread_is_a_call():
    assert read(a_message_event(thread_ts=A_TS)).kind == "call"


@pytest.mark.parametrize("subtype", [None, "file_share", "thread_broadcast", "me_message"])
def test_people_speak_in_these_ways(subtype):
    assert isinstance(read(a_message_event(subtype=subtype)), Signal)


@pytest.mark.parametrize(
    "fields",
    [
        {"subtype": "bot_message", "user": None},
        {"bot_id": "B0OTHER"},
        {"bot_profile": {"id": "B0OTHER"}},
        {"bot_id": OUR_BOT, "app_id": APP},
        {"app_id": APP},
        {"user": OUR_MEMBER},
        {"user": "USLACKBOT"},
        {"subtype": "channel_join"},
        {"subtype": "channel_topic"},
        {"subtype": "channel_archive"},
        {"subtype": "message_replied"},
        {"subtype": "something_new"},
        {"hidden": True},
        {"type": "reaction_added"},
    ],
)
def test_machines_and_housekeeping_page_nobody(fields):
    assert isinstance(read(a_message_event(**fields)), Ignored)


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "url_verification", "challenge": "3eZbrw1a"},
        {"type": "app_rate_limited", "minute_rate_limited": 1741053600},
        {},
        {"type": "event_callback"},
        {"type": "event_callback", "event": {}},
    ],
)
def test_what_is_no_event_pages_nobody(payload):
    assert isinstance(read(payload), Ignored)


def test_a_preview_that_slack_adds_is_no_edit():
    assert isinstance(read(a_change_event("Uploads fail", before="Uploads fail")), Ignored)


def test_an_edit_by_a_bot_is_no_edit():
    assert isinstance(read(a_change_event("now", before="then", bot_id="B0OTHER")), Ignored)


def test_a_bots_message_that_is_deleted_is_no_deletion():
    assert isinstance(read(a_deletion_event("then", bot_id="B0OTHER")), Ignored)


def test_a_message_deleted_under_its_replies_is_a_deletion():
    payload = a_change_event("This message was deleted.", before="Uploads fail")
    payload["event"]["message"]["subtype"] = "tombstone"

    signal = read(payload)

    assert (signal.kind, signal.title) == ("deletion", "Uploads fail")


def test_the_title_is_the_first_line_that_says_something():
    signal = read(a_message_event("\n  \n <!channel>   Uploads   fail \nmore"))

    assert signal.title == "@channel Uploads fail"


def test_a_long_title_is_cut_between_two_words():
    signal = read(a_message_event("uploads " * 40))

    assert len(signal.title) <= 120
    assert signal.title.endswith("uploads…")


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"attachments": [{"text": "Forwarded: disk full"}]}, "Forwarded: disk full"),
        ({"attachments": [{"fallback": "A graph"}]}, "A graph"),
        (
            {"blocks": [{"elements": [{"elements": [{"text": "Uploads"}, {"text": "fail"}]}]}]},
            "Uploads fail",
        ),
        ({"blocks": [{"text": {"type": "mrkdwn", "text": "In a block"}}]}, "In a block"),
        ({"files": [{"name": None}, {}]}, "A message in Slack without words"),
    ],
)
def test_a_message_without_text_says_what_it_shows(fields, title):
    assert read(a_message_event("", **fields)).title == title


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "text": "Uploads fail"},
        {"type": "message", "text": "Uploads fail", "ts": "yesterday", "channel": 7},
        {"text": "Uploads fail"},
        {"type": "message", "text": ["Uploads fail"]},
        "Uploads fail",
    ],
)
def test_a_message_we_cannot_read_is_a_call_all_the_same(event):
    payload = an_envelope({}) | {"event": event}

    signal = read(payload)

    assert signal.kind == "call"
    assert "Uploads fail" in signal.title


def test_two_messages_we_cannot_read_are_still_two():
    first = read(an_envelope({"type": "message", "text": "Uploads fail"}))
    second = read(an_envelope({"type": "message", "text": "Downloads fail"}))

    assert first.key != second.key


def test_a_telling_without_an_id_is_known_by_its_content():
    payload = a_message_event()
    del payload["event_id"]

    assert read(payload).event_id == read(payload).event_id != ""


def test_a_message_without_a_moment_has_the_envelopes():
    signal = read(a_message_event(ts="soon", event_ts=A_TS))

    assert signal.occurred_at == datetime(2025, 3, 4, 2, 0, tzinfo=UTC)
    assert signal.link == ""


def test_somebody_from_another_company_is_known_as_such():
    shared = {"is_ext_shared_channel": True}

    assert read(a_message_event(team="T0OTHER") | shared).external
    assert read(a_message_event(user_team="T0OTHER") | shared).external
    assert read(a_message_event(team=None) | shared).external
    assert not read(a_message_event(team="T0OTHER")).external


def test_our_own_people_are_no_strangers_in_a_shared_channel():
    assert not read(a_message_event() | {"is_ext_shared_channel": True}).external


def test_who_is_a_stranger_does_not_depend_on_whose_channel_it_is():
    theirs = {"is_ext_shared_channel": True, "team_id": "T0OTHER"}

    assert not read(a_message_event() | theirs).external
    assert read(a_message_event(user_team="T0OTHER", team="T0OTHER") | theirs).external


def test_where_slack_does_not_say_for_whom_it_tells_the_team_is_ours():
    shared = {"is_ext_shared_channel": True, "authorizations": []}

    assert not read(a_message_event() | shared).external
    assert read(a_message_event() | shared | {"team_id": "T0OTHER"}).external


def test_the_speakers_name_is_taken_where_slack_tells_it():
    signal = read(a_message_event(user_profile={"display_name": "sam", "real_name": "Sam"}))

    assert signal.said_by_name == "sam"


def test_a_mention_and_a_message_of_one_ts_have_one_key():
    assert read(a_mention_event("help")).key == read(a_message_event("help")).key


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FIELDS = ("type", "subtype", "text", "user", "ts", "channel", "message", "previous_message")
EVENTS = st.fixed_dictionaries({}, optional=dict.fromkeys((*FIELDS, "files", "blocks"), JSON))


@settings(max_examples=60, deadline=None)
@given(event=EVENTS | JSON, subtype=st.sampled_from(["", "message_changed", "message_deleted"]))
def test_nothing_that_slack_may_send_breaks_us(event, subtype):
    if isinstance(event, dict):
        event = {"type": "message", "subtype": subtype} | event

    assert isinstance(read({"type": "event_callback", "event": event}), Signal | Ignored)


def test_a_pressed_button_tells_who_pressed_what_and_where():
    assert read_action(a_payload("block_actions")) == Pressed(
        team_id="T0DESK1",
        user_id="U0MAYA1",
        user_name="maya",
        action="page_now",
        value="signal-17",
        channel="C0EMRG1",
        message_ts="1741053601.220019",
        thread_ts="1741053600.123459",
        response_url="https://hooks.slack.com/actions/T0DESK1/8590210/k3yZ",
        trigger_id="8590210.2934.d4c5e6f7",
    )


def test_our_stand_in_presses_buttons_the_same_way():
    pressed = read_action(a_button_press("stand_down#1", "signal-17"))

    assert (pressed.action, pressed.value, pressed.user_name) == (
        "stand_down",
        "signal-17",
        "maya",
    )


@pytest.mark.parametrize("payload", [{}, {"type": "view_submission"}, {"type": "block_actions"}])
def test_what_is_no_button_is_ignored(payload):
    assert isinstance(read_action(payload), Ignored)


@settings(max_examples=50, deadline=None)
@given(payload=st.dictionaries(st.sampled_from(["user", "team", "container", "message"]), JSON))
def test_an_odd_button_breaks_nothing(payload):
    pressed = read_action(payload | {"type": "block_actions", "actions": [{"action_id": "x"}]})

    assert pressed.action == "x"
