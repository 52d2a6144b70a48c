import pytest

from incident.integrations.pagerduty.notifier import PagerDuty
from tests.fakes.pagerduty import FakePagerDuty


@pytest.fixture
def pagerduty():
    with FakePagerDuty() as fake:
        yield fake


@pytest.fixture
def notifier(pagerduty):
    return PagerDuty(pagerduty.url)


@pytest.fixture
def impatient(pagerduty):
    return PagerDuty(pagerduty.url, read_timeout=0.3)
