"""What Slack tells about its own app, and when it was last heard at all."""

import pytest

from incident.rules.permissions import Actor
from incident.rules.proofs import Finding
from incident.services import connections, proofs, slack_connecting
from incident.services import signals as slack_signals
from incident.storage import proofs as rows
from incident.storage import signals
from incident.storage.db import reading, transaction
from incident.storage.slack_rules import SlackRule
from tests.conftest import ADA, MAYA, START, connect_target


def lose(event, at=START):
    with transaction() as session:
        slack_connecting.token_lost(session, {"event": event}, at)


def token():
    with reading() as session:
        return rows.find(session, "slack", "token")


def chip(at=START):
    with reading() as session:
        return proofs.chip(session, at=at)


def a_rule(*, armed):
    with transaction() as session:
        rule = SlackRule(channel="C0EMERGENCY", target="primary", armed=armed)
        rule.created_at = rule.updated_at = START
        session.add(rule)


def hear(key, integration="slack", at=START):
    with transaction() as session:
        signals.keep(session, integration=integration, delivery_key=key, raw={}, at=at)


def test_an_app_that_was_removed_is_red_on_every_page_at_once(database):
    connect_target()
    a_rule(armed=True)

    lose({"type": "app_uninstalled"})

    assert chip().words == "PAGING DEGRADED"
    assert "The Slack app was removed from the workspace" in chip().sentence
    with reading() as session:
        assert proofs.is_due(session, at=START)


def test_where_no_cord_hangs_on_it_it_is_told_and_not_red(database):
    a_rule(armed=False)

    lose({"type": "tokens_revoked", "tokens": {"bot": ["U0DESK"]}})

    assert not token().ok
    assert not token().data["grave"]


@pytest.mark.parametrize("tokens", [{"oauth": ["U0SAM"]}, {"bot": []}, None, "all"])
def test_a_token_of_somebody_else_is_no_loss(database, tokens):
    lose({"type": "tokens_revoked", "tokens": tokens})

    assert token() is None


def test_a_look_that_finds_it_well_again_takes_it_back(database):
    lose({"type": "app_uninstalled"})
    with transaction() as session:
        proofs.keep_one(
            session, Finding("slack", "socket", False, "Slack's socket is away."), at=START
        )

    with transaction() as session:
        slack_connecting.keep_findings(session, [Finding("slack", "token")], at=START)

    assert token().ok
    with reading() as session:
        assert not rows.find(session, "slack", "socket").ok


def test_what_a_sweep_had_to_find_is_not_heard_and_a_command_is(database, clock):
    with reading() as session:
        assert slack_connecting.heard_at(session) is None
    hear("Ev1")
    hear("trigger 1", integration="slack_request", at=clock.forward(minutes=1))
    hear("sweep:C0EMERGENCY:1.2", at=clock.forward(minutes=1))

    with reading() as session:
        assert slack_connecting.heard_at(session) == clock.forward(minutes=-1)


def test_only_an_admin_disconnects_and_only_what_was_typed_is_forgotten(database):
    with transaction() as session:
        secrets = {"bot_token": "xoxb-typed", "signing_secrets": ["a" * 32]}
        connections.keep_slack(session, secrets=secrets, actor=ADA, at=START)

    with pytest.raises(Exception, match="admin"), transaction() as session:
        slack_connecting.disconnect(session, actor=MAYA, at=START)
    with transaction() as session:
        slack_connecting.disconnect(session, actor=Actor("Ada", role="admin"), at=START)

    with reading() as session:
        assert connections.typed_slack(session) == connections.SlackAccess()


def test_without_any_wish_a_channel_is_made_when_somebody_asks(database):
    with reading() as session:
        wishes = connections.channel_wishes(session)

    assert wishes == {"when": "asked", "prefix": "inc-", "archive": False}


def test_the_event_reaches_whoever_answers_for_it(database):
    payload = {"event_id": "Ev9", "event": {"type": "app_uninstalled"}}

    with transaction() as session:
        kept = slack_signals.keep(session, b"{}", payload, at=START)
        slack_signals.read(session, kept, START)

    assert (kept.state, kept.reason) == ("ignored", "the app was removed, or its token revoked")
    assert not token().ok
