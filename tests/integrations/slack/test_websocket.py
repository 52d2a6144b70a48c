"""Our own end of a WebSocket, talking to one that others wrote."""

import threading

import pytest
from websockets.sync.server import serve

from incident.integrations.slack.websocket import WebSocket


class Other:
    """The other side: plays each connection as told, and keeps what it hears."""

    def __init__(self):
        self.heard, self.play, self.paths = [], self.echo, []
        self.done = threading.Event()
        self._server = serve(self._meet, "127.0.0.1", 0, compression=None, ping_interval=None)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/link?ticket=a%20b"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def echo(self, connection):
        for said in connection:
            self.heard.append(said)
            connection.send(said)

    def stop(self):
        self.done.set()
        self._server.shutdown()

    def _meet(self, connection):
        self.paths.append(connection.request.path)
        self.play(connection)


@pytest.fixture
def other():
    made = Other()
    yield made
    made.stop()


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 300_000])
def test_a_text_of_any_length_goes_there_and_comes_back(other, length):
    socket = WebSocket(other.url)

    socket.send("ü" * length)

    assert socket.read() == "ü" * length
    assert other.paths == ["/link?ticket=a%20b"]
    socket.end()


def test_a_text_in_pieces_is_read_as_one(other):
    other.play = lambda connection: connection.send(iter(["Uploads ", "are ", "failing"]))

    socket = WebSocket(other.url)

    assert socket.read() == "Uploads are failing"
    socket.end()


def test_a_question_whether_we_are_there_is_answered_while_we_read(other):
    def asks(connection):
        there = connection.ping().wait(30)
        connection.send(f"there: {there}")

    other.play = asks
    socket = WebSocket(other.url)

    assert socket.read() == "there: True"
    socket.end()


def test_when_the_other_side_says_goodbye_the_reading_is_over(other):
    other.play = lambda connection: connection.close(1001, "going away")

    socket = WebSocket(other.url)

    assert (socket.read(), socket.read()) == (None, None)
    socket.end()


def test_when_the_line_breaks_the_reading_is_over(other):
    other.play = lambda connection: connection.socket.shutdown(2)

    socket = WebSocket(other.url)

    assert socket.read() is None
    socket.end()


def test_whoever_closes_it_ends_the_reading_at_once(other):
    socket = WebSocket(other.url)
    threading.Timer(0.05, socket.close).start()

    assert socket.read() is None
    socket.end()


def test_a_silence_is_broken_by_a_question_and_then_goes_on(other):
    def late(connection):
        assert not other.done.wait(1.5)
        connection.send("at last")

    other.play = late
    socket = WebSocket(other.url, quiet_seconds=1)

    assert socket.read() == "at last"
    socket.end()


def test_whoever_does_not_answer_is_given_up(other):
    def is_dead(connection):
        connection.protocol.receive_data = lambda _data: None
        other.done.wait(30)

    other.play = is_dead
    socket = WebSocket(other.url, quiet_seconds=0.1)

    assert socket.read() is None
    socket.end()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://127.0.0.1:1/",
        "ws://",
        "ws://127.0.0.1:1/",
        "ws://127.0.0.1:99999/",
        "ws://127.0.0.1:1/a\r\nHost: elsewhere",
        "wss://127.0.0.1:1/",
    ],
)
def test_an_address_that_leads_nowhere_is_an_expected_trouble(address):
    with pytest.raises((OSError, ValueError)):
        WebSocket(address, connect_seconds=1)


def test_whoever_answers_something_else_is_not_spoken_to(slack):
    with pytest.raises(OSError, match="it answered otherwise"):
        WebSocket(slack.url.replace("http://", "ws://"))
