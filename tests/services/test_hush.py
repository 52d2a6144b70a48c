"""An incident becomes private while what was said of it still waits to go out."""

from datetime import timedelta

import pytest

from incident.delivery.scheduler import Scheduler
from incident.services import pages, privacy
from incident.storage import incidents, outbox
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA, START, connect_target
from tests.delivery.conftest import one_clock  # noqa: F401
from tests.web.browsers import a_person


@pytest.fixture
def waiting(database, an_incident, clock):
    """Says everything that waits for PagerDuty, Slack and the mail, once the incident is hidden."""
    a_person("Ada", "admin")
    connect_target("primary", slack_channel="#platform")
    key = an_incident(severity="sev1", title="Keys were stolen")
    with transaction() as session:
        asked = {"incident_key": key, "target": "primary", "text": "Help us", "actor": MAYA}
        pages.page(session, **asked, at=START)
    clock.forward(seconds=60)
    Scheduler(clock=clock).sweep()
    with transaction() as session:
        privacy.hide(session, incident_key=key, actor=ADA, at=START + timedelta(minutes=1))
    with reading() as session:
        return outbox.of_incident(session, incidents.id_of(key))


def test_nothing_that_waits_tells_what_happened(waiting):
    assert {one.integration for one in waiting} == {"pagerduty", "slack", "email"}
    assert [one.subject for one in waiting if "Keys" in f"{one.subject} {one.settings}"] == []


def test_the_page_says_what_to_do(waiting):
    [page] = [one for one in waiting if one.integration == "pagerduty"]

    assert page.subject == "[SEV1] INC-1 (private): acknowledge this, then open the desk"


def test_the_alarm_goes_out_all_the_same(waiting):
    [post] = [one for one in waiting if one.integration == "slack"]

    assert post.settings["text"].startswith("INC-1 (private)\nNOBODY")
    assert post.state == "due"
