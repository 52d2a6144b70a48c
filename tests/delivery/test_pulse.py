from datetime import timedelta

import pytest

from incident.delivery.jumps import Jump
from incident.delivery.pulse import BEAT, SILENT_BEATS, SLOW_BEATS, Pulse
from incident.storage import workers
from incident.storage.db import reading
from tests.trials.processes import wait_until


class Thread:
    rounds = 0


@pytest.fixture
def threads():
    return {"the pager": Thread(), "the post": Thread()}


def test_whoever_goes_round_is_never_stuck(threads, clock):
    pulse = Pulse("w", clock=clock, rounds=threads)
    for _ in range(3 * SILENT_BEATS):
        for thread in threads.values():
            thread.rounds += 1

        assert pulse.stuck() == []


def test_whoever_does_not_go_round_for_half_a_minute_is_named(threads, clock):
    pulse = Pulse("w", clock=clock, rounds=threads)
    for _ in range(SILENT_BEATS):
        threads["the post"].rounds += 1
        assert "the post" not in pulse.stuck()

    assert pulse.stuck()[0] == "the pager"


def test_whoever_asks_a_vendor_is_given_five_minutes(threads, clock):
    pulse = Pulse("w", clock=clock, rounds={}, slow={"the listener": Thread()})
    for _ in range(SLOW_BEATS - 1):
        assert pulse.stuck() == []

    assert pulse.stuck() == ["the listener"]
    assert SLOW_BEATS * BEAT == 300


def test_a_jump_of_the_clock_is_told_with_the_next_sign_of_life(database, clock):
    pulse = Pulse("w", clock=clock, rounds={})
    pulse.note(Jump(clock(), clock() + timedelta(hours=2)))
    pulse.start()
    wait_until(last_jump, "a sign of life")
    told = last_jump()
    pulse.stop()
    pulse.join()

    assert told == (clock() + timedelta(hours=2), 7200)


def last_jump():
    with reading() as session:
        return workers.last_jump(session)
