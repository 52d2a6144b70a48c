"""Whether we can reach the outside, said honestly."""

from datetime import UTC, datetime, timedelta

from incident.rules import connections

NOW = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)


def test_without_any_key_nobody_can_be_paged_and_it_says_so():
    found = connections.pagerduty({"primary": False})

    assert found.state == "missing"
    assert "Nobody can be paged" in found.sentence


def test_the_targets_without_a_key_are_named():
    found = connections.pagerduty({"primary": True, "mobile": False})

    assert found.state == "partly"
    assert found.missing == ("mobile has no routing key: pages to it are not sent.",)


def test_pagerduty_is_connected_when_every_target_is():
    assert connections.pagerduty({"primary": True}).state == "connected"


def test_slack_without_any_token_names_each_that_is_missing():
    found = connections.slack(can_post=False, can_hear=False, armed=[])

    assert found.state == "missing"
    assert "no bot token" in found.missing[0]
    assert "neither an app-level token nor a signing secret" in found.missing[1]
    assert "No channel has a rule" in found.missing[2]


def test_rules_that_are_all_dry_runs_wake_nobody_and_it_says_so():
    found = connections.slack(can_post=True, can_hear=True, armed=[False, False])

    assert found.state == "partly"
    assert "Every rule is a dry run" in found.missing[0]


def test_slack_is_connected_with_one_armed_rule():
    assert connections.slack(can_post=True, can_hear=True, armed=[True]).state == "connected"


def test_a_worker_that_is_silent_for_half_a_minute_is_missed():
    assert connections.worker(NOW - timedelta(seconds=29), NOW).state == "connected"
    assert connections.worker(NOW - timedelta(seconds=31), NOW).word == "silent"
    assert connections.worker(None, NOW).word == "not running"


def test_plain_http_beyond_this_machine_is_called_what_it_is():
    assert connections.address("https://desk.example.com").state == "connected"
    assert connections.address("http://127.0.0.1:8000").word == "this machine only"
    assert connections.address("http://10.0.0.5:8000").word == "not encrypted"
