"""Connects a demo to the stand-ins, by the steps that a person takes on the pages."""

from datetime import datetime

from config import Config
from incident.cli.people import OPERATOR
from incident.integrations.pagerduty import account
from incident.integrations.pagerduty.rest import Rest
from incident.integrations.slack import account as workspaces
from incident.rules.slack_connecting import HTTP
from incident.services import connections, slack_connecting
from incident.storage.db import transaction

AUDIENCES = {"executives": "#incident-updates", "customers": "#support"}
SERVICES = {"primary": "The app"}
TEST_SERVICE, TEST_TARGET = "Test events", "test-events"


def connect_pagerduty(config: Config, at: datetime) -> None:
    """A service with a key for each target, and one for test events. The worker proves it."""
    rest = Rest(config.pagerduty_api_url, config.pagerduty_api_token)
    owner, services = account.owner(rest), account.services(rest)
    numbers = {one.name: one.id for one in services}
    keys = {
        target: account.make_key(rest, numbers[name], target)
        for target, name in {**SERVICES, TEST_TARGET: TEST_SERVICE}.items()
    }
    with transaction() as session:
        kept = connections.account_settings(owner, services, sender=owner.email, at=at)
        connections.keep_pagerduty(session, settings=kept, actor=OPERATOR, at=at)
        for target, name in SERVICES.items():
            connections.give_key(
                session, target=target, service_id=numbers[name], routing_key=keys[target],
                actor=OPERATOR, at=at,
            )  # fmt: skip
        connections.keep_test_service(
            session, name=TEST_TARGET, service_id=numbers[TEST_SERVICE],
            routing_key=keys[TEST_TARGET], actor=OPERATOR, at=at,
        )  # fmt: skip


def connect_slack(config: Config, at: datetime) -> None:
    """The stand-in calls this very machine, which Slack itself could not: so nobody is asked how
    it reaches us. Which channels there are for updates depends on the stand-in."""
    with workspaces.calling(config.slack_api_url, config.slack_bot_token) as client:
        answer = client.ask("auth.test")
        found = {name: workspaces.channel(client, where) for name, where in AUDIENCES.items()}
    if not answer.ok:
        return
    chosen = {
        name: {"channel": one.id, "name": one.name}
        for name, one in found.items()
        if isinstance(one, workspaces.Channel)
    }
    with transaction() as session:
        connections.keep_slack(session, settings={"transport": HTTP}, actor=OPERATOR, at=at)
        slack_connecting.remember_workspace(session, workspaces.workspace(answer), at=at)
        slack_connecting.keep_audiences(session, chosen, actor=OPERATOR, at=at)
