"""The server of the stand-ins: what it does not hear whole has not happened."""

import socket

from tests.fakes import server
from tests.fakes.slack import FakeSlack

HALF = (
    b"POST /api/chat.postMessage HTTP/1.1\r\nHost: slack\r\nAuthorization: Bearer xoxb-a\r\n"
    b'Content-Type: application/json\r\nContent-Length: 40\r\n\r\n{"channel": "C0EM'
)


def test_a_request_whose_sender_dies_over_it_has_no_effect():
    with FakeSlack() as slack:
        slack.script.append(server.status(503))
        with socket.create_connection(("127.0.0.1", slack.port)) as connection:
            connection.sendall(HALF)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(100)

        assert answer == b""
        assert [request.path for request in slack.requests] == ["/api/chat.postMessage"]
        assert (slack.breaches, len(slack.script)) == ([], 1)
