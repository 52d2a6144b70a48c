"""A token typed in Settings counts from the next message on, and is not asked for all the time."""

import pytest
from sqlalchemy.exc import OperationalError

from config import Config
from incident.delivery import slack_access
from incident.delivery.notifiers import notifiers_for
from incident.delivery.slack_access import Known, access_of
from incident.integrations.notifier import Delivered, NotSent
from incident.services import connections
from incident.services.connections import SlackAccess
from incident.storage import sealed
from incident.storage.db import transaction
from tests.conftest import ADA, START
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.integrations.slack.messages import a_post

GIVEN = Config(slack_bot_token="xoxb-given", slack_signing_secrets="one, two")


class Steady:
    """Seconds that pass when told."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def type_in(**secrets):
    with transaction() as session:
        connections.keep_slack(session, actor=ADA, at=START, secrets=secrets)


def test_what_was_typed_adds_to_what_the_environment_gives(database):
    type_in(bot_token="xoxb-typed", app_token="xapp-typed", signing_secrets=["three"])

    assert access_of(GIVEN) == SlackAccess("xoxb-given", "xapp-typed", ("one", "two", "three"))


def test_what_cannot_be_unsealed_counts_as_never_typed(database):
    type_in(bot_token="xoxb-typed", signing_secrets=["three"])
    sealed.use("another secret altogether")

    assert access_of(GIVEN) == SlackAccess("xoxb-given", "", ("one", "two"))


def test_a_moment_is_not_asked_about_twice(database):
    steady = Steady()
    known = Known(GIVEN, steady=steady)
    assert known.now().app_token == ""
    type_in(app_token="xapp-typed")

    steady.seconds += 1.9
    assert known.now().app_token == ""
    steady.seconds += 0.2
    assert known.now().app_token == "xapp-typed"


def test_whoever_was_not_served_may_ask_anew(database):
    steady = Steady()
    known = Known(GIVEN, steady=steady)
    assert known.now().app_token == ""
    type_in(app_token="xapp-typed")

    steady.seconds += 0.6

    assert known.anew().app_token == "xapp-typed"


def test_without_the_database_what_was_known_still_counts(database, monkeypatch):
    steady = Steady()
    type_in(bot_token="xoxb-typed")
    known = Known(Config(), steady=steady)
    assert known.now().bot_token == "xoxb-typed"

    monkeypatch.setattr(slack_access, "access_of", _away)
    steady.seconds += 60

    assert known.now().bot_token == "xoxb-typed"


def test_without_the_database_from_the_start_the_environment_counts(monkeypatch):
    monkeypatch.setattr(slack_access, "access_of", _away)

    assert Known(GIVEN).now() == SlackAccess("xoxb-given", "", ("one", "two"))


def _away(_config):
    raise OperationalError("select", {}, OSError("away"))


def test_a_token_typed_later_is_sent_with_from_then_on(database, monkeypatch):
    monkeypatch.setattr(slack_access, "GOOD_FOR", 0)
    with FakeSlack() as slack:
        notifier = notifiers_for(Config(slack_api_url=slack.api_url))["slack"]()
        before = notifier.send(a_post())
        type_in(bot_token=A_TOKEN)
        after = notifier.send(a_post())

    assert before == NotSent("Slack is not connected")
    assert isinstance(after, Delivered)


@pytest.fixture(autouse=True)
def the_usual_seal():
    yield
    sealed.use("a secret for tests only")
