import pytest

from incident.integrations.slack.notifier import Slack
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.integrations.deadlines import SHORT


@pytest.fixture
def slack():
    with FakeSlack() as fake:
        yield fake


@pytest.fixture
def notifier(slack):
    return Slack(slack.api_url, A_TOKEN)


@pytest.fixture
def impatient(slack):
    return Slack(slack.api_url, A_TOKEN, read_timeout=SHORT)
