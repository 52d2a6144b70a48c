"""Who is let in: whoever signs with a secret that is live at this moment, and nobody else."""

import json

import pytest

from incident.delivery import slack_access
from incident.services import connections
from incident.storage import sealed
from incident.storage.db import transaction
from tests.conftest import ADA, START
from tests.fakes.slack_events import a_message_event, signed
from tests.slack.conftest import SECRET
from tests.sqlcount import counted

TYPED = "typed-in-settings-2b9f"


@pytest.fixture(autouse=True)
def no_memory(monkeypatch):
    """What was typed a moment ago counts at once."""
    monkeypatch.setattr(slack_access, "GOOD_FOR", 0)
    monkeypatch.setattr(slack_access, "ASKED_ANEW_AFTER", 0)


def type_secrets(*secrets):
    with transaction() as session:
        connections.keep_slack(
            session, actor=ADA, at=START, secrets={"signing_secrets": list(secrets)}
        )


def answer(desk, secret, **headers):
    body = json.dumps(a_message_event("Uploads are failing", ts=desk.stamp())).encode()
    given = signed(body, secret, desk.clock()) | headers
    return desk.app.test_client().post("/slack/events", data=body, headers=given)


@pytest.fixture
def sam(desk):
    return desk()


def test_a_secret_typed_in_settings_lets_slack_in(sam):
    assert answer(sam, TYPED).status_code == 401

    type_secrets(TYPED)

    assert answer(sam, TYPED).status_code == 200


def test_slack_verifies_the_address_as_soon_as_its_secret_is_typed(sam):
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}).encode()

    def verify():
        headers = signed(body, TYPED, sam.clock())
        return sam.app.test_client().post("/slack/events", data=body, headers=headers)

    assert verify().status_code == 401
    type_secrets(TYPED)

    assert verify().get_json() == {"challenge": "3eZbrw1a"}


def test_while_a_secret_is_replaced_both_count(sam):
    type_secrets(TYPED, "the-next-one")

    answers = [answer(sam, secret).status_code for secret in (SECRET, TYPED, "the-next-one")]

    assert answers == [200, 200, 200]


def test_a_secret_that_was_dropped_lets_nobody_in(sam):
    type_secrets(TYPED)
    assert answer(sam, TYPED).status_code == 200

    type_secrets()

    assert answer(sam, TYPED).status_code == 401


def test_what_cannot_be_unsealed_leaves_the_secrets_of_the_environment(sam):
    type_secrets(TYPED)
    sealed.use("another secret altogether")

    answers = [answer(sam, secret).status_code for secret in (TYPED, SECRET)]
    sealed.use("a secret for tests only")

    assert answers == [401, 200]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=abc"},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "now"},
        {"X-Slack-Request-Timestamp": "1e9"},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Request-Timestamp": "1" * 40},
    ],
)
def test_a_malformed_header_is_answered_with_the_same_small_refusal(sam, headers):
    told = answer(sam, SECRET, **headers)

    assert (told.status_code, told.data) == (401, b"not signed by Slack")
    assert sam.states() == []


@pytest.mark.parametrize(("seconds", "status"), [(300, 200), (301, 401), (-300, 200), (-301, 401)])
def test_what_was_signed_five_minutes_ago_is_no_longer_believed(sam, seconds, status):
    body = json.dumps(a_message_event("Uploads are failing", ts=sam.stamp())).encode()
    given = signed(body, SECRET, sam.clock())
    sam.clock.forward(seconds=seconds)

    told = sam.app.test_client().post("/slack/events", data=body, headers=given)

    assert told.status_code == status


def test_an_event_costs_no_question_about_secrets_while_nothing_changes(sam, monkeypatch):
    answer(sam, SECRET)
    monkeypatch.setattr(slack_access, "GOOD_FOR", 60)

    with counted() as statements:
        assert answer(sam, SECRET).status_code == 200

    assert [one for one in statements if "FROM connections" in one] == []


def test_a_flood_that_nobody_signed_costs_no_question_and_keeps_nothing(sam, monkeypatch):
    answer(sam, SECRET)
    monkeypatch.setattr(slack_access, "GOOD_FOR", 60)
    monkeypatch.setattr(slack_access, "ASKED_ANEW_AFTER", 60)

    with counted() as statements:
        answers = {answer(sam, "guessed").status_code for _ in range(50)}

    assert (answers, statements) == ({401}, [])
