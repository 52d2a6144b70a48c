"""The app's manifest: with our addresses or without any, within Slack's limits."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from config import ROOT
from incident.rules import slack_manifest as rules

DESK = "https://desk.example.com"


def addresses(found):
    return re.findall(r"https?://[^\"]+", rules.as_text(found))


def test_over_http_each_address_is_ours():
    found = rules.manifest(DESK, by_socket=False)

    assert addresses(found) == [
        f"{DESK}/slack/commands",
        f"{DESK}/slack/events",
        f"{DESK}/slack/actions",
    ]
    assert found["settings"]["socket_mode_enabled"] is False


def test_over_sockets_there_is_no_address_at_all():
    found = rules.manifest(DESK, by_socket=True)

    assert addresses(found) == []
    assert found["settings"]["socket_mode_enabled"] is True
    assert found["settings"]["interactivity"] == {"is_enabled": True}


@pytest.mark.parametrize("by_socket", [True, False])
def test_the_link_to_slack_carries_the_whole_manifest(by_socket):
    found = rules.manifest(DESK, by_socket=by_socket)

    asked = parse_qs(urlsplit(rules.creating(found)).query)

    assert asked["new_app"] == ["1"]
    assert json.loads(asked["manifest_json"][0]) == found
    assert json.loads(rules.as_text(found)) == found


def test_every_event_that_is_asked_for_has_the_scope_that_slack_wants_for_it():
    wanted = {
        "app_mention": "app_mentions:read",
        "channel_archive": "channels:read",
        "channel_rename": "channels:read",
        "group_archive": "groups:read",
        "group_rename": "groups:read",
        "member_joined_channel": "channels:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "reaction_added": "reactions:read",
    }
    found = rules.manifest(DESK, by_socket=False)

    asked = set(found["settings"]["event_subscriptions"]["bot_events"])
    scopes = set(found["oauth_config"]["scopes"]["bot"])

    assert asked - set(wanted) == {"app_uninstalled", "tokens_revoked"}
    assert {wanted[event] for event in asked if event in wanted} <= scopes


def test_every_scope_says_what_it_is_for_and_is_named_once():
    names = [scope.name for scope in rules.SCOPES]

    assert len(names) == len(set(names))
    assert all(scope.why for scope in rules.SCOPES)


def test_a_scope_that_is_missing_is_named_with_what_to_do():
    given = [scope.name for scope in rules.SCOPES if scope.name != "commands"]

    missing = rules.missing(given)

    assert [scope.name for scope in missing] == ["commands"]
    assert "lacks commands." in rules.missing_sentence(missing)
    assert "reinstall the app" in rules.missing_sentence(missing)


def test_a_slack_that_does_not_tell_the_scopes_is_not_accused():
    assert rules.missing([]) == ()
    assert rules.missing_sentence(()) == ""


def test_what_the_documentation_has_people_paste_is_what_the_desk_shows():
    page = (ROOT / "docs" / "integrations" / "slack.md").read_text()

    pasted = json.loads(page.partition("```json")[2].partition("```")[0])

    assert pasted == rules.manifest("https://desk.example", by_socket=False)


def test_the_documentation_says_what_each_scope_is_for():
    page = (ROOT / "docs" / "integrations" / "slack.md").read_text()

    assert [
        scope.name for scope in rules.SCOPES if f"| `{scope.name}` | {scope.why}" not in page
    ] == []
