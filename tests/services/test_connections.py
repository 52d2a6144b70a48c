"""How we reach PagerDuty: the environment and what was typed, together."""

import pytest

from incident.rules.permissions import Actor
from incident.services import connections
from incident.storage.connections import find
from incident.storage.db import reading, transaction
from tests.conftest import START

ADMIN = Actor("Ada", "admin", person_id=None, source="web")


class Nothing:
    pagerduty_api_token = ""
    pagerduty_from = ""
    webhook_secrets = ()


class Environment(Nothing):
    pagerduty_api_token = "from-the-environment"  # noqa: S105
    webhook_secrets = ("first",)


def keep(**given):
    with transaction() as session:
        connections.keep_pagerduty(session, actor=ADMIN, at=START, **given)


def test_without_anything_nothing_is_heard(database):
    with reading() as session:
        access = connections.pagerduty(session, Nothing())

    assert not access.can_ask
    assert not access.can_hear


def test_what_was_typed_is_kept_sealed(database):
    keep(secrets={"token": "very-secret-token"}, settings={"sender": "ada@example.com"})

    with reading() as session:
        access = connections.pagerduty(session, Nothing())
        row = find(session, "pagerduty")

    assert (access.token, access.sender) == ("very-secret-token", "ada@example.com")
    assert "very-secret-token" not in row.secrets


def test_the_environment_wins_and_webhook_secrets_add_up(database):
    keep(secrets={"token": "typed", "webhook_secrets": ["second", "first"]})

    with reading() as session:
        access = connections.pagerduty(session, Environment())

    assert access.token == "from-the-environment"
    assert access.webhook_secrets == ("first", "second")


def test_one_secret_can_be_kept_without_losing_another(database):
    keep(secrets={"token": "typed"})
    keep(secrets={"webhook_secrets": ["one"]})

    with reading() as session:
        access = connections.pagerduty(session, Nothing())

    assert (access.token, access.webhook_secrets) == ("typed", ("one",))


def test_only_an_admin_may_change_it(database):
    responder = Actor("Maya", "responder", person_id=None, source="web")

    with pytest.raises(Exception, match="admin"), transaction() as session:
        connections.keep_pagerduty(session, actor=responder, at=START, secrets={"token": "x"})
