"""The bell: who hears what, when, and when it stops."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import NoResultFound

from incident.delivery import bell
from incident.delivery.bell import GREETING, STILL_HERE, Hub, frame
from incident.services import incidents
from incident.storage import workers
from incident.storage.db import transaction
from tests.conftest import MAYA
from tests.sqlcount import counted

MANY = 50


@pytest.fixture
def hub(database, clock, monkeypatch):
    monkeypatch.setattr(bell, "LOOK", 0.02)
    hub = Hub(clock)
    yield hub
    hub.finish()


@pytest.fixture
def tell(clock):
    def write(key: str, text: str = "Deploy 512 went out") -> None:
        with transaction() as session:
            incidents.tell(session, incident_key=key, text=text, actor=MAYA, at=clock())

    return write


def listen(hub, key, **how):
    listener = hub.listen(key, limit=MANY, **how)
    assert next(listener) == GREETING
    return listener


def test_what_was_missed_comes_first_in_order_and_once(hub, an_incident, tell):
    key = an_incident()
    tell(key)
    tell(key)

    listener = listen(hub, key, after=1)

    assert next(listener) == frame(2) + frame(3)
    tell(key)
    assert next(listener) == frame(4)


def test_a_frame_is_an_event_whose_id_is_the_number():
    assert frame(118) == b"id: 118\nevent: timeline\ndata: 118\n\n"


def test_everybody_hears_and_the_database_is_asked_once(hub, an_incident, tell):
    key = an_incident()
    listeners = [listen(hub, key, after=1) for _ in range(20)]

    with counted() as statements:
        tell(key)
        heard = [next(listener) for listener in listeners]

    assert heard == [frame(2)] * 20
    assert len([s for s in statements if "last_seq" in s and "IN (" in s]) == 1


def test_while_nothing_happens_the_senders_sign_of_life_is_told(
    hub, an_incident, clock, monkeypatch
):
    monkeypatch.setattr(bell, "BEAT", 0.05)
    with transaction() as session:
        workers.beat(session, "desk-1", started_at=clock(), at=clock())
    listener = listen(hub, an_incident(), after=1)

    assert next(listener) == b"event: sender\ndata: 2021-07-10T02:00:00Z\n\n"
    with transaction() as session:
        workers.leave(session, "desk-1")
    heard = [next(listener) for _ in range(3)]
    assert heard[-1] == b"event: sender\ndata: never\n\n"


def test_the_news_of_another_incident_is_not_heard(hub, an_incident, tell, clock):
    key, other = an_incident(), an_incident()
    listener = listen(hub, key, after=1)

    tell(other)
    clock.forward(seconds=15)

    assert next(listener) == STILL_HERE


def test_nobody_listening_asks_nothing(hub, an_incident, tell):
    key = an_incident()
    listen(hub, key, after=1).close()

    with counted() as statements:
        tell(key)
        hub.finish()

    assert [s for s in statements if "IN (" in s] == []


def test_whoever_waits_holds_no_connection(hub, an_incident, database):
    for _ in range(10):
        listen(hub, an_incident(), after=1)

    assert database.pool.checkedout() <= 1  # the bell itself, in passing


def test_a_quiet_stream_says_every_fifteen_seconds_that_it_lives(hub, an_incident, clock):
    listener = listen(hub, an_incident(), after=1)

    clock.forward(seconds=15)

    assert next(listener) == STILL_HERE


def test_a_closed_tab_ends_the_stream(hub, an_incident):
    listener = listen(hub, an_incident(), after=1, is_gone=lambda: True)

    assert list(listener) == []


def test_whoever_is_shut_out_hears_no_more_within_a_minute(hub, an_incident, clock):
    allowed = [True]
    listener = listen(hub, an_incident(), after=1, still_allowed=lambda: allowed[0])

    allowed[0] = False
    clock.forward(seconds=60)

    assert list(listener) == []


def test_a_busy_stream_asks_too_whether_it_may_go_on(hub, an_incident, tell, clock):
    key = an_incident()
    listener = listen(hub, key, after=1, still_allowed=lambda: False)

    tell(key)
    clock.forward(seconds=60)

    assert list(listener) == []


def test_there_is_a_limit_and_a_closed_stream_makes_room(hub, an_incident):
    key = an_incident()
    first = hub.listen(key, limit=1)

    assert hub.listen(key, limit=1) is None
    first.close()
    assert hub.listen(key, limit=1) is not None


def test_an_incident_that_is_not_there_takes_no_place(hub):
    with pytest.raises(NoResultFound):
        hub.listen("INC-99", limit=MANY)

    assert hub.count() == 0


def test_whoever_is_ahead_of_us_starts_from_where_we_are(hub, an_incident, tell):
    key = an_incident()
    listener = listen(hub, key, after=999)

    tell(key)

    assert next(listener) == frame(2)


def test_stopping_ends_every_stream_at_once(hub, an_incident):
    key = an_incident()
    listeners = [listen(hub, key, after=1) for _ in range(5)]

    with ThreadPoolExecutor(5) as pool:
        ended = [pool.submit(list, listener) for listener in listeners]
        hub.stop()

        assert [end.result(timeout=30) for end in ended] == [[]] * 5
    assert hub.listen(key, limit=MANY) is None


def test_nothing_falls_between_the_past_and_the_present(hub, an_incident, tell):
    key, heard = an_incident(), b""
    writing = threading.Thread(target=lambda: [tell(key) for _ in range(20)])

    writing.start()
    listener = listen(hub, key, after=0)
    while frame(21) not in heard:
        heard += next(listener)
    writing.join()

    assert heard == b"".join(frame(seq) for seq in range(1, 22))


def test_a_socket_that_was_hung_up_is_closed_and_loses_nothing():
    ours, theirs = socket.socketpair()

    quiet = bell.is_closed(ours)
    theirs.send(b"x")
    talking = bell.is_closed(ours), ours.recv(1)
    theirs.close()
    gone = bell.is_closed(ours)
    ours.close()

    assert (quiet, talking, gone) == (False, (False, b"x"), True)
    assert bell.is_closed(ours)
    assert not bell.is_closed(None)
