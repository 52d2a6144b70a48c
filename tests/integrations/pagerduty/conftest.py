import pytest

from incident.integrations.pagerduty.notifier import PagerDuty
from tests.fakes.pagerduty import FakePagerDuty
from tests.integrations.deadlines import SHORT
from tests.integrations.pagerduty.messages import a_message


@pytest.fixture
def pagerduty():
    with FakePagerDuty() as fake:
        yield fake


@pytest.fixture
def notifier(pagerduty):
    return PagerDuty(pagerduty.url)


@pytest.fixture
def impatient(pagerduty):
    return PagerDuty(pagerduty.url, read_timeout=SHORT)


@pytest.fixture
def an_incident(pagerduty, notifier):
    """What a page of ours came to in PagerDuty."""
    notifier.send(a_message())
    return pagerduty.incidents[0]
