"""One of each on SQLite, with every run of the tests. `make trials` does many, on both."""

import contextlib

import pytest

from tests.trials.table import ROWS
from tests.trials.tally import Tally

pytestmark = pytest.mark.trial


@pytest.mark.parametrize(
    "name", [name for name, row in ROWS.items() if row.quick and "sqlite" in row.databases]
)
def test_no_page_is_lost_and_none_is_sent_twice(desk, name):
    tally = Tally(ROWS[name])

    tally.run(desk)
    verdict, breaches = desk.verdict(), desk.breaches()
    if tally.failed or not verdict.good:
        forget(desk)

    assert tally.reasons == []
    assert verdict.good, verdict
    assert breaches == []


def forget(desk):
    """A trial went wrong: what it has left behind is not held against the next."""
    desk.promised.clear()
    with desk.pagerduty.lock:
        desk.pagerduty.alerts.clear()
        desk.pagerduty.breaches.clear()
        desk.slack.breaches.clear()


CAUGHT_BY = {
    "mark-before-send": ("R09 worker, headers sent", "lost"),
    "promise-outside-the-transaction": ("R03 web, after the commit", "lost"),
    "never-reclaim": ("R08 worker, claim committed", "lost"),
    "new-key-per-attempt": ("R12 worker, answer read", "duplicated"),
    "blind-to-the-clock": ("R50 clock set by -2 h", "lost"),
}


@pytest.mark.parametrize("bug", CAUGHT_BY)
def test_the_trials_catch_a_planted_bug(desk, bug):
    row, fault = CAUGHT_BY[bug]
    with desk.with_bug(bug):
        with contextlib.suppress(AssertionError, TimeoutError):
            ROWS[row].act(desk)
        verdict = desk.verdict()

    assert getattr(verdict, fault), verdict
