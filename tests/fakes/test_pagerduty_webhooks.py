"""Webhooks of our PagerDuty: signed, in order, repeated until they are taken."""

import json
import threading

import pytest

from incident.integrations.pagerduty.webhook import is_signed
from tests.fakes import server
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.pagerduty_webhooks import PAUSES
from tests.fakes.server import FakeServer
from tests.fakes.test_controls import an_alert

SECRETS = ("the new one", "the old one")


@pytest.fixture
def desk():
    with FakeServer() as fake:
        yield fake


@pytest.fixture
def pagerduty(desk):
    with FakePagerDuty() as fake:
        fake.send_webhooks_to(f"{desk.url}/hook", SECRETS)
        yield fake


def kinds(desk):
    return [json.loads(request.body)["event"]["event_type"] for request in desk.requests]


@pytest.mark.parametrize("secret", SECRETS)
def test_each_is_signed_with_every_secret(pagerduty, desk, secret):
    an_alert(pagerduty)

    assert pagerduty.webhooks_idle()
    (told,) = desk.requests
    assert is_signed(told.headers["X-PagerDuty-Signature"], told.body, [secret])


def test_they_come_in_the_order_in_which_it_happened(pagerduty, desk):
    key = an_alert(pagerduty).dedup_key

    pagerduty.acknowledge(key)
    pagerduty.resolve(key)

    assert pagerduty.webhooks_idle()
    assert [kind.partition(".")[2] for kind in kinds(desk)] == [
        "triggered",
        "acknowledged",
        "resolved",
    ]


def test_what_is_not_taken_comes_again_under_the_same_id(pagerduty, desk):
    desk.script += [server.status(503), server.reset()]

    an_alert(pagerduty)

    assert pagerduty.webhooks_idle()
    assert pagerduty.sent[0].statuses == [503, 0, 200]
    assert len({request.headers["X-Webhook-Id"] for request in desk.requests}) == 1


def test_what_is_refused_is_dropped(pagerduty, desk):
    desk.script.append(server.status(401))

    an_alert(pagerduty)

    assert pagerduty.webhooks_idle()
    assert (len(desk.requests), pagerduty.sent[0].delivered) == (1, False)


def test_what_is_held_comes_in_any_order_and_number(pagerduty, desk):
    pagerduty.holding = True
    key = an_alert(pagerduty).dedup_key
    pagerduty.acknowledge(key)

    pagerduty.release(lambda held: held[::-1], copies=2)

    assert pagerduty.webhooks_idle()
    assert kinds(desk) == ["incident.acknowledged"] * 2 + ["incident.triggered"] * 2


@pytest.mark.parametrize("quiet", ["suppressed", "maintenance", "nobody on call"])
def test_a_202_may_wake_nobody(pagerduty, desk, quiet):
    pagerduty.quiet = quiet

    alert = an_alert(pagerduty)

    assert alert.incident is None
    assert desk.requests == []


def test_low_urgency_rings_no_telephone(pagerduty):
    pagerduty.quiet = "low urgency"

    incident = an_alert(pagerduty).incident

    assert "notify_log_entry" not in [entry.type for entry in incident.log]


def test_what_went_to_another_address_is_given_up(desk):
    with FakePagerDuty() as fake, FakeServer() as former:
        former.always = server.status(503)
        fake.send_webhooks_to(f"{former.url}/hook", SECRETS)
        an_alert(fake)
        assert not fake.webhooks_idle(within=0.2)

        fake.send_webhooks_to(f"{desk.url}/hook", SECRETS)
        former.always = None
        fake.tell_ping()

        assert fake.webhooks_idle()
        assert not threading.Event().wait(sum(PAUSES[:3]))
        assert [sent.kind for sent in fake.sent] == ["pagey.ping"]
