"""Everybody writes at once, and Slack tells everything more than once: one page all the same."""

import random
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.fakes.slack_events import a_bot_event, a_change_event, a_mention_event
from tests.trials.client import Client
from tests.trials.cords import HTTP, START, Tell, a_cry
from tests.trials.desk import Desk
from tests.trials.processes import free_port, wait_until
from tests.trials.rows import require_one_cry

PER_SECOND = 1000 / 60
AUTHORS, HANDS = 10, 16
REPEATED, EDITED, FROM_BOTS = 0.3, 0.1, 0.05
P99, SLOWEST = 1.0, 3.0
COPIES = 4
SETTLES_WITHIN = 30.0
PAUSE = 0.5


@dataclass
class Storm:
    """What is told, in this order, and how many of it are messages of people."""

    told: Sequence[Any]
    cries: int


def everybody_writes(desk: Desk, *, way: str = HTTP) -> None:
    """Ten people, a third of it told twice, a tenth changed afterwards, and bots in between."""
    with desk.told_by(way) as tell:
        channel = desk.hang_a_cord(grace_seconds=0)
        storm = _storm(channel, desk.storm)
        began = time.monotonic()
        answered = _let_loose(tell, storm)
        lasted = time.monotonic() - began
        assert all(well for well, _ in answered), f"{len(answered)} told, not all were answered"
        require_one_cry(desk, channel)
        wait_until(lambda: _counts(desk, channel, storm), "the receipt to count", SETTLES_WITHIN)
        _require_few_posts(desk, channel, lasted)
        _require_swift(desk, [took for _, took in answered])


def told_four_times(desk: Desk) -> None:
    """The same event, at once, to two web processes."""
    channel, other = desk.hang_a_cord(grace_seconds=0), Client(free_port())
    second = desk.start("web", "--no-worker", "--threads=4", PORT=str(other.port))
    wait_until(other.answers, "the second web process to answer")
    ports = [desk.client.port, other.port] * (COPIES // 2)
    with ThreadPoolExecutor(COPIES) as hands:
        copies = enumerate(ports)
        told = [hands.submit(desk.tell, a_cry(channel), port=p, retry=n) for n, p in copies]
    statuses = [each.result() for each in told]
    second.kill()
    assert statuses == [200] * COPIES, statuses
    require_one_cry(desk, channel)


def told_four_times_over_sockets(desk: Desk) -> None:
    """The same event in four envelopes, over two sockets at once."""
    with desk.sockets() as sockets:
        channel = desk.hang_a_cord(grace_seconds=0)
        sent = [sockets.send("events_api", a_cry(channel), over=n % 2) for n in range(COPIES)]
        for each in sent:
            sockets.wait_for_answer(each)
        require_one_cry(desk, channel)


def mentioned(desk: Desk, *, way: str = HTTP) -> None:
    """A message that names the app is told twice: as a message and as a mention."""
    with desk.told_by(way) as tell:
        channel = desk.hang_a_cord(grace_seconds=0)
        words = {"channel": channel, "ts": f"{START}.000100"}
        both = [a_cry(channel), a_mention_event(f"Help in {channel}", **words)]
        random.shuffle(both)
        with ThreadPoolExecutor(2) as hands:
            assert all(hands.map(tell, both))
        require_one_cry(desk, channel)


def _storm(channel: str, count: int) -> Storm:
    """The first is a cry; what the others are is left to chance."""
    told, cries = [_cry(channel, 0)], 1
    for number in range(1, count):
        chance = random.random()
        if chance < REPEATED:
            told.append(random.choice(told))
        elif chance < REPEATED + EDITED:
            told.append(_edited(channel, random.choice(told), number))
        elif chance < REPEATED + EDITED + FROM_BOTS:
            told.append(a_bot_event("disk full", channel=channel, ts=_ts(number)))
        else:
            told.append(_cry(channel, number))
            cries += 1
    return Storm(told, cries)


def _cry(channel: str, number: int) -> Any:
    author = f"U0AUTHOR{number % AUTHORS}"
    return a_cry(channel, f"Help {number} in {channel}", ts=_ts(number), user=author)


def _edited(channel: str, told: Any, number: int) -> Any:
    """A change of something that was told before; of a change, or of a bot, the first cry's."""
    event = told["event"] if told["event"].get("user") else {"ts": _ts(0), "user": "U0AUTHOR0"}
    words = {"channel": channel, "ts": event["ts"], "user": event["user"]}
    return a_change_event(f"Help! {channel}", before=f"Help in {channel}", at=_ts(number), **words)


def _ts(number: int) -> str:
    return f"{START}.{number:06}"


def _let_loose(tell: Tell, storm: Storm) -> list[tuple[bool, float]]:
    """A thousand in a minute, whoever is slow. Whether each was answered, and how fast."""
    began = time.monotonic()

    def one(numbered: tuple[int, Any]) -> tuple[bool, float]:
        number, event = numbered
        threading.Event().wait(max(0.0, began + number / PER_SECOND - time.monotonic()))
        asked = time.monotonic()
        return tell(event), time.monotonic() - asked

    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(one, enumerate(storm.told)))


def _require_swift(desk: Desk, took: Sequence[float]) -> None:
    """Slack waits three seconds for an answer."""
    slowest = sorted(took)
    p99 = slowest[int(0.99 * (len(slowest) - 1))]
    told = f"p99 {p99:.2f} s, longest {slowest[-1]:.2f} s"
    assert not desk.measures or (p99 <= P99 and slowest[-1] < SLOWEST), told


def _counts(desk: Desk, channel: str, storm: Storm) -> bool:
    """The receipt says how many more there were: the number, or more than a round one."""
    from incident.rules.receipts import MANY

    more = storm.cries - 1
    many = next((many for many in MANY if more > many), 0)
    said = f"More than {many} messages" if many else f"{more} more message"
    return any(said in str(message) for message in desk.stands_in(channel))


def _require_few_posts(desk: Desk, channel: str, lasted: float) -> None:
    """At most one a second, and the receipt is edited instead."""
    gaps = desk.between_posts(channel)
    assert len(gaps) <= lasted + 1, f"{len(gaps) + 1} posts in {lasted:.0f} s"
    assert min(gaps, default=1.0) > PAUSE, f"two posts only {min(gaps):.2f} s apart"
