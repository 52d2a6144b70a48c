"""Slack rules, as admins edit them."""

from datetime import timedelta

import pytest

from incident.storage import slack_rules as rows
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from tests.conftest import START, a_checklist
from tests.fakes.slack_events import a_message_event
from tests.web.browsers import Browser, a_person, words

CHANNEL = "C024BE91L"


@pytest.fixture
def ada(app):
    return Browser(app, a_person("Ada", "admin"))


@pytest.fixture
def form(app):
    with transaction() as session:
        slug = a_checklist(session, "Look at the dashboard")
    return {
        "channel_name": "emergency",
        "target": "primary",
        "checklist": slug,
        "grace_seconds": "10",
    }


@pytest.fixture
def rule(ada, form):
    ada.post("/settings/slack-rules", {"channel": CHANNEL.lower(), **form})


def saved():
    with reading() as session:
        return rows.find(session, CHANNEL)


def test_without_a_rule_the_page_says_how_to_begin(ada):
    assert "No channel is a pull-cord yet" in words(ada.get("/settings/slack-rules"))


def test_a_new_rule_is_a_dry_run(ada, rule, form):
    row = saved()

    assert (row.channel_name, row.target, row.grace_seconds) == ("#emergency", "primary", 10)
    assert (row.checklist, row.armed, row.threads) == (form["checklist"], False, False)
    assert "wakes nobody" in words(ada.get(f"/settings/slack-rules/{CHANNEL}"))


def test_the_page_tells_what_the_dry_run_would_have_done(ada, rule):
    with transaction() as session:
        raw = {"event": {"text": "&lt;b&gt;help&lt;/b&gt;, pushes everywhere"}}
        session.add(
            Signal(
                integration="slack",
                delivery_key="Ev1",
                key=f"T1:{CHANNEL}:1.1",
                raw=raw,
                state="rehearsed",
                reason="opened an incident",
                received_at=START,
            )
        )

    page = ada.get(f"/settings/slack-rules/{CHANNEL}")

    assert "would have opened and paged 1 time." in words(page)
    assert "&lt;b&gt;help&lt;/b&gt;, pushes everywhere" in page.text


def test_arming_is_a_press_of_its_own_and_can_be_taken_back(ada, rule):
    ada.post(f"/settings/slack-rules/{CHANNEL}/arming")
    assert saved().armed
    ada.post(f"/settings/slack-rules/{CHANNEL}/disarming")

    assert not saved().armed


def test_an_armed_rule_says_which_words_wake_somebody(ada, rule, form):
    ada.post(f"/settings/slack-rules/{CHANNEL}", {**form, "words": "sos", "urgent_words": "outage"})
    ada.post(f"/settings/slack-rules/{CHANNEL}/arming")

    heard = "a message with one of the words “sos” or “outage”"
    assert f"Armed: from now on {heard} in #emergency wakes primary." in page_of(ada)
    assert f"In this channel {heard} opens an incident and wakes" in page_of(ada)
    assert f"Write it here: {heard} wakes primary" in page_of(ada)


def test_saving_an_armed_rule_leaves_it_armed(ada, rule, form):
    ada.post(f"/settings/slack-rules/{CHANNEL}/arming")

    ada.post(f"/settings/slack-rules/{CHANNEL}", {**form, "grace_seconds": "0", "armed": ""})

    assert (saved().armed, saved().grace_seconds) == (True, 0)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("grace_seconds", "soon", "A whole number of seconds"),
        ("grace_seconds", "601", "A whole number of seconds"),
        ("target", "nobody", "There is no target nobody"),
        ("checklist", "nix", "There is no published checklist nix"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(field, value, sentence, ada, rule, form):
    answer = ada.post(f"/settings/slack-rules/{CHANNEL}", {**form, field: value})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert saved().grace_seconds == 10


def test_a_channel_is_given_by_its_id_and_once(ada, rule, form):
    again = ada.post("/settings/slack-rules", {"channel": CHANNEL, **form})
    named = ada.post("/settings/slack-rules", {"channel": "#emergency", **form})

    assert "There is a rule for this channel already" in words(again)
    assert "A channel id starts with C or G" in words(named)


def test_a_removed_rule_is_gone(ada, rule):
    ada.post(f"/settings/slack-rules/{CHANNEL}/removal")

    assert saved() is None
    assert ada.get(f"/settings/slack-rules/{CHANNEL}").status_code == 404


def test_a_responder_sees_which_channels_are_armed(app, rule):
    page = Browser(app, a_person("Maya")).get("/settings/slack-rules")

    assert "#emergency wakes primary after 10 s dry run" in words(page)


HOURS = {"days": ["1", "5"], "from": "09:00", "until": "18:00", "zone": "Europe/Berlin"}


def said(text, at=START, **fields):
    """Kept as Slack told it, or as the sweep read it."""
    ts = f"{at.timestamp():.6f}"
    event = a_message_event(text, channel=CHANNEL, ts=ts, **fields)
    with transaction() as session:
        row = Signal(integration="slack", delivery_key=f"{ts} {text}", raw=event, received_at=at)
        row.key, row.state = f"T0DESK:{CHANNEL}:{ts}", "rehearsed"
        session.add(row)


def change(**fields):
    with transaction() as session:
        for name, value in fields.items():
            setattr(rows.find(session, CHANNEL), name, value)


def page_of(ada):
    return words(ada.get(f"/settings/slack-rules/{CHANNEL}"))


def test_words_bots_and_hours_are_kept_and_shown_again(ada, rule, form):
    heard = {"words": "SOS, help me", "urgent_words": "breach", "bots": "b0alarms"}

    ada.post(
        f"/settings/slack-rules/{CHANNEL}", {**form, **heard, **HOURS, "work_grace_seconds": "300"}
    )

    row = saved()
    assert (row.words, row.urgent_words, row.bots) == (["SOS", "help me"], ["breach"], ["B0ALARMS"])
    assert row.work_hours == {**HOURS, "days": [1, 5]}
    assert row.work_grace_seconds == 300
    assert 'value="SOS, help me"' in ada.get(f"/settings/slack-rules/{CHANNEL}").text


def test_without_a_day_there_are_no_working_hours(ada, rule, form):
    change(work_hours={**HOURS, "days": [1]}, work_grace_seconds=300)

    ada.post(f"/settings/slack-rules/{CHANNEL}", {**form, **HOURS, "days": []})

    assert (saved().work_hours, saved().work_grace_seconds) == ({}, None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"words": "x" * 41}, "each of at most 40 characters"),
        ({"bots": "alarm bot"}, "of an app (A…), of a bot (B…)"),
        ({**HOURS, "zone": "Mars"}, "Choose a time zone"),
        ({**HOURS, "until": "09:00", "work_grace_seconds": "5"}, "Say from when until when"),
        ({**HOURS, "work_grace_seconds": "601"}, "A whole number of seconds"),
        (HOURS, "A whole number of seconds"),
    ],
)
def test_what_cannot_be_heard_is_said_beside_its_field(fields, sentence, ada, rule, form):
    answer = ada.post(f"/settings/slack-rules/{CHANNEL}", {**form, **fields})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert (saved().words, saved().bots, saved().work_hours) == ([], [], {})


def test_the_week_is_told_day_by_day_with_who_wrote_it(ada, rule):
    said("Uploads are failing", START - timedelta(days=2), user_profile={"display_name": "Sam"})
    said("Logins, too", START - timedelta(days=2) + timedelta(minutes=10))

    page = page_of(ada)

    assert "2 messages, 1 incident, 1 page, 1 of them at night." in page
    assert "Thursday 2021-07-08: 2 messages, 1 page, 1 at night" in page
    assert "Sam: Uploads are failing opens an incident, pages primary after 10 s, at night" in page
    assert "joins that incident" in page


def test_the_week_follows_the_words_of_the_rule(ada, rule):
    said("Lunch?", START - timedelta(days=1))
    change(words=["sos"])

    page = page_of(ada)

    assert "1 message, 0 incidents, 0 pages." in page
    assert "nothing: no word of the rule is in it" in page


def test_while_last_week_is_unread_the_page_does_not_pretend(ada, rule):
    assert "Slack is not connected" in page_of(ada)


def test_what_is_in_the_way_is_said(ada, rule):
    change(trouble="The Slack app is not in #emergency.", armed=True)

    assert "The Slack app is not in #emergency." in page_of(ada)
    assert "The Slack app is not in #emergency." in words(ada.get("/settings/slack-rules"))


def test_last_week_is_read_again_when_asked(ada, rule):
    change(look_back_at=None)

    answer = ada.post(f"/settings/slack-rules/{CHANNEL}/rehearsal")

    assert answer.status_code == 303
    assert saved().look_back_at == START


def test_the_pinned_line_is_shown_and_asked_for(ada, rule):
    ada.post(f"/settings/slack-rules/{CHANNEL}/arming")
    assert "No reply within 10 seconds means: telephone." in page_of(ada)

    ada.post(f"/settings/slack-rules/{CHANNEL}/pinned-line")

    assert saved().pin_due_at == START
    assert "It is being pinned" in page_of(ada)


def test_arming_is_remembered_by_its_moment(ada, rule):
    ada.post(f"/settings/slack-rules/{CHANNEL}/arming")

    assert saved().armed_at == START
