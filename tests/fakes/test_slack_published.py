"""Requests are held against what Slack publishes, where that lies beside this folder."""

import json

import pytest

from tests.fakes import slack_published as published
from tests.fakes.slack import FakeSlack
from tests.fakes.test_slack import A_POST, ask


@pytest.fixture(autouse=True)
def described(tmp_path, monkeypatch):
    """A description of one method, in the form of the published ones."""
    arguments = {
        "channel": {"required": True, "type": "string"},
        "text": {"required": False, "type": "string"},
        "mrkdwn": {"required": False, "type": "boolean"},
        "blocks": {"required": False, "type": "string"},
    }
    (tmp_path / "chat.postMessage.json").write_text(json.dumps({"args": arguments}))
    monkeypatch.setattr(published, "METHODS", tmp_path)
    published._arguments_of.cache_clear()
    yield
    published._arguments_of.cache_clear()


def test_what_is_published_is_no_breach():
    with FakeSlack() as slack:
        ask(slack, "chat.postMessage", blocks=[{"type": "divider"}], mrkdwn=False, **A_POST)
        ask(slack, "auth.test")

    assert slack.breaches == []


@pytest.mark.parametrize(
    ("arguments", "breach"),
    [
        ({"text": "Help"}, "channel is missing"),
        (A_POST | {"txet": "Help"}, "txet is no argument"),
        (A_POST | {"mrkdwn": "true"}, "mrkdwn is no boolean"),
        (A_POST | {"text": ""}, "no_text"),
    ],
)
def test_a_breach_is_named(arguments, breach):
    with FakeSlack() as slack:
        ask(slack, "chat.postMessage", **arguments)

    assert any(breach in found for found in slack.breaches)


def test_where_nothing_is_published_nothing_is_wrong():
    assert published.breaches_of("chat.shout", {"loud": True}) == []
