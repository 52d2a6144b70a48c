"""Nobody answers: the next rung is paged, once, whatever happens to the desk meanwhile."""

import threading
import time

from tests.fakes import server
from tests.trials.desk import Desk
from tests.trials.furniture import SECOND_RUNG
from tests.trials.processes import wait_until
from tests.trials.rows import let_it_act, require_one_line

ACK = 2.0
LATE_AT_MOST = 3.0


def nobody_answers(desk: Desk) -> None:
    """In time, and not before it."""
    key = desk.declare(checklist="ladder")
    desk.expect(key, SECOND_RUNG)
    began = time.monotonic()
    desk.tick(key)
    desk.wait_for_page(key, SECOND_RUNG)
    assert time.monotonic() - began >= ACK
    desk.require_within(ACK + LATE_AT_MOST, since=began)
    require_one_line(desk, key, "page_climbed")


def scheduler_dies(desk: Desk) -> None:
    """Nobody has answered; whoever should page the next one dies before it is promised."""
    key = _paged(desk)
    desk.stop_worker()
    victim = desk.start_worker("timer-due")
    wait_until(lambda: not victim.alive, "the worker to die")
    desk.start_worker()
    desk.wait_for_page(key, SECOND_RUNG)
    require_one_line(desk, key, "page_climbed")


def somebody_answers(desk: Desk) -> None:
    """Then nobody else is woken, though the desk was dead when the rung came due."""
    key = _paged(desk)
    desk.client.insist("POST", f"/api/incidents/{key}/steps/2/acknowledgement", {})
    desk.expect_nothing(key, SECOND_RUNG)
    desk.stop_worker()
    threading.Event().wait(ACK)
    desk.start_worker()
    let_it_act(desk)
    assert desk.alerts_of(key, SECOND_RUNG) == []
    desk.client.insist("POST", f"/api/incidents/{key}/resolution", {})


def first_rung_is_out_of_reach(desk: Desk) -> None:
    """Nobody could be asked on the first rung, so nobody answered: both are paged in the end."""
    key = desk.declare(checklist="ladder")
    desk.expect(key, SECOND_RUNG)
    desk.pagerduty.always = server.status(503)
    desk.tick(key)
    threading.Event().wait(ACK + 0.5)
    desk.pagerduty.always = None
    desk.wait_for_page(key)
    desk.wait_for_page(key, SECOND_RUNG)
    require_one_line(desk, key, "page_climbed")


def _paged(desk: Desk) -> str:
    """The first rung has its page."""
    key = desk.declare(checklist="ladder")
    desk.expect(key, SECOND_RUNG)
    desk.tick(key)
    desk.wait_for_page(key)
    return key
