"""Clocks that are wrong, and clocks that are set right while something waits for them."""

import time
from datetime import UTC, datetime, timedelta

from incident.clock import now
from tests.trials.desk import Desk
from tests.trials.processes import wait_until
from tests.trials.rows import let_it_act, require_one_cry, require_one_line

GRACE = 2
LEASE = 10
ZONE = "Europe/Berlin"
SPRING = datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
BEFORE = timedelta(seconds=1)
TO_1970 = -56 * 365 * 24 * 3600
APART = 600


def is_set(desk: Desk, *, by: float) -> None:
    """The clock of the whole machine is set while a grace runs, and set right again later."""
    _wait_until_it_looks(desk)
    channel = desk.hang_a_cord(grace_seconds=GRACE)
    assert desk.say(channel) == 200
    desk.set_clock(by)
    require_one_cry(desk, channel)
    desk.set_clock(0)
    let_it_act(desk)
    let_it_act(desk)
    require_one_cry(desk, channel)


def summer_time_changes(desk: Desk, *, at: datetime) -> None:
    """The clocks on the wall of the machine's zone change while a grace runs."""
    ahead = at - BEFORE - now()
    desk.stop_worker()
    desk.stop_web()
    desk.settings["TZ"] = ZONE
    desk.set_clock(ahead.total_seconds())
    desk.start_web()
    desk.start_worker()
    ahead = at - BEFORE - now()
    desk.set_clock(ahead.total_seconds())
    channel = desk.hang_a_cord(grace_seconds=GRACE)
    assert desk.say(channel, ahead=ahead) == 200
    require_one_cry(desk, channel)
    desk.recover()


def starts_in_1970(desk: Desk) -> None:
    """A worker is started before its machine knows the time; then it is told."""
    desk.stop_worker()
    desk.set_clock(TO_1970, "worker")
    desk.start_worker()
    key = desk.declare()
    desk.tick(key)
    let_it_act(desk)
    desk.set_clock(0, "worker")
    desk.wait_for_page(key)
    require_one_line(desk, key, "page_accepted")


def differ(desk: Desk) -> None:
    """Web, worker and database ten minutes apart: only the database's clock ends a claim."""
    desk.stop_worker()
    desk.stop_web()
    desk.set_clock(APART, "web")
    desk.set_clock(-APART, "worker")
    desk.start_web()
    key = desk.declare()
    victim = desk.start_worker("claim-committed")
    desk.tick(key)
    wait_until(lambda: not victim.alive, "the worker to die with its claim")
    died = time.monotonic()
    desk.set_clock(APART, "worker")
    desk.start_worker()
    desk.wait_for_page(key)
    waited = time.monotonic() - died
    assert waited > 0.7 * LEASE * desk.hurry, f"taken over after {waited:.2f} s"
    require_one_line(desk, key, "page_accepted")
    desk.recover()


def _wait_until_it_looks(desk: Desk) -> None:
    """A clock that was set before the worker first looked at it was never set, as it sees it."""
    worker = desk.worker
    wait_until(
        lambda: worker is not None and "sends what is due" in worker.said(), "the worker to begin"
    )
    let_it_act(desk)
