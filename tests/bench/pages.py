"""From the answer to a tick (so after its commit) to PagerDuty's stand-in hearing of the page."""

import statistics
import time
from dataclasses import dataclass

import requests

from tests.bench.desk import Desk

TICKS = 40


@dataclass(frozen=True)
class Handoff:
    """Milliseconds. `floor` is the same request sent straight from this process."""

    median: float
    slowest_twentieth: float
    floor: float


def measure(desk: Desk) -> Handoff:
    desk.publish("handoff", ["Look", "Page them {page=primary}", "Go on"])
    waits = [_one(desk) for _ in range(TICKS)]
    return Handoff(
        median=statistics.median(waits) * 1000,
        slowest_twentieth=sorted(waits)[-max(TICKS // 20, 1)] * 1000,
        floor=statistics.median(_straight(desk) for _ in range(TICKS)) * 1000,
    )


def _one(desk: Desk) -> float:
    key = desk.declare("handoff")
    known = len(desk.pagerduty.requests)
    begun = time.perf_counter()
    desk.tick(key, 1)
    while len(desk.pagerduty.requests) == known:
        if time.perf_counter() - begun > 30:
            raise RuntimeError("The page did not arrive within thirty seconds.")
        time.sleep(0.0005)
    return time.perf_counter() - begun


def _straight(desk: Desk) -> float:
    event = {
        "routing_key": "R" * 32,
        "event_action": "resolve",
        "dedup_key": "bench",
    }
    begun = time.perf_counter()
    requests.post(f"{desk.pagerduty.url}/v2/enqueue", json=event, timeout=5)
    return time.perf_counter() - begun
