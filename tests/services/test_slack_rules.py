"""Slack rules: which channel wakes whom."""

from datetime import timedelta

import pytest

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.services import slack_rules
from incident.services.slack_rules import RuleForm
from incident.storage import signals
from incident.storage import slack_rules as rows
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from tests.conftest import ADA, MAYA, START

CHANNEL = "C024BE91L"


def put(channel=CHANNEL, actor=ADA, **fields):
    with transaction() as session:
        slack_rules.put(session, channel=channel, form=RuleForm(**fields), actor=actor, at=START)


def rule():
    with reading() as session:
        return rows.find(session, CHANNEL)


def test_a_new_rule_is_a_dry_run_with_thirty_seconds_of_grace(database):
    put(target="primary", channel_name="emergency")

    assert (rule().armed, rule().grace_seconds, rule().threads) == (False, 30, False)
    assert (rule().channel_name, rule().checklist) == ("#emergency", "general-incident")


def test_arming_changes_nothing_else(database):
    put(target="primary", channel_name="emergency", grace_seconds=0, threads=True)

    put(armed=True)

    assert (rule().armed, rule().grace_seconds, rule().threads) == (True, 0, True)


def test_a_removed_rule_is_gone_and_removing_it_again_is_fine(database):
    put(target="primary")

    with transaction() as session:
        slack_rules.remove(session, channel=CHANNEL, actor=ADA)
        slack_rules.remove(session, channel=CHANNEL, actor=ADA)

    assert rule() is None


def test_only_an_admin_changes_rules(database):
    with pytest.raises(NotAllowed, match="role admin"):
        put(target="primary", actor=MAYA)


def test_a_rule_must_wake_somebody_there_is(database):
    with pytest.raises(Wrong, match="Say whom to wake"):
        put()
    with pytest.raises(Wrong, match="There is no target mobile"):
        put(target="mobile")


def test_every_field_that_is_wrong_is_named(database):
    with pytest.raises(Wrong) as refusal:
        put("emergency", target="primary", checklist="nix", grace_seconds=9999)

    assert sorted(refusal.value.fields) == ["channel", "checklist", "grace_seconds"]


def test_what_a_dry_run_would_have_done_lately_is_found(database):
    with transaction() as session:
        for number, (channel, state, days) in enumerate(
            [
                (CHANNEL, "rehearsed", 1),
                (CHANNEL, "rehearsed", 8),
                (CHANNEL, "opened", 1),
                ("C000OTHER", "rehearsed", 1),
            ]
        ):
            session.add(
                Signal(
                    integration="slack",
                    delivery_key=str(number),
                    key=f"T1:{channel}:{number}.1",
                    raw={},
                    state=state,
                    reason="opened an incident",
                    received_at=START - timedelta(days=days),
                )
            )

    with reading() as session:
        found = signals.rehearsed(session, CHANNEL, START - timedelta(days=7))

    assert [signal.delivery_key for signal in found] == ["0"]
