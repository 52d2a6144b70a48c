"""An admin connects Slack in Settings, and a message in #emergency wakes somebody."""

import json

import pytest
from sqlalchemy import select

import incident.clock
from app import create_app
from config import Config
from incident.delivery.notifiers import notifiers_for
from incident.delivery.scheduler import Scheduler
from incident.delivery.worker import deliver_one
from incident.storage import db, outbox, pages
from incident.storage.db import reading
from tests.conftest import connect_target
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.fakes.slack_delivery import signed
from tests.slack.conftest import general_checklist
from tests.web.browsers import Browser, a_person, words

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
DESK = "https://desk.example.com"
CHANNEL = "C0EMERGENCY"
RULE = {
    "channel": CHANNEL,
    "channel_name": "#emergency",
    "target": "primary",
    "grace_seconds": "30",
}


class Newcomer:
    """Ada with a fresh desk, a Slack that has never heard of it, and the guide open beside her."""

    def __init__(self, app, config, clock, slack, pagerduty):
        self.app, self.config, self.clock = app, config, clock
        self.slack, self.pagerduty = slack, pagerduty
        self.checklist = ""
        self.browser = Browser(app, a_person("Ada", "admin"))
        self._notifiers = {name: make() for name, make in notifiers_for(config).items()}

    def opens(self):
        return words(self.browser.get("/settings/slack"))

    def sends(self, address, **form):
        answer = self.browser.post(address, form)
        assert answer.status_code == 303, words(answer)

    def says(self, text):
        """Somebody writes in #emergency, and Slack calls the desk."""
        body = json.dumps(self.slack.person_says(text)).encode()
        client, headers = self.app.test_client(), signed(body, SECRET, self.clock())
        kind = "application/json"
        return client.post("/slack/events", data=body, headers=headers, content_type=kind)

    def waits(self, **units):
        self.clock.forward(**units)
        Scheduler(clock=self.clock).sweep()
        for integration in ("pagerduty", "slack"):
            while deliver_one(
                self._notifiers[integration],
                integration=integration,
                owner="worker-1",
                clock=self.clock,
                public_url=DESK,
            ):
                pass

    def close(self):
        for notifier in self._notifiers.values():
            notifier.close()


@pytest.fixture
def ada(database, clock, monkeypatch):
    monkeypatch.setattr(incident.clock, "now", clock)
    monkeypatch.setattr(outbox, "database_now", lambda _session, process_now: process_now)
    with FakeSlack(clock=clock) as slack, FakePagerDuty(clock=clock) as pagerduty:
        slack.channels[CHANNEL].joined = False
        config = Config(
            secret_key="a secret for tests only and long enough",
            base_url=DESK,
            slack_api_url=slack.api_url,
            pagerduty_events_url=pagerduty.url,
        )
        with monkeypatch.context() as patch:
            patch.setattr(db, "connect", lambda _url: None)
            app = create_app(config)
        connect_target("primary")
        slug = general_checklist()
        newcomer = Newcomer(app, config, clock, slack, pagerduty)
        newcomer.checklist = slug
        yield newcomer
        newcomer.close()


def count_pages():
    with reading() as session:
        return len(list(session.scalars(select(pages.Page))))


def test_five_minutes_from_nothing_to_a_page(ada):
    assert "1. The app in Slack" in ada.opens()
    ada.sends("/settings/slack/tokens", bot_token=A_TOKEN, signing_secret=SECRET)
    assert "No channel has a rule yet" in ada.opens()
    ada.sends("/settings/slack-rules", checklist=ada.checklist, **RULE)
    ada.sends("/settings/slack/checks")
    assert "/invite @incident-desk" in ada.opens()
    ada.slack.channels[CHANNEL].joined = True
    ada.sends("/settings/slack/checks")
    ada.sends("/settings/slack/test-messages", channel="#emergency")
    assert "#emergency dry run, the app is in it" in ada.opens()

    ada.says("Is this on?")
    ada.waits(minutes=1)
    assert count_pages() == 0
    assert "Last heard from Slack" in ada.opens()

    ada.sends(f"/settings/slack-rules/{CHANNEL}/arming")
    assert ada.says("Nobody can log in").status_code == 200
    ada.waits(seconds=1)
    ada.waits(seconds=30)

    assert count_pages() == 1
    assert [event["event_action"] for event in ada.pagerduty.events] == ["trigger"]
    assert len(ada.slack.posts) == 2
