"""API tokens: how scripts come in."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from incident.rules.fields import Wrong
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import DESK, Actor
from incident.services import tokens
from incident.storage import tokens as rows
from incident.storage.db import reading, transaction
from tests.conftest import ADA, MAYA, START

SOON = START + timedelta(minutes=5)


def a_token(name="deploy-bot", role="responder", actor=ADA, **fields):
    with transaction() as session:
        return tokens.create(session, name=name, role=role, actor=actor, at=START, **fields)


def whose(token, at=SOON):
    with reading() as session:
        return tokens.authenticate(session, token, at)


def test_a_token_acts_under_its_name_with_its_role(database):
    token = a_token()

    assert whose(token) == Actor("deploy-bot", role="responder", source="api")


def test_the_database_does_not_hold_the_token(database):
    token = a_token()

    with reading() as session:
        kept = str(session.execute(text("SELECT * FROM tokens")).all())
    assert token.rpartition("_")[2] not in kept
    assert token not in kept


@pytest.mark.parametrize("spoil", [str.swapcase, lambda t: t[:-1], lambda t: t + "A", lambda t: ""])
def test_a_token_that_is_not_exactly_it_is_nobody(spoil, database):
    token = a_token()

    assert whose(spoil(token)) is None


def test_a_secret_under_another_number_is_nobody(database):
    first, _second = a_token(), a_token("other")

    assert whose(first.replace("ic_1_", "ic_2_")) is None


def test_a_token_expires(database):
    token = a_token(expires_at=START + timedelta(days=1))

    assert whose(token, START + timedelta(hours=23)) is not None
    assert whose(token, START + timedelta(days=1)) is None


def test_a_revoked_token_is_nobody_at_once(database):
    token = a_token()

    with transaction() as session:
        tokens.revoke(session, token_id=1, actor=ADA, at=SOON)

    assert whose(token) is None


def test_its_last_use_is_noted_at_most_once_a_minute(database):
    token = a_token()

    with transaction() as session:
        assert not tokens.is_use_noted(session, token, SOON)
        tokens.note_use(session, token, SOON)
    with transaction() as session:
        assert tokens.is_use_noted(session, token, SOON + timedelta(seconds=59))
        tokens.note_use(session, token, SOON + timedelta(seconds=59))

    with reading() as session:
        assert rows.find(session, 1).used_at == SOON


def test_only_an_admin_or_the_desk_itself_makes_tokens(database):
    a_token(actor=DESK)

    with pytest.raises(NotAllowed, match="role admin"):
        a_token(actor=MAYA)


def test_every_field_that_is_wrong_is_named(database):
    with pytest.raises(Wrong) as refusal:
        a_token(name=" ", role="king", expires_at=START)

    assert sorted(refusal.value.fields) == ["expires_at", "name", "role"]
