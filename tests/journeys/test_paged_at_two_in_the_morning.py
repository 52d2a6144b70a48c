"""Somebody posts in #emergency at two in the morning, and a phone rings."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from incident.delivery.worker import deliver_one
from incident.integrations.pagerduty.notifier import PagerDuty
from incident.integrations.slack.notifier import Slack
from incident.services import incidents
from incident.storage.db import transaction
from tests.conftest import MAYA, START, connect_target
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.server import status
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.slack.conftest import PHONES, button, general_checklist

PUBLIC_URL = "https://desk.example"


class Night:
    """The desk between a Slack and a PagerDuty of our own, on one clock."""

    def __init__(self, desk, clock, slack, pagerduty):
        self.desk, self.clock, self.slack, self.pagerduty = desk, clock, slack, pagerduty
        self._notifiers = {
            "pagerduty": PagerDuty(pagerduty.url),
            "slack": Slack(slack.api_url, A_TOKEN),
        }

    def posts(self, text):
        """Somebody writes in #emergency. Slack tells us four times, for it is Slack."""
        event = self.slack.person_says(text)
        assert [self.desk.send(event) for _ in range(4)] == [200] * 4
        self.work()
        return event["event"]["ts"]

    def wait(self, **units):
        self.desk.wait(**units)
        self.work()

    def work(self):
        """What the worker does all night, until there is nothing left to send."""
        for integration, notifier in self._notifiers.items():
            while deliver_one(
                notifier,
                integration=integration,
                owner="worker-1",
                clock=self.clock,
                public_url=PUBLIC_URL,
            ):
                pass

    def presses(self, label, user):
        self.desk.presses(button(self.desk.receipt(), label), user=user)
        self.work()

    def thread(self, ts):
        """What everybody can read below the message."""
        found = self.slack.channels["C0EMERGENCY"].messages
        return [message["text"] for message in found if message.get("thread_ts") == ts]

    def close(self):
        for notifier in self._notifiers.values():
            notifier.close()


@pytest.fixture
def night(desk, clock) -> Iterator[Night]:
    with FakeSlack(clock=clock) as slack, FakePagerDuty(clock=clock) as pagerduty:
        whole = Night(desk(checklist=general_checklist()), clock, slack, pagerduty)
        yield whole
        whole.close()


def test_somebody_is_awake_within_a_minute_and_the_reporter_hears_it(night):
    ts = night.posts("A ton of push notifications are enqueued\nThey go out to everybody")
    assert night.thread(ts)[0].startswith("INC-1: Paging primary in 30 s, at 02:00:30 UTC.")
    assert night.pagerduty.alerts == []

    night.wait(seconds=30)

    (alert,) = night.pagerduty.alerts
    assert alert.opened_at - START == timedelta(seconds=30)
    assert alert.summary.startswith("[SEV?] INC-1 A ton of push notifications are enqueued")
    event = night.pagerduty.events[0]
    assert event["links"][0]["href"] == f"{PUBLIC_URL}/incidents/INC-1"
    details = event["payload"]["custom_details"]
    assert details["first report"].endswith("They go out to everybody")
    assert details["first step"] == "Say that you have it"
    assert "PagerDuty took the page at 02:00:30 UTC" in night.thread(ts)[0]

    night.wait(seconds=20)
    night.presses("I have it", "U0MAYA")

    assert alert.state == "acknowledged"
    assert night.thread(ts)[0] == "INC-1: Maya is awake since 02:00:50 UTC, and has it."
    assert night.thread(ts)[1] == "<@U0SAM> INC-1: Maya is awake since 02:00:50 UTC, and has it."

    night.clock.forward(hours=1)
    with transaction() as session:
        incidents.move(
            session, incident_key="INC-1", action="resolve", actor=MAYA, at=night.clock()
        )
    night.work()

    assert alert.state == "resolved"
    assert night.thread(ts)[0].startswith("INC-1: Maya resolved the incident (03:00:50 UTC)")
    assert night.thread(ts)[2].startswith("<@U0SAM> INC-1: Maya resolved the incident")
    assert len(night.pagerduty.alerts) == 1


def test_nobody_waits_for_the_grace_who_presses_page_now(night):
    ts = night.posts("The database is gone")

    night.clock.forward(seconds=4)
    night.presses("Page now", "U0SAM")
    night.wait(minutes=4)

    assert len(night.pagerduty.alerts) == 1
    assert night.pagerduty.alerts[0].opened_at - START == timedelta(seconds=4)
    assert "PagerDuty took the page at 02:00:04 UTC" in night.thread(ts)[0]


def test_what_is_no_emergency_wakes_nobody(night):
    ts = night.posts("wrong channel, sorry")

    night.presses("Not an emergency", "U0SAM")
    night.wait(minutes=5)

    assert night.pagerduty.received == []
    assert "declined the incident: Not an emergency" in night.thread(ts)[0]


def test_when_pagerduty_refuses_the_thread_says_so_in_capitals_with_the_phones(night):
    night.pagerduty.always = status(400, b'{"status": "invalid event", "errors": ["no"]}')
    ts = night.posts("Uploads are failing")

    night.wait(seconds=30)

    receipt = night.thread(ts)[0]
    assert receipt.startswith("INC-1: NOBODY WAS PAGED: ")
    assert f"1. Maya {PHONES[0]['phone']}" in receipt
    assert night.thread(ts)[1].startswith("<@U0SAM> INC-1: NOBODY WAS PAGED: ")


def test_when_pagerduty_is_down_the_page_goes_out_as_soon_as_it_is_back(night):
    night.pagerduty.always = status(503)
    ts = night.posts("Uploads are failing")
    night.wait(seconds=30)
    assert night.thread(ts)[0].startswith("INC-1: Paging primary now. Unless somebody answers by")

    night.pagerduty.always = None
    night.wait(minutes=2)

    assert len(night.pagerduty.alerts) == 1
    assert "PagerDuty took the page" in night.thread(ts)[0]


def test_when_slack_is_down_the_page_goes_out_all_the_same(night):
    night.slack.always = status(503)
    event = night.slack.person_says("Uploads are failing")
    night.desk.send(event)

    night.wait(seconds=30)
    assert len(night.pagerduty.alerts) == 1

    night.slack.always = None
    night.wait(minutes=3)
    night.wait(minutes=1)
    assert len(night.thread(event["event"]["ts"])) == 1
    assert "PagerDuty took the page" in night.thread(event["event"]["ts"])[0]


def test_a_target_that_is_connected_later_is_paged_by_a_press(desk, clock):
    with FakeSlack(clock=clock) as slack, FakePagerDuty(clock=clock) as pagerduty:
        night = Night(desk(connected=False), clock, slack, pagerduty)
        ts = night.posts("Uploads are failing")
        assert "NOBODY WAS PAGED: primary is not connected" in night.thread(ts)[0]

        connect_target("primary")
        night.wait(minutes=1)
        assert pagerduty.alerts == []
        night.presses("Page again", "U0SAM")

        assert len(pagerduty.alerts) == 1
        night.close()
