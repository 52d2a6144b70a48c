"""The boundaries at which a process is killed, and other ways to be unlucky.

Each takes a desk with its web process and its worker running, has one page asked for while
something goes wrong, and leaves the desk running again. The names are those of
`docs/reliability.md`.
"""

import http.client
import signal
import threading
import uuid
from collections.abc import Callable
from functools import partial

import pytest

from tests.fakes.server import slow
from tests.trials.desk import Desk
from tests.trials.processes import Process, wait_until

AFTER = 0.4


def web_dies(desk: Desk, failpoint: str) -> None:
    """The answer never comes, so the client asks again with the same Idempotency-Key."""
    key, repeat = desk.declare(), uuid.uuid4().hex
    desk.stop_web()
    desk.start_web(failpoint)
    with pytest.raises((OSError, http.client.HTTPException)):
        desk.client.ask("POST", f"/api/incidents/{key}/steps/1/completion", {}, key=repeat)
    desk.stop_web()
    desk.start_web()
    desk.tick(key, repeat=repeat)
    desk.wait_for_page(key)
    _require_one_line(desk, key, "step_completed")


def worker_dies(desk: Desk, failpoint: str) -> None:
    """Another one takes over when the claim lapses."""
    key = desk.declare()
    desk.stop_worker()
    victim = desk.start_worker(failpoint)
    desk.tick(key)
    wait_until(lambda: not victim.alive, f"the worker to die at {failpoint}")
    desk.start_worker()
    desk.wait_for_page(key)
    _require_one_line(desk, key, "page_accepted")


def worker_dies_while_pagerduty_thinks(desk: Desk, *, recorded: bool) -> None:
    """Killed from outside: after the body was sent, or after the page had its effect."""
    key = desk.declare()
    desk.pagerduty.script.append(slow(after=AFTER) if recorded else slow(before=AFTER))
    heard = len(desk.pagerduty.requests)
    desk.tick(key)
    wait_until(lambda: len(desk.pagerduty.requests) > heard, "PagerDuty to be asked")
    if recorded:
        wait_until(lambda: desk.alerts_of(key), "the page to have its effect")
    desk.stop_worker()
    desk.start_worker()
    desk.wait_for_page(key)
    _require_one_line(desk, key, "page_accepted")


def sleeper_wakes_after_the_resolve(desk: Desk) -> None:
    """A worker is stopped with a claim in its hand; it wakes when everything is over."""
    key = desk.declare()
    desk.stop_worker()
    sleeper = desk.start_worker("claim-committed:1:stop")
    desk.tick(key)
    wait_until(lambda: _is_stopped(sleeper), "the worker to be stopped")
    desk.start_worker()
    desk.wait_for_page(key)
    desk.client.insist("POST", f"/api/incidents/{key}/resolution", {})
    wait_until(lambda: _resolved(desk, key), "the page to be resolved")
    sleeper.signal(signal.SIGCONT)
    _let_it_act(desk)
    sleeper.kill()


def two_tick_at_once(desk: Desk) -> None:
    """One of them wins; the other is told who and when; it pages once."""
    key = desk.declare()
    together, statuses = threading.Barrier(2), []

    def tick() -> None:
        together.wait()
        address = f"/api/incidents/{key}/steps/1/completion"
        statuses.append(desk.client.ask("POST", address, {}, key=uuid.uuid4().hex))

    hands = [threading.Thread(target=tick) for _ in range(2)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    desk.wait_for_page(key)
    assert sorted(status for status, _ in statuses) == [200, 409], statuses
    assert any("Trials" in str(said) for status, said in statuses if status == 409)
    _require_one_line(desk, key, "step_completed")


ROWS: dict[str, Callable[[Desk], None]] = {
    "R01 web, before the transaction": partial(web_dies, failpoint="transaction-before:2"),
    "R02 web, in the middle of it": partial(web_dies, failpoint="record-half"),
    "R03 web, after the commit": partial(web_dies, failpoint="transaction-recorded"),
    "R07 worker, in the middle of a claim": partial(worker_dies, failpoint="claim-half"),
    "R08 worker, claim committed": partial(worker_dies, failpoint="claim-committed"),
    "R09 worker, headers sent": partial(worker_dies, failpoint="headers-sent"),
    "R10 worker, body sent": partial(worker_dies_while_pagerduty_thinks, recorded=False),
    "R11 worker, answer not read": partial(worker_dies_while_pagerduty_thinks, recorded=True),
    "R12 worker, answer read": partial(worker_dies, failpoint="answer-read"),
    "R15 worker, asleep through the resolve": sleeper_wakes_after_the_resolve,
    "R61 two tick the same step": two_tick_at_once,
}


def _require_one_line(desk: Desk, key: str, kind: str) -> None:
    lines = [line["kind"] for line in desk.lines(key)]
    assert lines.count(kind) == 1, f"{key} has {lines.count(kind)} lines {kind}: {lines}"


def _is_stopped(process: Process) -> bool:
    with open(f"/proc/{process.pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "T"


def _resolved(desk: Desk, key: str) -> bool:
    return any(alert.state == "resolved" for alert in desk.alerts_of(key))


def _let_it_act(desk: Desk) -> None:
    """Long enough for a worker to send what it should not."""
    threading.Event().wait(0.5)
