"""Where people may wait for Slack, a calm band says that it fails."""

import pytest

from incident.delivery import inbox
from incident.delivery.catch_up import CatchUp
from incident.services import proofs, slack_health
from incident.storage.db import transaction
from tests.web.browsers import Browser, a_person, words

SAID = "Slack degraded since 02:00 UTC: Slack could not be reached."


@pytest.fixture
def ada(app_on_both):
    return Browser(app_on_both, a_person("Ada", "admin"))


@pytest.fixture
def slack_fails(ada, clock):
    """For two minutes already."""
    with transaction() as session:
        slack_health.failing(session, "Slack could not be reached", at=clock())
        slack_health.failing(session, "Slack could not be reached", at=clock.forward(minutes=2))


@pytest.mark.parametrize("path", ["/settings", "/incidents/INC-1"])
def test_incidents_and_settings_say_that_slack_fails(ada, an_incident, slack_fails, path):
    an_incident()

    assert SAID in words(ada.get(path))


def test_when_slack_works_again_the_band_is_gone(ada, an_incident, slack_fails, clock):
    an_incident()
    with transaction() as session:
        slack_health.working(session, at=clock())

    assert SAID not in words(ada.get("/incidents/INC-1"))


def test_a_look_at_the_pager_path_forgets_nothing_of_it(ada, slack_fails, clock):
    with transaction() as session:
        proofs.keep(session, [], at=clock())

    assert SAID in words(ada.get("/settings"))


def test_that_slack_keeps_back_what_was_written_is_said_and_soon_forgotten(ada, clock):
    told = {"type": "app_rate_limited", "minute_rate_limited": 1741053600, "team_id": "T0"}
    inbox.receive(b"limited", told, at=clock())
    assert "more is written than it tells the desk" in words(ada.get("/settings"))

    clock.forward(minutes=4)
    CatchUp(clock=clock).turn()
    assert "Slack degraded" not in words(ada.get("/settings"))
