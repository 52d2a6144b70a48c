"""API tokens, as admins make and revoke them."""

import re

import pytest

from incident.services import tokens
from incident.storage.db import reading
from tests.web.browsers import Browser, a_person, words


@pytest.fixture
def ada(app):
    return Browser(app, a_person("Ada", "admin"))


def make(browser, **form):
    form = {"name": "deploy-bot", "role": "responder", "lasts": "30", **form}
    return browser.post("/settings/tokens", form)


def token_on(answer):
    return re.search(r"ic_\d+_[\w-]{43}", answer.text)[0]


def whose(token, at):
    with reading() as session:
        return tokens.authenticate(session, token, at)


def test_a_token_is_shown_once(ada, wall_clock):
    token = token_on(make(ada))

    assert whose(token, wall_clock()).name == "deploy-bot"
    assert token not in ada.get("/settings/tokens").text
    assert "deploy-bot, responder" in words(ada.get("/settings/tokens"))


def test_a_token_ends_when_it_was_asked_to(ada, wall_clock):
    token = token_on(make(ada))

    wall_clock.forward(days=30)

    assert whose(token, wall_clock()) is None


def test_a_token_may_last_until_it_is_revoked(ada, wall_clock):
    token = token_on(make(ada, lasts=""))
    wall_clock.forward(days=4000)
    assert whose(token, wall_clock())
    ada = Browser(ada.app, ada.person)

    ada.post("/settings/tokens/1/revocation")

    assert whose(token, wall_clock()) is None
    assert "revoked" in words(ada.get("/settings/tokens"))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Say what will use it"),
        ("role", "king", "Choose one of"),
        ("lasts", "9", "Choose from the list"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(field, value, sentence, ada):
    answer = make(ada, **{field: value})

    assert answer.status_code == 422
    assert sentence in words(answer)
    assert "ic_1_" not in answer.text
