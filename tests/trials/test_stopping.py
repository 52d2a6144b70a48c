import http.client
import os
import signal
import time

import pytest

from tests.trials.processes import wait_until

pytestmark = pytest.mark.trial
SOON = 5.0


@pytest.fixture
def streams(desk):
    """Four people who look at an incident."""
    key = desk.declare()
    desk.tick(key)
    desk.wait_for_page(key)
    opened = [http.client.HTTPConnection("127.0.0.1", desk.client.port) for _ in range(4)]
    headers = {"Authorization": f"Bearer {desk.client.token}"}
    answers = []
    for connection in opened:
        connection.request("GET", f"/api/incidents/{key}/bell?after=0", headers=headers)
        answers.append(connection.getresponse())
    yield answers
    for connection in opened:
        connection.close()


def test_told_to_stop_it_ends_open_streams_and_then_itself(desk, streams):
    assert all(stream.read(10) for stream in streams)
    began = time.monotonic()

    os.kill(desk.web.pid, signal.SIGTERM)
    wait_until(lambda: not desk.web.alive, "the web process to end")

    assert time.monotonic() - began < SOON
    desk.recover()
