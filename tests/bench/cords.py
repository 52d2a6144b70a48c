"""From Slack's signed event to its answer, and to PagerDuty's stand-in hearing of the page."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.desk import SIGNING_SECRET, Desk
from tests.fakes.slack_events import a_message_event, send_event

CRIES = 40
# A key of its own: what the other measurements have sent must not hold these pages back.
TARGET = {"routing_key": "C" * 32}


@dataclass(frozen=True)
class Cry:
    """Milliseconds: until Slack was answered, and until somebody was being paged."""

    answered: float
    answered_p99: float
    paged: float
    paged_slowest_twentieth: float


def measure(desk: Desk) -> Cry:
    """Each in a channel of its own, whose rule pages at once."""
    desk.call("PUT", "/api/targets/cords", TARGET)
    measured = [_one(desk, f"C0BENCH{number:03}") for number in range(CRIES)]
    answered, paged = sorted(a for a, _ in measured), sorted(p for _, p in measured)
    return Cry(
        answered=statistics.median(answered) * 1000,
        answered_p99=_of_a_hundred(answered, 99) * 1000,
        paged=statistics.median(paged) * 1000,
        paged_slowest_twentieth=_of_a_hundred(paged, 95) * 1000,
    )


def _one(desk: Desk, channel: str) -> tuple[float, float]:
    desk.slack.add_channel(channel.lower(), id=channel)
    rule = {"target": "cords", "grace_seconds": 0, "armed": True}
    desk.call("PUT", f"/api/slack-rules/{channel}", rule)
    ts = f"{time.time():.6f}"
    event = a_message_event(f"Uploads fail in {channel}", channel=channel, ts=ts)
    known = len(desk.pagerduty.requests)
    begun = time.perf_counter()
    status = send_event(f"{desk.url}/slack/events", event, secret=SIGNING_SECRET)
    answered = time.perf_counter() - begun
    if status != 200:
        raise RuntimeError(f"Slack was answered {status}.")
    while len(desk.pagerduty.requests) == known:
        if time.perf_counter() - begun > 30:
            raise RuntimeError("The page did not arrive within thirty seconds.")
        time.sleep(0.0005)
    return answered, time.perf_counter() - begun


def _of_a_hundred(ordered: Sequence[float], which: int) -> float:
    return ordered[min(len(ordered) * which // 100, len(ordered) - 1)]
