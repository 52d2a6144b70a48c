"""The page of the stand-ins, and something that takes the place of the desk."""

import pytest

from tests.fakes import server
from tests.fakes.controls import Controls
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.slack import FakeSlack

A_SECRET = "stand-in"


@pytest.fixture
def app():
    with server.FakeServer() as fake:
        yield fake


@pytest.fixture
def controls(app):
    with (
        FakePagerDuty() as pagerduty,
        FakeSlack() as slack,
        Controls(
            0, pagerduty=pagerduty, slack=slack, app_url=app.url, signing_secret=A_SECRET
        ) as page,
    ):
        yield page
