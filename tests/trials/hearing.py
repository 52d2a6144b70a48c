"""What PagerDuty tells us back: early, late, twice, in any order; and when nobody was woken."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.pagerduty_catalog import A_TOKEN
from tests.fakes.pagerduty_incidents import SUPPRESSED
from tests.fakes.pagerduty_webhooks import Webhook, an_event
from tests.fakes.server import slow
from tests.trials.desk import Desk
from tests.trials.furniture import SECOND_RUNG
from tests.trials.processes import wait_until
from tests.trials.rows import require_one_line

SECRETS = ("the first secret", "the second secret")
THINKS = 0.6
COPIES = 4
A_MINUTE = 61
TOLD_WITHIN = 2.0
ASKED_WITHIN = 15.0


def answered_before_our_answer(desk: Desk) -> None:
    """Somebody presses "acknowledge" while PagerDuty still thinks about its 202."""
    with _ears(desk):
        key = desk.declare()
        desk.pagerduty.script.append(slow(after=THINKS))
        desk.tick(key)
        wait_until(lambda: desk.alerts_of(key), "the page to have its effect")
        desk.pagerduty.acknowledge(desk.alerts_of(key)[0].dedup_key)
        wait_until(lambda: _is_done(desk, key), "the answer to be heard")
        assert _count(desk, key, "page_accepted") == 0, "our answer was there before"
        desk.wait_for_page(key)
        _require_it_stays_answered(desk, key)


def told_in_any_order(desk: Desk) -> None:
    """Backwards, each four times, with kinds nobody knows, signed with the second secret alone."""
    with _ears(desk, signed_with=SECRETS[1:]):
        key = desk.declare()
        desk.pagerduty.holding = True
        desk.tick(key)
        desk.wait_for_page(key)
        (alert,) = desk.alerts_of(key)
        desk.pagerduty.annotate(alert.dedup_key, "Looking")
        desk.pagerduty.acknowledge(alert.dedup_key)
        desk.pagerduty.tell_event(an_event("incident.sprouted", {}, at=desk.pagerduty.clock()))
        desk.pagerduty.release(_backwards, copies=COPIES)
        assert desk.pagerduty.webhooks_idle(), "webhooks are still on their way"
        wait_until(lambda: _is_done(desk, key), "the answer to be heard")
        _require_it_stays_answered(desk, key)
        answers = [status for sent in desk.pagerduty.sent for status in sent.statuses]
        assert len(desk.pagerduty.sent) >= COPIES * 4, f"{len(answers)} webhooks were told"
        assert set(answers) == {202}, f"PagerDuty was answered {answers}"


def web_dies_over_a_webhook(desk: Desk) -> None:
    """It dies when the webhook is kept, before PagerDuty is answered; so it comes again."""
    with _ears(desk):
        key = desk.declare()
        desk.tick(key)
        desk.wait_for_page(key)
        desk.pagerduty.webhooks_idle()
        desk.stop_web()
        desk.start_web("transaction-recorded")
        desk.pagerduty.acknowledge(desk.alerts_of(key)[0].dedup_key)
        answered = desk.pagerduty.told[-1].statuses
        wait_until(lambda: 0 in answered, "the web process to die")
        desk.stop_web()
        desk.start_web()
        assert desk.pagerduty.webhooks_idle(), "webhooks are still on their way"
        _require_it_stays_answered(desk, key)


def never_becomes_an_incident(desk: Desk) -> None:
    """A 202, and then nothing: the alarm after a minute, and the next is paged at once."""
    with _ears(desk):
        key = desk.declare(checklist="ladder")
        desk.pagerduty.quiet = SUPPRESSED
        desk.tick(key)
        desk.wait_for_page(key)
        desk.pagerduty.quiet = ""
        desk.expect(key, SECOND_RUNG)
        began = time.monotonic()
        desk.set_clock(A_MINUTE, "worker")
        desk.wait_for_page(key, SECOND_RUNG)
        desk.require_within(TOLD_WITHIN, since=began)
        require_one_line(desk, key, "page_alarm")
        desk.set_clock(0, "worker")


def answered_where_no_webhook_reaches_us(desk: Desk) -> None:
    """The log over there is asked, and says it; the next rung is not paged."""
    with _questions(desk):
        key = desk.declare()
        desk.tick(key)
        desk.wait_for_page(key)
        desk.pagerduty.acknowledge(desk.alerts_of(key)[0].dedup_key)
        wait_until(lambda: _is_done(desk, key), "the answer to be heard", ASKED_WITHIN)
        _require_it_stays_answered(desk, key)


def exhausts_its_own_levels(desk: Desk) -> None:
    """Over there everybody was told and nobody answered: the alarm, and the next is paged."""
    with _questions(desk):
        key = desk.declare(checklist="exhaustible")
        desk.expect(key, SECOND_RUNG)
        desk.tick(key)
        desk.wait_for_page(key)
        desk.pagerduty.exhaust(desk.alerts_of(key)[0].dedup_key)
        desk.wait_for_page(key, SECOND_RUNG)
        require_one_line(desk, key, "page_alarm")


@contextmanager
def _questions(desk: Desk) -> Iterator[None]:
    """The desk may ask over the REST API while this lasts, and hears no webhook."""
    desk.settings["PAGERDUTY_API_TOKEN"] = A_TOKEN
    desk.restart()
    try:
        yield
    finally:
        desk.recover()


@contextmanager
def _ears(desk: Desk, *, signed_with: tuple[str, ...] = SECRETS[:1]) -> Iterator[None]:
    """PagerDuty sends webhooks while this lasts. Afterwards everything is as it was."""
    desk.settings["PAGERDUTY_WEBHOOK_SECRETS"] = ",".join(SECRETS)
    desk.restart()
    address = f"http://127.0.0.1:{desk.client.port}/api/triggers/pagerduty"
    desk.pagerduty.send_webhooks_to(address, signed_with)
    try:
        yield
    finally:
        desk.pagerduty.quiet = ""
        desk.pagerduty.send_no_webhooks()
        desk.recover()


def _backwards(held: list[Webhook]) -> list[Webhook]:
    return held[::-1]


def _require_it_stays_answered(desk: Desk, key: str) -> None:
    """Once and for all: nobody else is paged, and no line stands there twice."""
    require_one_line(desk, key, "page_accepted")
    assert _is_done(desk, key), "it does not stay answered"
    said = [line["text"] for line in desk.lines(key)]
    assert len(said) == len(set(said)), f"{key} says something twice: {said}"
    desk.client.insist("POST", f"/api/incidents/{key}/resolution", {})
    desk.wait_until_settled(key)


def _is_done(desk: Desk, key: str) -> bool:
    _, incident = desk.client.ask("GET", f"/api/incidents/{key}")
    steps = {step["number"]: step["state"] for run in incident["runs"] for step in run["steps"]}
    return bool(steps[2] == "done")


def _count(desk: Desk, key: str, kind: str) -> int:
    return sum(line["kind"] == kind for line in desk.lines(key))
