"""What PagerDuty may do to us: away, crowded, slow, talking nonsense, refusing."""

import threading
import time

from tests.fakes import server
from tests.fakes.server import Answer, Fault
from tests.trials.desk import Desk
from tests.trials.furniture import ROUTING_KEY, SECOND_KEY, SECOND_RUNG
from tests.trials.gate import Gate
from tests.trials.processes import wait_until
from tests.trials.rows import require_one_line

RECOVERS_WITHIN = 60.0
OTHERS_WITHIN = 3.0
TOLD_WITHIN = 2.0
DRIPPING, OTHERS, SENDERS = 3, 5, 4
A_MINUTE = 61
ANOTHER_KEY = "N" * 32
LARGE = 10_000_000
NONSENSE = {
    "garbage": b"\xff\xfe{[\x00",
    "HTML": b"<!doctype html><title>Welcome</title>",
    "nothing": b"",
    "10 MB": b'{"status": "' + b"x" * LARGE + b'"}',
    "another key": b'{"status": "success", "dedup_key": "ic/somebody/else"}',
}


def is_away(desk: Desk, *, status: int) -> None:
    """Ten minutes of the same answer. Then the page arrives soon, and once."""
    key = desk.declare()
    desk.pagerduty.always = server.status(status)
    desk.tick(key)
    _wait(desk.outage)
    desk.pagerduty.always, over = None, time.monotonic()
    desk.wait_for_page(key)
    desk.require_within(RECOVERS_WITHIN, since=over)
    require_one_line(desk, key, "page_accepted")


def is_crowded(desk: Desk, *, per_minute: int = 120) -> None:
    """Too many, for ten minutes, while many pages are asked for; and a limit all the time.

    The limit is never run into, and the worst and newest page goes before those that wait.
    """
    keys = [desk.declare("sev3") for _ in range(desk.crowd)]
    desk.pagerduty.always, desk.pagerduty.per_minute = server.rate_limited(1), per_minute
    for key in keys:
        desk.tick(key)
    newest = desk.declare("sev1")
    desk.tick(newest)
    _wait(desk.outage)
    heard = len(desk.pagerduty.received)
    desk.pagerduty.always, over = None, time.monotonic()
    for key in (newest, *keys):
        desk.wait_for_page(key, since=over)
    desk.pagerduty.per_minute = None
    with desk.pagerduty.lock:
        received = desk.pagerduty.received[heard:]
    taken = [r.event["dedup_key"] for r in received if r.status == 202]
    place = next(n for n, key in enumerate(taken) if f"/{newest.removeprefix('INC-')}/" in key)
    assert len(taken) == len(received), "PagerDuty's limit was run into"
    assert place < SENDERS, f"the newest sev1 came as number {place + 1}"
    for key in keys:
        require_one_line(desk, key, "page_accepted")


def breaks_the_line(desk: Desk, *, fault: Fault) -> None:
    """The first attempt comes to a bad end; the next one does not."""
    key = desk.declare()
    desk.pagerduty.script.append(fault)
    desk.tick(key)
    desk.wait_for_page(key)
    require_one_line(desk, key, "page_accepted")


def is_beyond_reach(desk: Desk) -> None:
    """Nobody refuses and nobody answers: every attempt to connect runs out of time."""
    key = desk.declare()
    desk.stop_worker()
    with Gate(desk.pagerduty.port) as gate:
        desk.worker = desk.start("worker", PAGERDUTY_EVENTS_URL=gate.url)
        desk.tick(key)
        wait_until(lambda: _says(desk, key, "page_delayed"), "the first attempt to fail")
        assert desk.alerts_of(key) == []
        gate.open()
        desk.wait_for_page(key)
        require_one_line(desk, key, "page_accepted")
        desk.stop_worker()
    desk.start_worker()


def drips(desk: Desk) -> None:
    """One byte a second for the first pages; the others must not notice."""
    slow = [desk.declare() for _ in range(DRIPPING)]
    quick = [desk.declare() for _ in range(OTHERS)]
    desk.pagerduty.script += [server.drip(1)] * DRIPPING
    heard = len(desk.pagerduty.requests)
    for key in slow:
        desk.tick(key)
    wait_until(lambda: len(desk.pagerduty.requests) >= heard + DRIPPING, "the slow answers")
    for key in quick:
        began = time.monotonic()
        desk.tick(key)
        desk.wait_for_page(key)
        desk.require_within(OTHERS_WITHIN, since=began)
    for key in slow:
        desk.wait_for_page(key)


def talks_nonsense(desk: Desk, *, said: str) -> None:
    """It took the page and says something else with its 202. What we send later still fits."""
    key = desk.declare()
    desk.pagerduty.script.append(Fault(Answer(202, NONSENSE[said]), taken=True))
    desk.tick(key)
    desk.wait_for_page(key)
    require_one_line(desk, key, "page_accepted")
    desk.client.insist("POST", f"/api/incidents/{key}/resolution", {})
    wait_until(lambda: desk.alerts_of(key)[0].state == "resolved", "the page to be resolved")


def sends_us_elsewhere(desk: Desk) -> None:
    """A redirect is not followed: where it leads is nobody we gave the key to."""
    key = desk.declare()
    desk.pagerduty.script.append(server.redirect(f"{desk.pagerduty.url}/elsewhere"))
    desk.tick(key)
    desk.wait_for_page(key)
    assert [r for r in desk.pagerduty.requests if r.path == "/elsewhere"] == []
    require_one_line(desk, key, "page_accepted")


def refuses(desk: Desk) -> None:
    """It says no to the key: told within two seconds, and not tried again."""
    key = desk.declare()
    desk.pagerduty.script.append(server.status(400, b'{"status": "invalid event"}'))
    heard = len(desk.pagerduty.requests)
    desk.tick(key)
    ticked = time.monotonic()
    wait_until(lambda: _says(desk, key, "page_refused"), "the refusal to be told")
    desk.require_within(TOLD_WITHIN, since=ticked)
    _wait(1.5)
    assert len(desk.pagerduty.requests) == heard + 1
    desk.expect_nothing(key)


def refuses_and_the_next_is_paged(desk: Desk) -> None:
    """The way round a key that is refused: whoever comes next is paged at once."""
    key = desk.declare(checklist="ladder")
    desk.expect_nothing(key)
    desk.expect(key, SECOND_RUNG)
    desk.pagerduty.script.append(server.status(400, b'{"status": "invalid event"}'))
    began = time.monotonic()
    desk.tick(key)
    desk.wait_for_page(key, SECOND_RUNG, since=began)
    desk.require_within(TOLD_WITHIN + 1, since=began)
    assert [alert.routing_key for alert in desk.alerts_of(key, SECOND_RUNG)] == [SECOND_KEY]


def is_away_for_a_minute(desk: Desk) -> None:
    """Told as an alarm, and the next is paged; the first page is sent all the same."""
    key = desk.declare(checklist="trial")
    desk.pagerduty.always = server.status(503)
    desk.tick(key)
    wait_until(lambda: _says(desk, key, "page_delayed"), "the first attempt to fail")
    desk.set_clock(A_MINUTE, "worker")
    skipped = time.monotonic()
    wait_until(lambda: _says(desk, key, "page_alarm"), "the alarm")
    desk.require_within(TOLD_WITHIN, since=skipped)
    desk.pagerduty.always = None
    desk.wait_for_page(key)
    require_one_line(desk, key, "page_accepted")
    desk.set_clock(0, "worker")


def key_is_revoked(desk: Desk) -> None:
    """The old key is refused, and told; with the new one pages go out, without a restart."""
    refuses(desk)
    desk.client.insist("PUT", "/api/targets/primary", {"routing_key": ANOTHER_KEY})
    key = desk.declare()
    desk.tick(key)
    desk.wait_for_page(key)
    assert [alert.routing_key for alert in desk.alerts_of(key)] == [ANOTHER_KEY]
    desk.client.insist("PUT", "/api/targets/primary", {"routing_key": ROUTING_KEY})


def _says(desk: Desk, key: str, kind: str) -> bool:
    return any(line["kind"] == kind for line in desk.lines(key))


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)
