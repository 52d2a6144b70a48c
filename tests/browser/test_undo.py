"""A tick can be taken back for ten seconds; what it sent cannot, and it says so."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from incident.clock import now
from tests.conftest import connect_target
from tests.services.looks import states

pytestmark = pytest.mark.browser


def done_on(page, key):
    """The page after the first tick, its time in our hands."""
    page.clock.install()
    page.goto(f"/incidents/{key}")
    page.clock.pause_at(now() + timedelta(minutes=1))
    page.get_by_role("button", name="Done").click()
    toast = page.locator("undo-toast")
    expect(toast).to_be_visible()
    return toast


def test_it_is_offered_for_ten_seconds(desk, screen):
    page = screen()
    toast = done_on(page, desk.declare("Look at the graph", "Restart the workers"))

    page.clock.fast_forward(8_000)
    expect(toast.get_by_role("button", name="Undo")).to_be_visible()
    page.clock.fast_forward(2_500)

    expect(toast).to_have_count(0)


def test_what_a_tick_has_sent_stays_sent(desk, screen, pagerduty, worker):
    connect_target()
    key = desk.declare("Look at the graph", "Page them {page=primary}", "Look again")
    page = screen()
    toast = done_on(page, key)
    expect(page.locator("#entries")).to_contain_text("PagerDuty took the page to primary")

    expect(toast).to_contain_text("What it sent stays sent.")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-main]")).to_contain_text("Look at the graph")

    assert states(key) == ["current", "waiting", "pending"]
    assert [event["event_action"] for event in pagerduty.events] == ["trigger"]


def test_ticking_again_pages_nobody_again(desk, screen, pagerduty, worker):
    connect_target()
    key = desk.declare("Look at the graph", "Page them {page=primary}", "Look again")
    page = screen()
    done_on(page, key).get_by_role("button", name="Undo").click()
    expect(page.locator("[data-main]")).to_contain_text("Look at the graph")
    page.clock.fast_forward(800)

    page.get_by_role("button", name="Done").click()
    expect(page.locator("[data-main]")).to_contain_text("Look again")

    expect(page.locator("#entries")).to_contain_text("PagerDuty took the page to primary")
    assert len(pagerduty.events) == 1
