"""What is connected, and what is missing."""

from incident.rules.proofs import Finding
from incident.services import proofs
from incident.storage.db import transaction
from incident.storage.workers import Worker
from tests.conftest import connect_target
from tests.web.browsers import Browser, a_person, words


def test_a_fresh_desk_says_in_plain_words_that_nothing_is_connected(browser):
    page = words(browser("Sam", role="viewer").get("/settings"))

    assert "PagerDuty is not connected. Nobody can be paged." in page
    assert "Slack is not connected." in page
    assert "There is no bot token: nothing can be posted." in page
    assert "No worker has ever run. Nothing is sent." in page


def test_what_is_connected_is_called_so(sqlite, build_app, wall_clock):
    app = build_app(sqlite, slack_bot_token="xoxb-secret", slack_signing_secrets="signing-secret")
    connect_target("primary")
    with transaction() as session:
        session.add(Worker(name="w", started_at=wall_clock(), beat_at=wall_clock()))

    answer = Browser(app, a_person("Ada", "admin")).get("/settings")

    assert "Every target has a key (1)." in words(answer)
    assert "A worker is running." in words(answer)
    assert "xoxb-secret" not in answer.text
    assert "signing-secret" not in answer.text


def test_the_tabs_are_those_that_ones_role_can_open(browser):
    admins = words(browser("Ada", role="admin").get("/settings"))
    responders = words(browser("Maya").get("/settings"))
    viewers = words(browser("Sam", role="viewer").get("/settings"))

    assert "PagerDuty Targets Slack Slack rules People API tokens" in admins
    assert "Connections Targets Slack rules Yourself" in responders
    assert "Connections Yourself" in viewers


def test_every_check_of_the_way_a_page_takes_is_listed_with_its_age(browser, wall_clock):
    with transaction() as session:
        gap = "The policy Core has nobody on call from 18:00 UTC."
        wrong = Finding("target primary", "next_day", False, gap, grave=True)
        proofs.keep(session, [Finding("target primary", "service"), wrong], at=wall_clock())
    wall_clock.forward(minutes=7)

    page = words(browser("Sam", role="viewer").get("/settings"))

    assert "primary: the service takes pages well, 7 min ago" in page
    assert f"primary: and for the next day {gap} not well, 7 min ago" in page
