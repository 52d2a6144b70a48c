"""Slack rules, as admins edit them."""

import pytest

from incident.storage import slack_rules as rows
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from tests.conftest import START, a_checklist
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
        raw = {"event": {"text": "<b>help</b>, pushes everywhere"}}
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
