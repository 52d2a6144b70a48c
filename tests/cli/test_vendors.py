"""A demo is connected to the stand-in by the steps that a person takes."""

from config import Config
from incident.cli.vendors import connect_pagerduty
from incident.services import connections, install, proving
from incident.storage import sealed, targets
from incident.storage.db import reading, transaction
from tests.conftest import START
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.pagerduty_catalog import A_TOKEN


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
