"""What is asked of Slack aside: at once, by a few threads, and never in anybody's way."""

import threading

from config import Config
from incident.delivery.asides import WAITING, Asides


def served(**settings):
    asides = Asides()
    asides.serve(Config(secret_key="only-for-tests-6b1f8e2d9c4a70535b02", **settings))
    return asides


def test_off_duty_nothing_is_done_by_itself():
    asides, done = served(), []

    asides.give(done.append)

    assert done == []
    assert asides.do_one()
    assert len(done) == 1


def test_on_duty_it_is_done_in_a_moment():
    asides, done = served(), threading.Event()
    asides.start()

    asides.give(lambda _reach: done.set())

    assert done.wait(30)
    asides.stop()
    asides.join()


def test_one_that_fails_ends_nothing_but_itself():
    asides, done = served(), threading.Event()
    asides.start()

    asides.give(lambda _reach: 1 / 0)
    asides.give(lambda _reach: done.set())

    assert done.wait(30)
    asides.stop()
    asides.join()


def test_one_too_many_is_dropped_and_whoever_asks_does_not_wait(caplog):
    asides, done = served(), []

    [asides.give(done.append) for _ in range(WAITING + 1)]

    assert "was dropped" in caplog.text


def test_off_duty_again_it_can_be_taken_up_anew():
    asides, done = served(), threading.Event()
    asides.start()
    asides.give(lambda _reach: None)
    asides.stop()

    asides.start()
    asides.give(lambda _reach: done.set())

    assert done.wait(30)
    asides.stop()
    asides.join()


def test_without_a_token_nobody_is_asked(database):
    asides, clients = served(), []

    asides.give(lambda reach: clients.append(reach.client()))
    asides.do_one()

    assert clients == [None]
