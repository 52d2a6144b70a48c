"""The boundaries at which a process is killed, and what else may happen to processes.

Each takes a desk with its web process and its worker running, has one page asked for while
something goes wrong, and leaves the desk running again. The names are those of
`docs/reliability.md`, and `table.py` lists them.
"""

import http.client
import random
import signal
import threading
import uuid

import pytest

from tests.fakes.server import slow
from tests.trials.desk import Desk
from tests.trials.processes import Process, wait_until

AFTER = 0.4
PAGES_AT_ONCE = 6


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
    require_one_line(desk, key, "step_completed")


def slack_hears_nothing(desk: Desk, failpoint: str) -> None:
    """The web process dies over Slack's event, so Slack sends the same event again, twice."""
    channel = desk.hang_a_cord(grace_seconds=0)
    desk.stop_web()
    desk.start_web(failpoint)
    assert desk.say(channel) == 0
    desk.stop_web()
    desk.start_web()
    assert [desk.say(channel), desk.say(channel)] == [200, 200]
    require_one_cry(desk, channel)


def scheduler_dies(desk: Desk, failpoint: str) -> None:
    """The grace of a cry is over; whoever should page dies before it is promised."""
    channel = desk.hang_a_cord(grace_seconds=1)
    desk.stop_worker()
    victim = desk.start_worker(failpoint)
    assert desk.say(channel) == 200
    wait_until(lambda: not victim.alive, f"the worker to die at {failpoint}")
    desk.start_worker()
    require_one_cry(desk, channel)


def worker_dies(desk: Desk, failpoint: str) -> None:
    """Another one takes over when the claim lapses."""
    key = desk.declare()
    desk.stop_worker()
    victim = desk.start_worker(failpoint)
    desk.tick(key)
    wait_until(lambda: not victim.alive, f"the worker to die at {failpoint}")
    desk.start_worker()
    desk.wait_for_page(key)
    require_one_line(desk, key, "page_accepted")


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
    require_one_line(desk, key, "page_accepted")


def sleeper_wakes_after_the_resolve(desk: Desk) -> None:
    """A worker is stopped with a claim in its hand; it wakes when everything is over."""
    key = desk.declare()
    desk.stop_worker()
    sleeper = desk.start_sleeper("claim-committed:1:stop")
    desk.tick(key)
    wait_until(lambda: _is_stopped(sleeper), "the worker to be stopped")
    desk.start_worker()
    desk.wait_for_page(key)
    desk.client.insist("POST", f"/api/incidents/{key}/resolution", {})
    wait_until(lambda: _resolved(desk, key), "the page to be resolved")
    sleeper.signal(signal.SIGCONT)
    let_it_act(desk)
    sleeper.kill()
    desk.wait_until_settled(key)


def sleeper_wakes_with_the_message_in_hand(desk: Desk) -> None:
    """The window that no look can close: the late alert is resolved again, and told."""
    key = desk.declare()
    desk.stop_worker()
    sleeper = desk.start_sleeper("guard-passed:1:stop")
    desk.tick(key)
    wait_until(lambda: _is_stopped(sleeper), "the worker to be stopped")
    desk.start_worker()
    desk.wait_for_page(key)
    desk.client.insist("POST", f"/api/incidents/{key}/resolution", {})
    wait_until(lambda: _resolved(desk, key), "the page to be resolved")
    sleeper.signal(signal.SIGCONT)
    wait_until(lambda: len(desk.alerts_of(key)) == 2, "the late page")
    wait_until(lambda: _resolved(desk, key), "the late page to be resolved", seconds=10)
    sleeper.kill()
    desk.wait_until_settled(key)
    require_one_line(desk, key, "page_late")
    desk.forgive(key)


def workers_die_at_random(desk: Desk) -> None:
    """Several pages at once while workers come and go; nobody chooses the moment."""
    keys = [desk.declare() for _ in range(PAGES_AT_ONCE)]
    ticking = threading.Thread(target=lambda: [desk.tick(key) for key in keys])
    ticking.start()
    for _ in range(3):
        threading.Event().wait(random.uniform(0, 0.4))
        desk.stop_worker()
        desk.start_worker()
    ticking.join()
    for key in keys:
        desk.wait_for_page(key)
        require_one_line(desk, key, "page_accepted")


def workers_race(desk: Desk) -> None:
    """Three workers at once for the same pages, and one of them is killed."""
    others = [desk.start("worker"), desk.start("worker")]
    keys = [desk.declare() for _ in range(PAGES_AT_ONCE)]
    for key in keys:
        desk.tick(key)
    others[0].kill()
    for key in keys:
        desk.wait_for_page(key)
        require_one_line(desk, key, "page_accepted")
    others[1].kill()


def everything_dies(desk: Desk) -> None:
    """The whole host restarts while a grace is running; it ends while nobody is there."""
    channel = desk.hang_a_cord(grace_seconds=1)
    assert desk.say(channel) == 200
    desk.stop_worker()
    desk.stop_web()
    threading.Event().wait(1.2)
    desk.start_web()
    desk.start_worker()
    require_one_cry(desk, channel)


def worker_is_told_to_stop(desk: Desk) -> None:
    """With a page in its hands it finishes that first, and does so in time."""
    key = desk.declare()
    desk.pagerduty.script.append(slow(after=AFTER))
    heard = len(desk.pagerduty.requests)
    desk.tick(key)
    wait_until(lambda: len(desk.pagerduty.requests) > heard, "PagerDuty to be asked")
    stopped = desk.worker
    stopped.signal(signal.SIGTERM)
    wait_until(lambda: not stopped.alive, "the worker to finish and end", seconds=10)
    require_one_line(desk, key, "page_accepted")
    desk.start_worker()
    desk.wait_for_page(key)


def two_of_everything(desk: Desk) -> None:
    """A second desk was started by mistake: its own web process, workers and schedulers."""
    channel, key, repeat = desk.hang_a_cord(grace_seconds=1), desk.declare(), uuid.uuid4().hex
    others = desk.start_another()
    desk.start("worker")
    wait_until(others.answers, "the second web process to answer")
    hands = [
        threading.Thread(
            target=each.insist, args=("POST", desk.completion_of(key), {}), kwargs=once
        )
        for once in ({"key": repeat},)
        for each in (desk.client, others)
    ]
    hands += [
        threading.Thread(target=desk.say, args=(channel,), kwargs={"port": each.port})
        for each in (desk.client, others)
    ]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    desk.wait_for_page(key)
    require_one_line(desk, key, "step_completed")
    require_one_line(desk, key, "page_accepted")
    require_one_cry(desk, channel)
    desk.recover()


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
    require_one_line(desk, key, "step_completed")


def require_one_line(desk: Desk, key: str, kind: str) -> None:
    lines = [line["kind"] for line in desk.lines(key)]
    assert lines.count(kind) == 1, f"{key} has {lines.count(kind)} lines {kind}: {lines}"


def require_one_cry(desk: Desk, channel: str) -> None:
    key = desk.opened_by(channel)
    desk.wait_for_page(key, f"rule-{channel}")
    require_one_line(desk, key, "report_received")
    require_one_line(desk, key, "page_accepted")


def _is_stopped(process: Process) -> bool:
    with open(f"/proc/{process.pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0] == "T"


def _resolved(desk: Desk, key: str) -> bool:
    return all(alert.state == "resolved" for alert in desk.alerts_of(key))


def let_it_act(desk: Desk) -> None:
    """Long enough for a worker to send what it should not."""
    threading.Event().wait(0.5)
