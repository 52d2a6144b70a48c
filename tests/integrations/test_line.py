import socket

import pytest

from incident.integrations.line import Line


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_cutting_ends_what_the_attempt_waits_for(ends):
    ours, _ = ends
    line = Line()
    line.take(ours)

    line.cut()

    assert ours.recv(1) == b""
    line.end()


def test_a_connection_made_after_the_cut_is_refused(ends):
    ours, theirs = ends
    line = Line()

    line.cut()

    with pytest.raises(ConnectionAbortedError):
        line.take(ours)
    assert theirs.recv(1) == b""


def test_an_attempt_that_is_over_lets_go_of_its_connection(ends):
    ours, theirs = ends
    line = Line()
    line.take(ours)

    line.end()
    line.cut()

    ours.sendall(b"?")
    assert theirs.recv(1) == b"?"
