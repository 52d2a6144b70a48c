import time
from urllib.parse import urlsplit

import pytest

from incident.delivery import deadman
from incident.delivery.deadman import Deadman, visit
from incident.delivery.readiness import Readiness
from tests.fakes import server
from tests.fakes.server import FakeServer
from tests.trials.processes import wait_until

WELL, ILL = Readiness(), Readiness(problems=("The worker has been silent.",))


@pytest.fixture
def watchman():
    with FakeServer() as running:
        yield running


@pytest.fixture
def held(watchman, clock):
    """The switch, and what readiness it is told."""

    def make(told, **how):
        url = f"{watchman.url}/ping/4f2a?from=desk"
        return Deadman(url, clock=clock, look=lambda _: told, **how)

    return make


def test_while_all_is_well_the_address_is_visited(watchman, held):
    assert held(WELL).turn()

    (request,) = watchman.requests
    assert (request.method, request.path, request.query) == ("GET", "/ping/4f2a", "from=desk")


def test_when_it_is_not_there_is_silence(watchman, held, caplog):
    assert not held(ILL).turn()

    assert watchman.requests == []
    assert "The worker has been silent." in caplog.text


def test_a_warning_is_no_reason_for_silence(watchman, held):
    assert held(Readiness(warnings=("The clock was set.",))).turn()


def test_a_redirect_is_not_followed(watchman, held, caplog):
    watchman.script = [server.redirect(f"{watchman.url}/elsewhere")]

    assert not held(WELL).turn()
    assert [request.path for request in watchman.requests] == ["/ping/4f2a"]
    assert "it answered 302" in caplog.text


@pytest.mark.parametrize(
    "fault", [server.hang(60), server.drip(0.5)], ids=["says nothing", "drips"]
)
def test_a_visit_is_over_in_time(watchman, fault, caplog):
    watchman.always = fault
    began = time.monotonic()

    assert not visit(urlsplit(watchman.url), deadline=0.5)
    assert time.monotonic() - began < 8
    assert "no answer within" in caplog.text


def test_nobody_there_is_logged_without_the_secret_in_the_path(caplog):
    assert not visit(urlsplit("http://127.0.0.1:9/ping/4f2a"))

    assert "127.0.0.1 failed: ConnectionRefusedError" in caplog.text
    assert "4f2a" not in caplog.text


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "https://", "http://x:port/"])
def test_an_address_that_is_none_is_logged(url, caplog):
    assert not visit(urlsplit(url))

    assert "failed: " in caplog.text


def test_it_goes_round_until_it_is_stopped(watchman, held):
    running = held(WELL, every=0.01)
    running.start()
    wait_until(lambda: len(watchman.requests) >= 2, "two visits")

    running.stop()
    running.join()

    assert not running._thread.is_alive()


def test_a_look_that_fails_ends_no_thread(watchman, clock):
    answers = [ZeroDivisionError("oops"), WELL]

    def look(_):
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(told, Exception):
            raise told
        return told

    running = Deadman(watchman.url, clock=clock, look=look, every=0.01)
    running.start()
    wait_until(lambda: watchman.requests, "a visit after the fault")
    running.stop()
    running.join()


def test_every_minute_and_with_a_hard_end():
    assert (deadman.EVERY, deadman.DEADLINE) == (60, 10)
