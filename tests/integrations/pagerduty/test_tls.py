import socket
import threading
import time

from incident.integrations.notifier import Delivered, TryAgain
from incident.integrations.pagerduty.notifier import PagerDuty
from tests.fakes import server
from tests.fakes.pagerduty import FakePagerDuty
from tests.integrations.deadlines import ENDLESS, IN_TIME, once_heard
from tests.integrations.pagerduty.messages import a_message


def test_a_page_goes_out_under_tls(tls, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with FakePagerDuty(tls=tls) as pagerduty:
        result = PagerDuty(pagerduty.url).send(a_message())

    assert isinstance(result, Delivered)


def test_a_certificate_nobody_vouches_for_is_never_spoken_to(tls):
    with FakePagerDuty(tls=tls) as pagerduty:
        result = PagerDuty(pagerduty.url).send(a_message())

    assert result == TryAgain("PagerDuty's certificate could not be verified")
    assert pagerduty.requests == []


def test_an_attempt_under_tls_is_cut_when_its_time_is_up(tls, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with FakePagerDuty(tls=tls) as pagerduty:
        pagerduty.script = [server.drip(0.5)]
        notifier = PagerDuty(pagerduty.url)
        once_heard(pagerduty, notifier.close)
        began = time.monotonic()
        result = notifier.send(a_message())

    assert result == TryAgain("PagerDuty did not answer", ambiguous=True)
    assert time.monotonic() - began < IN_TIME


def test_a_server_that_never_shakes_hands_is_cut_when_its_time_is_up():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        notifier = PagerDuty(f"https://127.0.0.1:{mute.getsockname()[1]}", connect_timeout=ENDLESS)
        threading.Timer(0.2, notifier.close).start()
        began = time.monotonic()
        result = notifier.send(a_message())

    assert result == TryAgain("PagerDuty could not be reached")
    assert time.monotonic() - began < IN_TIME
