import socket
import threading
import time

import pytest

from incident.integrations.notifier import Delivered, TryAgain
from incident.integrations.slack import web
from incident.integrations.slack.notifier import Slack
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, FakeSlack
from tests.integrations.deadlines import ENDLESS, IN_TIME, once_heard
from tests.integrations.slack.messages import a_post


@pytest.fixture
def trusted(certificate, monkeypatch):
    """Our own certificate is as good as any authority's, for one test."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    web.trust.cache_clear()
    yield
    web.trust.cache_clear()


@pytest.fixture
def secure_slack(tls):
    with FakeSlack(tls=tls) as fake:
        yield fake


def test_a_post_goes_out_under_tls(secure_slack, trusted):
    result = Slack(secure_slack.api_url, A_TOKEN).send(a_post())

    assert isinstance(result, Delivered)


def test_a_certificate_nobody_vouches_for_is_never_spoken_to(secure_slack):
    web.trust.cache_clear()

    result = Slack(secure_slack.api_url, A_TOKEN).send(a_post())

    assert result == TryAgain("Slack could not be reached")
    assert secure_slack.requests == []


def test_an_attempt_under_tls_is_cut_when_its_time_is_up(secure_slack, trusted):
    secure_slack.script = [server.drip(0.5)]
    notifier = Slack(secure_slack.api_url, A_TOKEN)
    once_heard(secure_slack, notifier.close)
    began = time.monotonic()

    result = notifier.send(a_post())

    assert result == TryAgain("Slack did not answer", ambiguous=True)
    assert time.monotonic() - began < IN_TIME


def test_a_server_that_never_shakes_hands_is_cut_when_its_time_is_up():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/api/"
        notifier = Slack(url, A_TOKEN, connect_timeout=ENDLESS)
        threading.Timer(0.2, notifier.close).start()
        began = time.monotonic()
        result = notifier.send(a_post())

    assert result == TryAgain("Slack could not be reached")
    assert time.monotonic() - began < IN_TIME
