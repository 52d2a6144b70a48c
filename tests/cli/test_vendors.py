"""A demo is connected to the stand-ins by the steps that a person takes."""

from config import Config
from incident.cli.vendors import connect_pagerduty, connect_slack
from incident.services import connections, install, proving
from incident.storage import sealed, targets
from incident.storage.db import reading, transaction
from tests.conftest import START
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.pagerduty_catalog import A_TOKEN
from tests.fakes.slack import A_TOKEN as A_BOT_TOKEN
from tests.fakes.slack import FakeSlack


def test_every_target_has_a_service_and_test_events_have_their_own(sqlite):
    with transaction() as session:
        install.prepare(session, START)
    with FakePagerDuty() as pagerduty:
        config = Config(pagerduty_api_url=pagerduty.url, pagerduty_api_token=A_TOKEN)
        connect_pagerduty(config, START)

    with reading() as session:
        primary, test = targets.find(session, "primary"), proving.proving_target(session)
        settings = connections.settings_of(session)
        keys = {
            sealed.unseal(targets.secret_of(session, one.routing_key_id)): one.service_id
            for one in (primary, test)
        }
    assert (primary.service_id, test.service_id) == ("PAPP00", "PPROOF")
    assert keys == pagerduty.keys
    assert (settings["owner"]["name"], settings["sender"]) == ("Maya", "maya@example.com")
    assert pagerduty.breaches == []


def test_slack_is_connected_with_a_channel_for_each_audience_that_has_one(sqlite):
    with FakeSlack() as slack:
        slack.add_channel("incident-updates")
        config = Config(slack_api_url=slack.api_url, slack_bot_token=A_BOT_TOKEN)
        connect_slack(config, START)

    with reading() as session:
        settings = connections.settings_of(session, connections.SLACK)
    assert (settings["workspace"]["name"], settings["transport"]) == ("Desk", "http")
    assert settings["audiences"] == {
        "executives": {"channel": "C0INCIDENTUPDATES", "name": "#incident-updates"}
    }


def test_a_stand_in_that_does_not_answer_leaves_the_demo_as_it_was(sqlite):
    with FakeSlack() as slack:
        config = Config(slack_api_url=slack.api_url, slack_bot_token="xoxb-another")
        connect_slack(config, START)

    with reading() as session:
        assert connections.settings_of(session, connections.SLACK) == {}
