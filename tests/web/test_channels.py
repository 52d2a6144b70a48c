"""The sheet of the Slack channel on the live page."""

import pytest

from incident.storage import incident_channels, outbox
from incident.storage.db import reading, transaction
from tests.web.browsers import Browser, a_person

LIVE = "/incidents/INC-1"


@pytest.fixture
def maya(app):
    return Browser(app, a_person("Maya"))


@pytest.fixture
def key(sqlite, an_incident):
    return an_incident()


def channel():
    with reading() as session:
        return incident_channels.of_incident(session, 1)


def becomes(state, **fields):
    with transaction() as session:
        row = incident_channels.of_incident(session, 1)
        row.state, row.channel = state, "C0INC10000"
        for name, value in fields.items():
            setattr(row, name, value)


def asked():
    with reading() as session:
        return [(one.action, one.target) for one in outbox.of_incident(session, 1)]


def page(browser):
    return browser.get(LIVE).get_data(as_text=True)


def test_a_channel_is_asked_for_with_one_press(maya, key):
    maya.post(f"{LIVE}/channel", {"own": "new"})

    assert asked() == [("create_channel", "#inc-1-uploads-are-failing")]
    assert "Slack was asked for #inc-1-uploads-are-failing" in page(maya)


def test_one_that_is_there_is_used(maya, key):
    maya.post(f"{LIVE}/channel", {"channel": "#uploads"})

    assert asked() == [("use_channel", "#uploads")]


def test_what_is_no_channel_says_what_one_looks_like(maya, key):
    answer = maya.post(f"{LIVE}/channel", {"channel": "two words"})

    assert answer.status_code == 409
    assert "One looks like #uploads" in answer.get_data(as_text=True)


def test_an_open_channel_is_one_press_away(maya, key):
    maya.post(f"{LIVE}/channel", {"own": "new"})

    becomes("open")

    link = '<a href="https://slack.com/app_redirect?channel=C0INC10000">#inc-1-uploads-are-failing'
    assert link in page(maya)


def test_one_that_failed_says_why_and_can_be_tried_again(maya, key):
    maya.post(f"{LIVE}/channel", {"own": "new"})
    becomes("failed", reason="The Slack app may not do this yet", channel="")

    shown = page(maya)
    maya.post(f"{LIVE}/channel", {"own": "again"})

    assert "No Slack channel: The Slack app may not do this yet." in shown
    assert [action for action, _ in asked()] == ["create_channel", "create_channel"]
    assert channel().state == "wanted"


def test_what_becomes_of_it_is_chosen_on_the_sheet(maya, key):
    maya.post(f"{LIVE}/channel", {"own": "new"})
    becomes("open")

    maya.post(f"{LIVE}/channel/end", {"archives": "1"})

    assert channel().archives


def test_or_when_the_incident_is_closed(maya, key):
    maya.post(f"{LIVE}/channel", {"own": "new"})
    becomes("open")
    maya.post(f"{LIVE}/resolution")

    offered = page(maya)
    maya.post(f"{LIVE}/closing", {"channel": "1", "archives": "1"})

    assert "archive #inc-1-uploads-are-failing in Slack" in offered
    assert channel().archives


def test_a_channel_that_was_there_is_never_offered_to_be_archived(maya, key):
    maya.post(f"{LIVE}/channel", {"channel": "#uploads"})
    becomes("open", made=False, name="uploads")

    assert "Archive it when" not in page(maya)


def test_a_drill_says_that_nothing_is_made(maya, an_incident):
    an_incident(mode="drill")

    assert maya.post(f"{LIVE}/channel", {"own": "new"}).status_code == 409
    assert "nothing is made in Slack" in page(maya)


def test_a_hostile_name_stays_text(maya, key):
    maya.post(f"{LIVE}/channel", {"own": "new"})
    becomes("open", name="<script>alert(1)</script>")

    assert "<script>alert(1)" not in page(maya)
